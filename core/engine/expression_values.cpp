#include "core/engine/expression_values.hpp"

#include "core/base/text.hpp"
#include "core/engine/codes.hpp"

namespace wf {

namespace {

[[noreturn]] void fail(const Expression& expression, const ExpressionFault& fault) {
  throw Error({fault.code, Exit::run_failed}, cat("'", expression.text(), "': ", fault.message), fault.hint);
}

}  // namespace

Json expression_value(const Expression& expression, const ValueOf& value_of, const Type& type) {
  auto result = evaluate(expression, value_of, type);
  if (auto* fault = std::get_if<ExpressionFault>(&result)) fail(expression, *fault);
  return std::get<Json>(std::move(result));
}

std::optional<std::string> expression_text_or_null(const Expression& expression, const ValueOf& value_of) {
  auto result = evaluate_text(expression, value_of);
  if (auto* fault = std::get_if<ExpressionFault>(&result)) fail(expression, *fault);
  return std::get<std::optional<std::string>>(std::move(result));
}

std::string expression_text(const Expression& expression, const ValueOf& value_of) {
  if (auto text = expression_text_or_null(expression, value_of)) return std::move(*text);
  throw Error(codes::k_bad_staging, cat("$(", expression.text(), ") is null and cannot stand inside text"),
              "compare it with null in the expression, and say what to write then");
}

}  // namespace wf
