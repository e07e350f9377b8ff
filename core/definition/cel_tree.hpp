// The tree of an expression.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/definition/cel_functions.hpp"
#include "core/definition/cel_lexer.hpp"
#include "core/definition/cel_value.hpp"

namespace wf::cel {

enum class NodeKind : std::uint8_t {
  literal,
  name,         // `text`, or `text.field`
  select,       // child `.field`
  index,        // child [ child ]
  call,         // `function` of the children, in a method call the receiver first
  list,         // the children
  map,          // key, value, key, value …
  negate,       // - child
  invert,       // ! child
  chain,        // child op child op child …, from left to right
  conditional,  // child ? child : child
  logic_and,    // of all children
  logic_or,
  has  // of one child, a select or a name
};

enum class Operator : std::uint8_t {
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  in,
  add,
  subtract,
  multiply,
  divide,
  remainder
};
std::string_view sign_of(Operator op);
std::optional<Operator> find_operator(std::string_view sign);

struct Node {
  NodeKind kind = NodeKind::literal;
  Span span;
  std::vector<Node> children;
  Value value;                         // literal
  std::string text;                    // name, call
  std::string field;                   // name, select
  std::vector<Operator> operators;     // chain: one fewer than children
  const Function* function = nullptr;  // call: nullptr when nothing has that name
  bool method = false;                 // call: a.text(b)
  int height = 1;                      // of the tree below and with this node
};

struct Tree {
  std::string text;
  Node root;
};

// The tree of these tokens, of which `end` is the last.
std::variant<Node, ExpressionFault> read_tree(std::vector<Token> tokens);

// From the first child to the one at `index`: where the operation on that child stands.
Span chain_span(const Node& chain, std::size_t index);

}  // namespace wf::cel
