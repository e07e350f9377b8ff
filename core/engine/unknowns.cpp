#include "core/engine/unknowns.hpp"

#include <algorithm>
#include <map>

#include "core/base/text.hpp"

namespace wf {

namespace {

// So many elements of a node are named; more are named by the node.
constexpr std::size_t k_most_elements_named = 4;

// "score" of "score[3]", "sub[1].fit" of itself.
std::string without_element(const std::string& path) {
  return path.ends_with(']') ? path.substr(0, path.rfind('[')) : path;
}

template <typename Read>
Hangs gathered(const Read& read) {
  std::vector<Hangs> all;
  read([&](Hangs one) {
    if (one) all.push_back(std::move(one));
  });
  return united(all);
}

}  // namespace

Hangs hanging_on(std::string path) {
  return std::make_shared<const std::set<std::string>>(std::set<std::string>{std::move(path)});
}

Hangs united(std::span<const Hangs> all) {
  Hangs only;
  std::map<std::string, std::set<std::string>> by_node;
  for (const Hangs& one : all) {
    if (!one || one == only) continue;
    if (!only) only = one;
    for (const std::string& path : *one) by_node[without_element(path)].insert(path);
  }
  std::set<std::string> paths;
  for (auto& [node, of_node] : by_node) {
    if (of_node.contains(node) || of_node.size() > k_most_elements_named)
      paths.insert(node);
    else
      paths.merge(of_node);
  }
  if (!only || paths == *only) return only;
  return std::make_shared<const std::set<std::string>>(std::move(paths));
}

Unknowns::Unknowns(const Plan& plan, std::unordered_map<std::string, Unknown> inputs)
    : plan_(plan), inputs_(std::move(inputs)) {
  for (NodeIndex i = 0; i < plan.nodes.size(); ++i) nodes_.emplace(plan.nodes[i].node->name, i);
}

void Unknowns::set(NodeIndex node, const std::string& output, Unknown unknown) {
  if (unknown.is_known()) return;
  const std::vector<Port>& ports = *plan_.nodes[node].outputs;
  std::vector<Unknown>& of_node = outputs_[node];
  of_node.resize(ports.size());
  of_node[static_cast<std::size_t>(find_port(ports, output) - ports.data())] = std::move(unknown);
}

Unknown Unknowns::of(const Reference& reference) const {
  Unknown found;
  if (reference.root == "inputs") {
    if (auto input = inputs_.find(reference.name); input != inputs_.end()) found = input->second;
  } else if (auto node = nodes_.find(reference.root); node != nodes_.end()) {
    const std::vector<Port>& ports = *plan_.nodes[node->second].outputs;
    const Port* port = find_port(ports, reference.name);
    auto outputs = outputs_.find(node->second);
    if (port != nullptr && outputs != outputs_.end())
      found = outputs->second[static_cast<std::size_t>(port - ports.data())];
  }
  if (reference.path.empty() || found.elements.empty()) return found;
  std::optional<std::int64_t> index = parse_int(reference.path.front());
  bool inside = index && *index >= 0 && static_cast<std::size_t>(*index) < found.elements.size();
  return {inside ? found.elements[static_cast<std::size_t>(*index)] : found.all(), {}};
}

Unknown Unknowns::of(const Binding& binding) const {
  if (const auto* reference = std::get_if<Reference>(&binding.value)) return of(*reference);
  auto hangs = [this](const Binding& one) {
    return gathered([&](const auto& take) {
      each_reference(one, [&](const Reference& reference) { take(of(reference).all()); });
    });
  };
  const auto* list = std::get_if<BindingList>(&binding.value);
  if (list == nullptr) return {hangs(binding), {}};
  Unknown found;
  for (const Binding& item : list->items) found.elements.push_back(hangs(item));
  bool known =
      std::none_of(found.elements.begin(), found.elements.end(), [](const Hangs& one) { return one; });
  return known ? Unknown() : found;
}

Hangs Unknowns::of(const Expression& expression) const {
  return gathered([&](const auto& take) {
    each_reference(expression, [&](const Reference& reference) { take(of(reference).all()); });
  });
}

}  // namespace wf
