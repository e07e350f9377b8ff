#include "core/definition/cel_constant_parts.hpp"

#include <algorithm>

#include "core/definition/cel_evaluate.hpp"
#include "core/definition/cel_time.hpp"
#include "core/definition/codes.hpp"

namespace wf::cel {

namespace {

bool is_constant(const Node& node) {
  return node.kind != NodeKind::name && std::all_of(node.children.begin(), node.children.end(), is_constant);
}

Value constant_value(const Node& node) {
  Budget budget(k_expression_budget);
  return Evaluator({}, budget).evaluate(node);
}

// Whether a side of && or || that has no names decides it, whatever the others are, errors included.
bool is_decided(const Node& node) {
  if (node.kind != NodeKind::logic_and && node.kind != NodeKind::logic_or) return false;
  return std::any_of(node.children.begin(), node.children.end(), [&](const Node& child) {
    if (!is_constant(child)) return false;
    Value value = constant_value(child);
    return value.kind() == Kind::boolean && value.as<bool>() == (node.kind == NodeKind::logic_or);
  });
}

// A pattern or a time zone that has one value, for a text or a datetime that is not known.
void check_argument(const Node& node, std::vector<ExpressionFault>& faults) {
  if (node.kind != NodeKind::call || node.function == nullptr || node.children.size() != 2) return;
  const bool pattern = node.function->name == "matches";
  const Node& argument = node.children[1];
  if ((!pattern && !takes_zone(node.function->name)) || !is_constant(argument)) return;
  Value value = constant_value(argument);
  if (value.kind() != Kind::string) return;
  const auto& text = value.as<std::string>();
  std::string problem = pattern ? regex_problem(text) : zone_problem(text);
  if (!problem.empty())
    faults.push_back({codes::k_expression_failed, argument.span, std::move(problem),
                      std::string(pattern ? k_regex_hint : k_zone_hint)});
}

// Whether an error of the part may remain unseen: the other side of && or || decides, or the other branch is
// taken.
bool may_be_unseen(const Node& node, const Node& part) {
  if (node.kind == NodeKind::conditional) return &part != &node.children[0];
  return node.kind == NodeKind::logic_and || node.kind == NodeKind::logic_or;
}

}  // namespace

void check_constants(const Node& node, std::vector<ExpressionFault>& faults) {
  if (!is_constant(node)) {
    if (is_decided(node)) return;
    check_argument(node, faults);
    for (const Node& child : node.children)
      if (!is_constant(child) || !may_be_unseen(node, child)) check_constants(child, faults);
    return;
  }
  Value value = constant_value(node);
  if (!value.is_fault()) return;
  const Fault& fault = value.as<Fault>();
  faults.push_back({fault.code, fault.span.value_or(node.span), fault.message, fault.hint});
}

void check_constant_result(const Expression& expression, const Type& type,
                           std::vector<ExpressionFault>& faults) {
  if (!is_constant(expression.tree().root)) return;
  auto value = evaluate(expression, {}, type);
  if (auto* fault = std::get_if<ExpressionFault>(&value)) faults.push_back(std::move(*fault));
}

}  // namespace wf::cel
