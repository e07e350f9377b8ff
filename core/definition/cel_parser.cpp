// Recursive descent over tokens: one function for each level of the grammar of CEL's langdef.md.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "core/base/text.hpp"
#include "core/definition/cel_lexer.hpp"
#include "core/definition/cel_tree.hpp"
#include "core/definition/codes.hpp"
#include "core/definition/core_schema.hpp"
#include "core/definition/name.hpp"

namespace wf::cel {

namespace {

// Of operators with two sides, the loosest first.
struct Level {
  NodeKind kind;
  Operator first;  // of a chain: the range of its operators
  Operator last;
};
constexpr std::array<Level, 5> k_levels{{{NodeKind::logic_or, {}, {}},
                                         {NodeKind::logic_and, {}, {}},
                                         {NodeKind::chain, Operator::less, Operator::in},
                                         {NodeKind::chain, Operator::add, Operator::subtract},
                                         {NodeKind::chain, Operator::multiply, Operator::remainder}}};

// What people bring from other languages.
constexpr std::array<std::array<std::string_view, 2>, 10> k_elsewhere{{{"and", "&&"},
                                                                       {"or", "||"},
                                                                       {"not", "!"},
                                                                       {"True", "true"},
                                                                       {"False", "false"},
                                                                       {"None", "null"},
                                                                       {"nil", "null"},
                                                                       {"=", "=="},
                                                                       {"if", "CONDITION ? A : B"},
                                                                       {"else", "CONDITION ? A : B"}}};

bool is_keyword(std::string_view word) {
  return word == "true" || word == "false" || word == "null" || word == "in";
}

std::string elsewhere_hint(std::string_view word) {
  for (const auto& [other, here] : k_elsewhere) {
    if (other == word) return cat("write ", here);
  }
  return {};
}

std::string shown(const Token& token) {
  return token.kind == TokenKind::end ? std::string("the end") : in_quotes(token.text);
}

Node node_of(NodeKind kind) {
  Node node;
  node.kind = kind;
  return node;
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  std::variant<Node, ExpressionFault> read() {
    std::optional<Node> root = expression();
    if (root && next().kind != TokenKind::end) root = expected("an operator or the end");
    if (!root) return std::move(*fault_);
    return std::move(*root);
  }

 private:
  using Read = std::optional<Node>;  // nullopt: fault_ says why

  const Token& next() const { return tokens_[at_]; }
  bool is_sign(std::string_view sign) const { return next().kind == TokenKind::sign && next().text == sign; }
  bool take(std::string_view sign) {
    bool found = is_sign(sign);
    if (found) ++at_;
    return found;
  }
  std::size_t end_of_last() const { return tokens_[at_ - 1].span.offset + tokens_[at_ - 1].span.length; }

  Read fail(ExpressionFault fault) {
    if (!fault_) fault_ = std::move(fault);
    return std::nullopt;
  }
  Read expected(std::string_view what) {
    Span span = next().span;
    return fail({codes::k_expression_syntax,
                 {span.offset, std::max<std::size_t>(1, span.length)},
                 cat("expected ", what, ", found ", shown(next())),
                 elsewhere_hint(next().text)});
  }
  bool missing(std::string_view what) { return expected(what).has_value(); }
  Read too_deep(Span span) {
    return fail({codes::k_expression_limit, span,
                 cat("the expression is nested more than ", k_max_expression_depth, " deep"),
                 "compute parts of it in a task"});
  }

  // Gives a node its span, which ends at the last token taken, and its height.
  Read finish(Node node, std::size_t begin) {
    node.span = {begin, end_of_last() - begin};
    for (const Node& child : node.children) node.height = std::max(node.height, child.height + 1);
    if (node.height > k_max_expression_depth) return too_deep(node.span);
    return node;
  }

  Read expression() {
    if (depth_ == k_max_expression_depth) return too_deep(next().span);
    ++depth_;
    Read node = conditional();
    --depth_;
    return node;
  }

  Read conditional() {
    std::size_t begin = next().span.offset;
    Read first = binary(0);
    if (!first || !take("?")) return first;
    Read yes = binary(0);
    if (!yes) return yes;
    if (!take(":")) return expected("':' and what else the value is");
    Read no = expression();
    if (!no) return no;
    Node node = node_of(NodeKind::conditional);
    node.children.push_back(std::move(*first));
    node.children.push_back(std::move(*yes));
    node.children.push_back(std::move(*no));
    return finish(std::move(node), begin);
  }

  // The operator of this level that comes next.
  std::optional<Operator> operator_of(const Level& level) const {
    if (next().kind != TokenKind::sign && next().text != "in") return std::nullopt;
    if (level.kind != NodeKind::chain) {
      if (next().text != (level.kind == NodeKind::logic_or ? "||" : "&&")) return std::nullopt;
      return Operator{};
    }
    std::optional<Operator> op = find_operator(next().text);
    return op && *op >= level.first && *op <= level.last ? op : std::nullopt;
  }

  Read binary(std::size_t at) {
    if (at == k_levels.size()) return unary();
    const Level& level = k_levels[at];
    std::size_t begin = next().span.offset;
    Read operand = binary(at + 1);
    if (!operand || !operator_of(level)) return operand;
    Node node = node_of(level.kind);
    node.children.push_back(std::move(*operand));
    while (std::optional<Operator> op = operator_of(level)) {
      ++at_;
      operand = binary(at + 1);
      if (!operand) return operand;
      if (level.kind == NodeKind::chain) node.operators.push_back(*op);
      node.children.push_back(std::move(*operand));
    }
    return finish(std::move(node), begin);
  }

  Read unary() {
    std::size_t first = at_;
    while (is_sign("-") || is_sign("!")) ++at_;
    std::size_t prefixes = at_ - first;
    bool number = next().kind == TokenKind::integer || next().kind == TokenKind::floating;
    // The sign belongs to the number: -9223372036854775808 is one.
    bool negative = number && prefixes > 0 && tokens_[at_ - 1].text == "-";
    if (negative) --prefixes;
    Read node = postfix(negative);
    while (node && prefixes > 0) {
      const Token& sign = tokens_[first + --prefixes];
      Node outer = node_of(sign.text == "-" ? NodeKind::negate : NodeKind::invert);
      outer.children.push_back(std::move(*node));
      node = finish(std::move(outer), sign.span.offset);
    }
    return node;
  }

  Read postfix(bool negative) {
    std::size_t begin = tokens_[negative ? at_ - 1 : at_].span.offset;
    Read node = primary(negative);
    while (node) {
      if (take(".")) {
        node = member(std::move(*node), begin);
      } else if (take("[")) {
        node = index(std::move(*node), begin);
      } else {
        break;
      }
    }
    bool named = node && (node->kind == NodeKind::name || node->kind == NodeKind::select);
    if (named && is_sign("{")) {
      return fail({codes::k_expression_left_out, next().span, "wf leaves messages out of CEL",
                   R"(write a map: {"key": value})"});
    }
    return node;
  }

  Read member(Node node, std::size_t begin) {
    if (next().kind != TokenKind::word) return expected("the name of a field");
    const Token& name = next();
    if (is_keyword(name.text)) {
      return fail({codes::k_expression_syntax, name.span,
                   cat("'", name.text, "' is a word of CEL, not a field"),
                   cat("write [\"", name.text, "\"]")});
    }
    ++at_;
    if (take("(")) {
      Node call = node_of(NodeKind::call);
      call.method = true;
      call.children.push_back(std::move(node));
      return call_of(std::move(call), name, begin);
    }
    return field_of(std::move(node), std::string(name.text), begin);
  }

  Read field_of(Node node, std::string field, std::size_t begin) {
    if (node.kind == NodeKind::name && node.field.empty()) {
      node.field = std::move(field);
      return finish(std::move(node), begin);
    }
    Node outer = node_of(NodeKind::select);
    outer.field = std::move(field);
    outer.children.push_back(std::move(node));
    return finish(std::move(outer), begin);
  }

  Read index(Node node, std::size_t begin) {
    Read inner = expression();
    if (!inner) return inner;
    if (!take("]")) return expected("']'");
    bool text = inner->kind == NodeKind::literal && inner->value.kind() == Kind::string;
    if (text && node.kind == NodeKind::name && node.field.empty()) {
      return field_of(std::move(node), inner->value.as<std::string>(), begin);
    }
    Node outer = node_of(NodeKind::index);
    outer.children.push_back(std::move(node));
    outer.children.push_back(std::move(*inner));
    return finish(std::move(outer), begin);
  }

  // What follows `name(`.
  Read call_of(Node call, const Token& name, std::size_t begin) {
    call.text = name.text;
    call.function = find_function(name.text);
    if (!items(call, ")")) return std::nullopt;
    if (name.text == "has" && !call.method) return presence(std::move(call), begin);
    return finish(std::move(call), begin);
  }

  Read presence(Node call, std::size_t begin) {
    bool one = call.children.size() == 1;
    bool field = one && (call.children[0].kind == NodeKind::select ||
                         (call.children[0].kind == NodeKind::name && !call.children[0].field.empty()));
    if (!field) {
      return fail({codes::k_expression_syntax,
                   {begin, end_of_last() - begin},
                   "has() takes one field",
                   "write has(a.b), or \"key\" in a"});
    }
    call.kind = NodeKind::has;
    return finish(std::move(call), begin);
  }

  // Expressions between commas up to the closing sign; only in lists and maps may a comma stand last.
  bool items(Node& node, std::string_view close) {
    while (!take(close)) {
      Read item = expression();
      if (!item) return false;
      node.children.push_back(std::move(*item));
      if (node.kind == NodeKind::map) {
        if (!take(":")) return missing("':' and the value of this key");
        Read value = expression();
        if (!value) return false;
        node.children.push_back(std::move(*value));
      }
      bool comma = take(",");
      if (!comma && !is_sign(close)) return missing(cat("',' or '", close, "'"));
      if (comma && is_sign(close) && node.kind == NodeKind::call) return missing("an argument");
    }
    return true;
  }

  Read collection(NodeKind kind, std::string_view close) {
    std::size_t begin = next().span.offset;
    ++at_;
    Node node = node_of(kind);
    if (!items(node, close)) return std::nullopt;
    return finish(std::move(node), begin);
  }

  Read primary(bool negative) {
    switch (next().kind) {
      case TokenKind::integer:
      case TokenKind::floating:
        return number(negative);
      case TokenKind::string:
        return literal({tokens_[at_].string}, next().span.offset);
      case TokenKind::word:
        return word();
      default:
        break;
    }
    if (is_sign("[")) return collection(NodeKind::list, "]");
    if (is_sign("{")) return collection(NodeKind::map, "}");
    if (!is_sign("(")) return expected("a value");
    std::size_t begin = next().span.offset;
    ++at_;
    Read inner = expression();
    if (inner && !take(")")) return expected("')'");
    if (inner) inner->span = {begin, end_of_last() - begin};
    return inner;
  }

  Read literal(Value value, std::size_t begin) {
    ++at_;
    Node node;
    node.value = std::move(value);
    return finish(std::move(node), begin);
  }

  Read number(bool negative) {
    const Token& token = next();
    std::string text = cat(negative ? "-" : "", token.text);
    std::size_t begin = negative ? tokens_[at_ - 1].span.offset : token.span.offset;
    bool hex = token.text.starts_with("0x") || token.text.starts_with("0X");
    if (hex) {
      text.erase(text.size() - token.text.size(), 2);
      std::int64_t value = 0;
      if (std::from_chars(text.data(), text.data() + text.size(), value, 16).ec == std::errc()) {
        return literal({value}, begin);
      }
    } else {
      auto value = resolve_plain(text);
      const Json* json = std::get_if<Json>(&value);
      if (json != nullptr && json->is_int()) return literal({json->as_int()}, begin);
      if (json != nullptr && json->is_double()) return literal({json->as_double()}, begin);
    }
    bool integer = token.kind == TokenKind::integer;
    return fail({codes::k_number_range,
                 {begin, token.span.offset + token.span.length - begin},
                 cat("'", negative ? "-" : "", token.text, "' is outside the range of ",
                     integer ? "64-bit integers" : "double precision"),
                 integer ? "write it as a float: with a fraction, or as 1e20" : ""});
  }

  Read word() {
    const Token& token = next();
    std::size_t begin = token.span.offset;
    if (token.text == "true" || token.text == "false") return literal({token.text == "true"}, begin);
    if (token.text == "null") return literal({nullptr}, begin);
    if (token.text == "in") return expected("a value");
    if (is_expression_word(token.text)) {
      std::string hint = elsewhere_hint(token.text);
      return fail({codes::k_expression_syntax, token.span,
                   cat("'", token.text, "' is a reserved word of CEL"),
                   hint.empty() ? "give the input, output or node another name" : hint});
    }
    // A node may have such a name, and is then followed by an output's.
    std::string_view behind = tokens_[at_ + 1].text;
    std::string hint = behind == "." || behind == "[" ? std::string() : elsewhere_hint(token.text);
    if (!hint.empty()) {
      return fail(
          {codes::k_expression_syntax, token.span, cat("'", token.text, "' means nothing in CEL"), hint});
    }
    ++at_;
    if (take("(")) return call_of(node_of(NodeKind::call), token, begin);
    Node node = node_of(NodeKind::name);
    node.text = token.text;
    return finish(std::move(node), begin);
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::optional<ExpressionFault> fault_;
};

}  // namespace

std::variant<Node, ExpressionFault> read_tree(std::vector<Token> tokens) {
  return Parser(std::move(tokens)).read();
}

}  // namespace wf::cel
