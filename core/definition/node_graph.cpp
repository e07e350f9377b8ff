// Who refers to whom, and what that means for the types of what nodes give.
#include <unordered_map>

#include "core/definition/model.hpp"

namespace wf {

namespace {

using Visit = std::function<void(const Reference&)>;

struct Visitor {
  const Visit& visit;

  void operator()(const Json&) const {}
  void operator()(const Reference& reference) const { visit(reference); }
  void operator()(const Expression& expression) const { each_reference(expression, visit); }
  void operator()(const std::string&) const {}
  void operator()(const Template& text) const {
    for (const auto& piece : text.pieces) std::visit(*this, piece);
  }
  void operator()(const BindingList& list) const {
    for (const Binding& item : list.items) each_reference(item, visit);
  }
  void operator()(const BindingMap& map) const {
    for (const auto& [key, item] : map.members) each_reference(item, visit);
  }
};

Type or_null(const Type& type) { return type.kind() == Kind::optional ? type : Type::optional(type); }

bool may_be_skipped_itself(const Node& node) { return node.run_if == RunIf::any_failed || node.when; }

}  // namespace

void each_reference(const Binding& binding, const Visit& visit) {
  std::visit(Visitor{visit}, binding.value);
}

void each_reference(const Expression& expression, const Visit& visit) {
  for (const ExpressionReference& one : references(expression)) visit(one.reference);
}

void each_predecessor(const Node& node, const std::function<void(const std::string&)>& visit) {
  auto visit_node = [&](const Reference& reference) {
    if (reference.root != "inputs" && reference.root != "error") visit(reference.root);
  };
  auto visit_bindings = [&](const Node& one) {
    for (const auto* bindings : {&one.with, &one.map}) {
      for (const auto& [input, binding] : *bindings) each_reference(binding, visit_node);
    }
    if (one.when) each_reference(*one.when, visit_node);
  };
  visit_bindings(node);
  if (node.gate) each_reference(node.gate->value, visit_node);
  for (const Node& one : node.cases) visit_bindings(one);
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
