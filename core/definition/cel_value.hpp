// Values while an expression is evaluated.
#pragma once
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/time.hpp"
#include "core/definition/expression.hpp"
#include "core/definition/type.hpp"

namespace wf::cel {

// What operators and functions are chosen by. Types have two more: `dyn` is any of them, known at run time
// only, and `none` none of them: that of the elements of [].
enum class Kind : std::uint8_t {
  null,
  boolean,
  integer,
  floating,
  string,
  timestamp,
  duration,
  list,
  map,
  content,  // a file or folder
  dyn,
  none
};
std::string_view kind_name(Kind kind);  // as wf names the type: "float", "datetime"

// A text in quotes for a message, cut where it is long.
std::string in_quotes(std::string_view text);

// An error travels as a value: `&&` and `||` may make it unseen, everything else hands it on.
struct Fault {
  std::string message;
  std::string hint;
  std::string_view code;  // k_expression_failed unless given; that of the budget cannot be made unseen
  std::optional<Span> span = std::nullopt;
};

struct Duration {
  std::int64_t nanos = 0;
  auto operator<=>(const Duration&) const = default;
};

// A list, map, file or folder inside a value that was given: read where it stands. Both outlive the value.
struct View {
  const Type* type;
  const Json* json;
};

struct Value;
using List = std::vector<Value>;
using Map = std::vector<std::pair<Value, Value>>;  // by key, each once: bool, int and string, in this order

struct Value {
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Instant, Duration, View,
               std::shared_ptr<const List>, std::shared_ptr<const Map>, Fault>
      data = nullptr;

  Kind kind() const;
  bool is_fault() const { return std::holds_alternative<Fault>(data); }
  template <typename T>
  const T& as() const {
    return std::get<T>(data);
  }
};

// What is left to be spent.
class Budget {
 public:
  explicit Budget(std::int64_t units) : left_(units) {}
  // False when there is less; then nothing more can be spent.
  bool spend(std::size_t units);
  static Fault spent();
  static bool is_spent(const Value& value);

 private:
  std::int64_t left_;
};

// A given value, or a part of one. Canonical Json of the wrong kind is taken for what it is.
Value read_value(const Type& type, const Json& json, Budget& budget);

// Elements of a list, or entries of a map.
std::size_t size_of(const Value& collection);
Value element_at(const Value& list, std::size_t index, Budget& budget);
// nullopt: there is no such key. An int and a float that are the same number are the same key.
std::optional<Value> find_key(const Value& map, const Value& key, Budget& budget);
// A map of these entries; a fault for two equal keys, or a key that is no bool, int or string.
Value make_map(Map entries);

// The entries of a map of either form.
std::variant<std::shared_ptr<const Map>, Fault> entries_of(const Value& map, Budget& budget);

// CEL's ==: numbers by what they count, values of different kinds differ. A bool, or the fault of the budget.
Value equal(const Value& left, const Value& right, Budget& budget);
// The order of two values; nullopt when they have none, unordered for NaN.
std::optional<std::partial_ordering> order(const Value& left, const Value& right);

// The canonical value for a type, or why it does not fit.
std::variant<Json, Fault> written(const Value& value, const Type& type, Budget& budget);
// The text of a value, which null has not; a list or a map has that of its JSON.
std::variant<std::optional<std::string>, Fault> text_of(const Value& value, Budget& budget);

}  // namespace wf::cel
