#include "core/definition/expression.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/definition/cel_lexer.hpp"
#include "core/definition/cel_tree.hpp"
#include "core/definition/codes.hpp"

namespace wf {

namespace cel {

namespace {

struct Sign {
  std::string_view text;
  Operator op;
};
constexpr std::array<Sign, 12> k_signs{{{"<", Operator::less},
                                        {"<=", Operator::less_equal},
                                        {">", Operator::greater},
                                        {">=", Operator::greater_equal},
                                        {"==", Operator::equal},
                                        {"!=", Operator::not_equal},
                                        {"in", Operator::in},
                                        {"+", Operator::add},
                                        {"-", Operator::subtract},
                                        {"*", Operator::multiply},
                                        {"/", Operator::divide},
                                        {"%", Operator::remainder}}};

}  // namespace

std::optional<Operator> find_operator(std::string_view sign) {
  for (const Sign& one : k_signs) {
    if (one.text == sign) return one.op;
  }
  return std::nullopt;
}

std::string_view sign_of(Operator op) {
  return std::find_if(k_signs.begin(), k_signs.end(), [&](const Sign& one) { return one.op == op; })->text;
}

Span chain_span(const Node& chain, std::size_t index) {
  const Span& last = chain.children[index].span;
  std::size_t begin = chain.children.front().span.offset;
  return {begin, last.offset + last.length - begin};
}

}  // namespace cel

namespace {

ExpressionFault with_hint(ExpressionFault fault, std::string_view text) {
  if (fault.hint.empty() && text.find("{{") != std::string_view::npos)
    fault.hint = "write names as they are, without braces: inputs.n";
  return fault;
}

}  // namespace

const std::string& Expression::text() const { return tree_->text; }

std::variant<Expression, ExpressionFault> parse_expression(std::string_view text) {
  text = trim(text);
  if (text.size() > k_max_expression_bytes) {
    return ExpressionFault{
        codes::k_expression_limit,
        {k_max_expression_bytes, 1},
        cat("the expression has ", text.size(), " bytes, more than ", k_max_expression_bytes),
        "compute parts of it in a task"};
  }
  if (std::size_t at = find_invalid_utf8(text); at != std::string_view::npos) {
    return ExpressionFault{codes::k_invalid_utf8, {at, 1}, "the expression is not valid UTF-8", {}};
  }
  auto tokens = cel::tokenize(text);
  if (auto* fault = std::get_if<ExpressionFault>(&tokens)) return with_hint(std::move(*fault), text);
  auto root = cel::read_tree(std::move(std::get<std::vector<cel::Token>>(tokens)));
  if (auto* fault = std::get_if<ExpressionFault>(&root)) return with_hint(std::move(*fault), text);
  cel::Tree tree{std::string(text), std::move(std::get<cel::Node>(root))};
  return Expression(std::make_shared<const cel::Tree>(std::move(tree)));
}

}  // namespace wf
