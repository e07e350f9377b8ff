// JSON values as wf means them: int64 and double stay distinct, objects keep their order until they are
// canonicalised.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wf {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;  // keys are unique; the parser sees to it

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(static_cast<std::int64_t>(value)) {}
  Json(std::int64_t value) : value_(value) {}
  Json(std::uint64_t) = delete;
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}
  static Json object() { return Json(Object{}); }
  static Json array() { return Json(Array{}); }

  bool is_null() const { return value_.index() == 0; }
  bool is_bool() const { return value_.index() == 1; }
  bool is_int() const { return value_.index() == 2; }
  bool is_double() const { return value_.index() == 3; }
  bool is_string() const { return value_.index() == 4; }
  bool is_array() const { return value_.index() == 5; }
  bool is_object() const { return value_.index() == 6; }

  // The value as that kind; the kind must fit (std::bad_variant_access otherwise).
  bool as_bool() const { return std::get<1>(value_); }
  std::int64_t as_int() const { return std::get<2>(value_); }
  double as_double() const { return std::get<3>(value_); }
  const std::string& as_string() const { return std::get<4>(value_); }
  const Array& as_array() const { return std::get<5>(value_); }
  Array& as_array() { return std::get<5>(value_); }
  const Object& as_object() const { return std::get<6>(value_); }
  Object& as_object() { return std::get<6>(value_); }

  // The member named `key`, or nullptr; also nullptr when this is no object.
  const Json* find(std::string_view key) const;
  // The member named `key`; throws Error(k_bad_json) naming the key when it is absent.
  const Json& at(std::string_view key) const;
  // Appends a member to an object; the key must be new.
  Json& add(std::string key, Json value);
  // Appends an element to an array.
  Json& push(Json value);
  // Puts the members of every object inside into the canonical order.
  void sort_keys();

  bool operator==(const Json&) const = default;

  // RFC 8259 text to value. Refuses duplicate keys, integers outside int64, U+0000, invalid UTF-8 and depth
  // over 100. Throws Error(k_bad_json); `what` names the text in the message.
  static Json parse(std::string_view text, std::string_view what);

  // wfc1: RFC 8785 string escaping, keys sorted by UTF-8 bytes, int64 as decimals, floats as ECMAScript
  // writes them plus
  // ".0" where that has neither "." nor "e", -0 as 0.0, non-finite floats as {"$f":"inf"|"-inf"|"nan"}.
  std::string canonical() const;
  // For people and scripts: member order kept, two spaces of indentation, or one line.
  std::string pretty() const;
  std::string compact() const;

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value_;
};

// A finite double as wfc1 writes it: the shortest text that reads back to the same bits.
std::string canonical_float(double value);

}  // namespace wf
