// What is known of an expression before any run: parts of it without names have one value.
#pragma once
#include <vector>

#include "core/definition/cel_tree.hpp"
#include "core/definition/expression.hpp"
#include "core/definition/type.hpp"

namespace wf::cel {

inline bool is_text(const Node& node) {
  return node.kind == NodeKind::literal && node.value.kind() == Kind::string;
}

// Parts that are an error in every run that comes to them.
void check_constants(const Node& node, std::vector<ExpressionFault>& faults);
// What all of an expression without names gives may be no value of the type.
void check_constant_result(const Expression& expression, const Type& type,
                           std::vector<ExpressionFault>& faults);

}  // namespace wf::cel
