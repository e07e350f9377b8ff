#include "core/definition/core_schema.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

namespace wf {

namespace {

using Resolved = std::variant<Json, ScalarFault>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::string_view unsigned_part(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return text;
}

bool is_decimal(std::string_view digits) {
  return !digits.empty() && std::all_of(digits.begin(), digits.end(), is_digit);
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool is_float(std::string_view text) {
  text = unsigned_part(text);
  std::size_t e = text.find_first_of("eE");
  if (e != std::string_view::npos && !is_decimal(unsigned_part(text.substr(e + 1)))) return false;
  std::string_view mantissa = text.substr(0, e);
  std::size_t dot = mantissa.find('.');
  if (dot == std::string_view::npos) return is_decimal(mantissa);
  std::string_view whole = mantissa.substr(0, dot);
  std::string_view fraction = mantissa.substr(dot + 1);
  if (whole.empty()) return is_decimal(fraction);
  return is_decimal(whole) && (fraction.empty() || is_decimal(fraction));
}

Resolved read_integer(std::string_view digits, int base, bool negative) {
  std::string text(negative ? "-" : "");
  text += digits;
  std::int64_t value = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (status != std::errc()) return ScalarFault::integer_range;
  return Json(value);
}

Resolved read_float(std::string_view text) {
  // strtod reads too small a number as the nearest there is, which from_chars reports as an error.
  double value = std::strtod(std::string(text).c_str(), nullptr);
  if (std::isinf(value)) return ScalarFault::float_range;
  return Json(value);
}

bool is_prefixed(std::string_view text, std::string_view prefix, std::string_view digits) {
  return text.size() > 2 && text.starts_with(prefix) &&
         text.substr(2).find_first_not_of(digits) == std::string_view::npos;
}

bool is_infinity(std::string_view text) { return is_one_of(unsigned_part(text), {".inf", ".Inf", ".INF"}); }

}  // namespace

Resolved resolve_plain(std::string_view text) {
  if (is_one_of(text, {"true", "True", "TRUE"})) return Json(true);
  if (is_one_of(text, {"false", "False", "FALSE"})) return Json(false);
  char first = text.empty() ? ' ' : text.front();
  if (!is_digit(first) && first != '.' && first != '-' && first != '+') return Json(text);
  if (is_decimal(unsigned_part(text))) return read_integer(unsigned_part(text), 10, first == '-');
  if (is_prefixed(text, "0o", "01234567")) return read_integer(text.substr(2), 8, false);
  if (is_prefixed(text, "0x", "0123456789abcdefABCDEF")) return read_integer(text.substr(2), 16, false);
  if (is_float(text)) return read_float(text);
  constexpr double k_infinity = std::numeric_limits<double>::infinity();
  if (is_infinity(text)) return Json(first == '-' ? -k_infinity : k_infinity);
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return Json(std::numeric_limits<double>::quiet_NaN());
  return Json(text);
}

bool is_former_boolean(std::string_view text) {
  return is_one_of(text, {"y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "on", "On", "ON", "off",
                          "Off", "OFF"});
}

}  // namespace wf
