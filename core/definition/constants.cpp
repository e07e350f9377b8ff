#include "core/definition/constants.hpp"

#include <utility>

#include "core/base/text.hpp"
#include "core/definition/codes.hpp"
#include "core/definition/value.hpp"

namespace wf {

namespace {

// What takes longer is left to the run, so that a check of a large file stays quick.
constexpr std::int64_t k_budget = 20'000;

using Constant = std::optional<std::variant<Json, ConstantFault>>;

std::optional<ConstantFault> fault_of(const Expression& expression, ExpressionFault fault) {
  if (fault.code == codes::k_expression_budget) return std::nullopt;
  return ConstantFault{fault.code, cat("'", expression.text(), "': ", fault.message), std::move(fault.hint)};
}

template <typename Value>
std::optional<std::variant<Value, ConstantFault>> as_constant(std::optional<ConstantFault> fault) {
  if (!fault) return std::nullopt;
  return std::move(*fault);
}

Constant value_of(const Expression& expression, const Type& type) {
  if (!references(expression).empty()) return std::nullopt;
  auto value = evaluate(expression, {}, type, k_budget);
  if (auto* fault = std::get_if<ExpressionFault>(&value))
    return as_constant<Json>(fault_of(expression, std::move(*fault)));
  return std::get<Json>(std::move(value));
}

bool is_null(const Template::Piece& piece) {
  const auto* expression = std::get_if<Expression>(&piece);
  if (expression == nullptr || !references(*expression).empty()) return false;
  auto text = evaluate_text(*expression, {});
  const auto* found = std::get_if<std::optional<std::string>>(&text);
  return found != nullptr && !*found;
}

Constant value_of(const Template& text, const Type& type) {
  if (may_give_null(text, type) && is_null(text.pieces.front())) return Json();
  std::string out;
  for (const auto& piece : text.pieces) {
    if (const auto* literal = std::get_if<std::string>(&piece)) {
      out += *literal;
      continue;
    }
    const auto* expression = std::get_if<Expression>(&piece);
    auto found = expression == nullptr ? std::nullopt : constant_text(*expression);
    if (!found) return std::nullopt;
    if (auto* fault = std::get_if<ConstantFault>(&*found)) return std::move(*fault);
    out += std::get<std::string>(*found);
  }
  ValueResult value = assigned_value(Type(Kind::string), type, out);
  if (auto* fault = std::get_if<ValueError>(&value))
    return ConstantFault{codes::k_bad_value, std::move(fault->message), std::move(fault->hint)};
  return std::get<Json>(std::move(value));
}

}  // namespace

bool may_give_null(const Template& text, const Type& type) {
  return type.kind() == Kind::optional && text.pieces.size() == 1 &&
         !std::holds_alternative<std::string>(text.pieces.front());
}

Constant constant_of(const Binding& binding, const Type& type) {
  if (const auto* literal = std::get_if<Json>(&binding.value)) return *literal;
  if (const auto* expression = std::get_if<Expression>(&binding.value)) return value_of(*expression, type);
  if (const auto* text = std::get_if<Template>(&binding.value)) return value_of(*text, type);
  return std::nullopt;
}

std::optional<std::variant<std::string, ConstantFault>> constant_text(const Expression& expression) {
  if (!references(expression).empty()) return std::nullopt;
  auto value = evaluate_text(expression, {});
  if (auto* fault = std::get_if<ExpressionFault>(&value))
    return as_constant<std::string>(fault_of(expression, std::move(*fault)));
  auto& text = std::get<std::optional<std::string>>(value);
  if (text) return std::move(*text);
  return ConstantFault{codes::k_not_one_text,
                       cat("$(", expression.text(), ") is null and cannot stand inside text"),
                       "write the text itself"};
}

std::optional<bool> constant_truth(const Expression& condition) {
  Constant value = value_of(condition, Type(Kind::boolean));
  const Json* found = value ? std::get_if<Json>(&*value) : nullptr;
  return found == nullptr ? std::nullopt : std::optional(found->as_bool());
}

std::optional<std::int64_t> length_of(const Binding& list) {
  if (const auto* items = std::get_if<BindingList>(&list.value))
    return static_cast<std::int64_t>(items->items.size());
  Constant value = constant_of(list, Type(Kind::json));
  const Json* found = value ? std::get_if<Json>(&*value) : nullptr;
  if (found == nullptr || !found->is_array()) return std::nullopt;
  return static_cast<std::int64_t>(found->as_array().size());
}

}  // namespace wf
