// Expressions with the values of a run.
#pragma once
#include <optional>
#include <string>

#include "core/definition/expression.hpp"

namespace wf {

// The value, canonical for `type`. Throws Error(Exit::run_failed) with the code of what went wrong, such as a
// division by zero.
Json expression_value(const Expression& expression, const ValueOf& value_of, const Type& type);
// The text of an expression whose value is a scalar; null has none, and expression_text() throws of it.
std::optional<std::string> expression_text_or_null(const Expression& expression, const ValueOf& value_of);
std::string expression_text(const Expression& expression, const ValueOf& value_of);

}  // namespace wf
