// Expressions: the part of CEL (the Common Expression Language) that `wf help expressions` describes.
//
// int, float, bool, string, datetime and duration are CEL's int, double, bool, string, timestamp and
// duration; an enum is a string, json is CEL's dyn, and files and folders can only be compared. Spans are
// stretches of bytes, counted from the first byte of the text that is no blank: in Expression::text().
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/json.hpp"
#include "core/definition/name_path.hpp"
#include "core/definition/type.hpp"

namespace wf {

namespace cel {
struct Tree;
}

struct Span {
  std::size_t offset = 0;
  std::size_t length = 0;
  bool operator==(const Span&) const = default;
};

// What is wrong with an expression: as text, against the definition, or with the values of a run.
struct ExpressionFault {
  std::string_view code;
  Span span;
  std::string message;
  std::string hint;  // what to do; may be empty
};

inline constexpr std::size_t k_max_expression_bytes = std::size_t{64} * 1024;
inline constexpr int k_max_expression_depth = 64;  // of the text's brackets, and of the tree

// A parsed expression. Immutable; copies share the tree.
class Expression {
 public:
  explicit Expression(std::shared_ptr<const cel::Tree> tree) : tree_(std::move(tree)) {}
  const std::string& text() const;  // as written, without blanks around it
  // Where that begins in the text that it stands in, if anybody has said so; not compared.
  std::size_t offset() const { return offset_; }
  Expression at(std::size_t offset) const {
    Expression moved = *this;
    moved.offset_ = offset;
    return moved;
  }
  const cel::Tree& tree() const { return *tree_; }
  bool operator==(const Expression& other) const { return text() == other.text(); }

 private:
  std::shared_ptr<const cel::Tree> tree_;
  std::size_t offset_ = 0;
};

// Any bytes are fine as `text`; the first fault ends the reading.
std::variant<Expression, ExpressionFault> parse_expression(std::string_view text);

// Each path of names that an expression reads, in the order of the text: `best.accuracy`,
// `inputs.rows[0].id`, `best["accuracy"]`. The path ends before the first index that is computed. A name
// alone has an empty `name`.
struct ExpressionReference {
  Reference reference;
  Span span;
};
std::vector<ExpressionReference> references(const Expression& expression);

// Why a name means nothing. An empty message: that is reported elsewhere, so the expression is not to blame.
struct NameProblem {
  std::string message;
  std::string hint;
};
// The type of `root.name`. Where there is none, the variable `root` is asked for, with an empty `name`.
using TypeOf = std::function<std::variant<Type, NameProblem>(std::string_view root, std::string_view name)>;

// The type of an expression's value, or everything that is wrong with it. With `wanted` every value has to
// fit that type, and it is the answer. What json holds is known at run time only and fits everything here.
std::variant<Type, std::vector<ExpressionFault>> check(const Expression& expression, const TypeOf& type_of,
                                                       const std::optional<Type>& wanted = std::nullopt);

struct TypedValue {
  Type type;
  const Json* value = nullptr;  // canonical for the type; outlives the evaluation
};
// The value of `root.name`, asked for as TypeOf asks; nullopt: there is none.
using ValueOf = std::function<std::optional<TypedValue>(std::string_view root, std::string_view name)>;

// A unit is a node of the tree that is visited, an element that is looked at, or a byte of text that is read.
inline constexpr std::int64_t k_expression_budget = 1'000'000;

// The value of an expression, canonical for `type`: what check() answered, or Kind::json for any value that
// json can hold. The expression need not have been checked: then operators meet wrong types at run time.
std::variant<Json, ExpressionFault> evaluate(const Expression& expression, const ValueOf& value_of,
                                             const Type& type, std::int64_t budget = k_expression_budget);

// The text of the value, where a scalar is expected: that of json is its JSON, and null has none.
std::variant<std::optional<std::string>, ExpressionFault> evaluate_text(const Expression& expression,
                                                                        const ValueOf& value_of);

}  // namespace wf
