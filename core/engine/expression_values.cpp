#include "core/engine/expression_values.hpp"

#include "core/base/text.hpp"
#include "core/definition/value.hpp"
#include "core/engine/codes.hpp"

namespace wf {

namespace {

[[noreturn]] void fail(const Expression& expression, const ExpressionFault& fault) {
  throw Error({fault.code, Exit::run_failed}, cat("'", expression.text(), "': ", fault.message), fault.hint);
}

TypeOf types_of(const ValueOf& value_of) {
  return [&value_of](std::string_view root, std::string_view name) -> std::variant<Type, NameProblem> {
    if (auto value = value_of(root, name)) return std::move(value->type);
    return NameProblem{cat("nothing is called '", root, "'"), {}};
  };
}

}  // namespace

Json expression_value(const Expression& expression, const ValueOf& value_of, const Type& type) {
  auto result = evaluate(expression, value_of, type);
  if (auto* fault = std::get_if<ExpressionFault>(&result)) fail(expression, *fault);
  return std::get<Json>(std::move(result));
}

std::string expression_text(const Expression& expression, const ValueOf& value_of) {
  auto checked = check(expression, types_of(value_of));
  if (auto* faults = std::get_if<std::vector<ExpressionFault>>(&checked)) fail(expression, faults->front());
  const Type& type = std::get<Type>(checked);
  Json value = expression_value(expression, value_of, type);
  if (value.is_null()) {
    throw Error(codes::k_bad_staging, cat("$(", expression.text(), ") is null and cannot stand inside text"),
                "compare it with null in the expression, and say what to write then");
  }
  if (type.kind() != Kind::json) return value_to_text(without_optional(type), value);
  return value.is_string() ? value.as_string() : value.canonical();
}

}  // namespace wf
