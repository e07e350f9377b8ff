// Who refers to whom, and what that means for the types of what nodes give.
#include <unordered_map>

#include "core/definition/model.hpp"

namespace wf {

namespace {

void collect(const Binding& binding, std::vector<const Reference*>& found);

struct Collector {
  std::vector<const Reference*>& found;
  void operator()(const Json&) const {}
  void operator()(const Reference& reference) const { found.push_back(&reference); }
  void operator()(const Template& text) const {
    for (const auto& piece : text.pieces) {
      if (const auto* reference = std::get_if<Reference>(&piece)) found.push_back(reference);
    }
  }
  void operator()(const BindingList& list) const {
    for (const Binding& item : list.items) collect(item, found);
  }
  void operator()(const BindingMap& map) const {
    for (const auto& [key, item] : map.members) collect(item, found);
  }
};

void collect(const Binding& binding, std::vector<const Reference*>& found) {
  std::visit(Collector{found}, binding.value);
}

Type or_null(const Type& type) { return type.kind() == Kind::optional ? type : Type::optional(type); }

bool may_be_skipped_itself(const Node& node) { return node.run_if == RunIf::any_failed; }

}  // namespace

std::vector<const Reference*> references_in(const Binding& binding) {
  std::vector<const Reference*> found;
  collect(binding, found);
  return found;
}

void each_predecessor(const Node& node, const std::function<void(const std::string&)>& visit) {
  for (const auto* bindings : {&node.with, &node.map}) {
    for (const auto& [input, binding] : *bindings) {
      for (const Reference* reference : references_in(binding)) {
        if (reference->root != "inputs") visit(reference->root);
      }
    }
  }
  for (const std::string& name : node.after) visit(name);
}

Type mapped_type(const Type& element, const Each& each) {
  return Type::list(each.may_leave_out() ? or_null(element) : element);
}

Type output_type(const Node& node, const Port& output) {
  return node.map.empty() ? output.type : mapped_type(output.type, node.each);
}

Type seen_type(const Type& type, bool may_be_skipped, const Node* reader) {
  // Whoever runs only if all before it succeeded has what they gave.
  bool present = reader != nullptr ? reader->run_if == RunIf::all_success : !may_be_skipped;
  return present ? type : or_null(type);
}

// A node that needs all before it to succeed is skipped with any of them.
std::vector<bool> skippable(const std::vector<Node>& nodes) {
  std::vector<bool> found(nodes.size());
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (may_be_skipped_itself(nodes[i])) open.push_back(i);
  }
  if (open.empty()) return found;
  std::unordered_map<std::string_view, std::vector<std::size_t>> followers;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].run_if != RunIf::all_success) continue;
    each_predecessor(nodes[i], [&](const std::string& name) { followers[name].push_back(i); });
  }
  while (!open.empty()) {
    std::size_t node = open.back();
    open.pop_back();
    if (found[node]) continue;
    found[node] = true;
    for (std::size_t next : followers[nodes[node].name]) open.push_back(next);
  }
  return found;
}

}  // namespace wf
