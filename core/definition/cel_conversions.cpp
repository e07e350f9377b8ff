// int() double() string() bool() timestamp() duration() dyn().
#include <algorithm>
#include <limits>

#include "core/base/text.hpp"
#include "core/definition/cel_functions.hpp"
#include "core/definition/cel_time.hpp"
#include "core/definition/value.hpp"

namespace wf::cel {

namespace {

Value same(std::span<Value> arguments, Budget&) { return std::move(arguments[0]); }

Value unreadable(const Value& text, std::string_view what, std::string_view hint) {
  return {Fault{cat(in_quotes(text.as<std::string>()), " is no ", what), std::string(hint), {}}};
}

// The text as a value of an input of that type would be read.
std::optional<Json> read_as(wf::Kind kind, const Value& text) {
  ValueResult result = value_from_text(Type(kind), text.as<std::string>());
  if (auto* value = std::get_if<Json>(&result)) return std::move(*value);
  return std::nullopt;
}

Value text_to_int(std::span<Value> arguments, Budget&) {
  if (auto value = parse_int(arguments[0].as<std::string>())) return {*value};
  return unreadable(arguments[0], "int", "only decimal digits between -2^63 and 2^63-1 are");
}

// As CEL has it: towards zero, and the two ends of the range excluded.
Value float_to_int(std::span<Value> arguments, Budget&) {
  double value = arguments[0].as<double>();
  if (value > -0x1p63 && value < 0x1p63) return {static_cast<std::int64_t>(value)};
  return {Fault{"the float is outside the range of 64-bit integers", {}, {}}};
}

Value time_to_int(std::span<Value> arguments, Budget&) { return {arguments[0].as<Instant>().seconds}; }

Value int_to_float(std::span<Value> arguments, Budget&) {
  return {static_cast<double>(arguments[0].as<std::int64_t>())};
}

// As cel-go reads them: in any case, and infinity with a sign.
std::optional<double> named_float(std::string_view text) {
  auto is = [](std::string_view word, std::string_view name) {
    auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
    return std::equal(word.begin(), word.end(), name.begin(), name.end(), same);
  };
  if (is(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!is(text, "inf") && !is(text, "infinity")) return std::nullopt;
  return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}

Value text_to_float(std::span<Value> arguments, Budget&) {
  const auto& text = arguments[0].as<std::string>();
  if (auto value = named_float(text)) return {*value};
  // An input has one zero; in an expression the sign of another shows where something is divided by it.
  if (auto value = read_as(wf::Kind::floating, arguments[0]))
    return {value->as_double() == 0 && text.starts_with('-') ? -0.0 : value->as_double()};
  return unreadable(arguments[0], "float", "write a number such as 0.5, 1e-3, inf or nan");
}

Value text_to_bool(std::span<Value> arguments, Budget&) {
  constexpr std::array<std::string_view, 5> k_true{"1", "t", "true", "TRUE", "True"};
  constexpr std::array<std::string_view, 5> k_false{"0", "f", "false", "FALSE", "False"};
  const auto& text = arguments[0].as<std::string>();
  if (std::find(k_true.begin(), k_true.end(), text) != k_true.end()) return {true};
  if (std::find(k_false.begin(), k_false.end(), text) != k_false.end()) return {false};
  return unreadable(arguments[0], "bool", "1, t, true and 0, f, false are");
}

Value bool_to_text(std::span<Value> a, Budget&) { return {std::string(a[0].as<bool>() ? "true" : "false")}; }
Value int_to_text(std::span<Value> a, Budget&) { return {std::to_string(a[0].as<std::int64_t>())}; }
Value float_to_text(std::span<Value> a, Budget&) {
  return {value_to_text(Type(wf::Kind::floating), Json(a[0].as<double>()))};
}
Value time_to_text(std::span<Value> a, Budget&) { return {format_datetime(a[0].as<Instant>())}; }

// CEL's form: seconds with what is left of a fraction.
Value duration_to_text(std::span<Value> arguments, Budget&) {
  constexpr std::uint64_t k_second = 1'000'000'000;
  std::int64_t nanos = arguments[0].as<Duration>().nanos;
  std::uint64_t size = nanos < 0 ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
  std::string text = cat(nanos < 0 ? "-" : "", size / k_second);
  if (size % k_second != 0) {
    text += cat(".", std::to_string(k_second + size % k_second).substr(1));
    text.erase(text.find_last_not_of('0') + 1);
  }
  return {text + 's'};
}

// Values of wf may have a blank before the time; CEL's have RFC 3339's T.
Value text_to_time(std::span<Value> arguments, Budget&) {
  const auto& text = arguments[0].as<std::string>();
  bool parted = text.size() > 10 && (text[10] == 'T' || text[10] == 't');
  if (auto instant = parted ? parse_datetime(text) : std::nullopt) return {*instant};
  return unreadable(arguments[0], "datetime of the years 0001 to 9999",
                    "write RFC 3339 with a zone: 2026-01-31T10:20:30Z");
}

Value int_to_time(std::span<Value> arguments, Budget&) {
  return instant_value(arguments[0].as<std::int64_t>(), 0);
}

// Units longer than an hour are wf's own, not CEL's.
Value text_to_duration(std::span<Value> arguments, Budget&) {
  std::string_view text = arguments[0].as<std::string>();
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::optional<std::int64_t> nanos;
  if (text == "0" || text == "-0") nanos = 0;
  if (!nanos && text.find_first_of("dw") == std::string_view::npos) nanos = parse_duration(text);
  if (nanos) return {Duration{*nanos}};
  return unreadable(arguments[0], "duration",
                    "write terms of h, m, s, ms, us and ns within 292 years: 1h30m");
}

constexpr Kind k_none = Kind::none;
constexpr Overload k_int[] = {{{Kind::integer, k_none}, Kind::integer, same},
                              {{Kind::floating, k_none}, Kind::integer, float_to_int},
                              {{Kind::string, k_none}, Kind::integer, text_to_int},
                              {{Kind::timestamp, k_none}, Kind::integer, time_to_int}};
constexpr Overload k_double[] = {{{Kind::floating, k_none}, Kind::floating, same},
                                 {{Kind::integer, k_none}, Kind::floating, int_to_float},
                                 {{Kind::string, k_none}, Kind::floating, text_to_float}};
constexpr Overload k_bool[] = {{{Kind::boolean, k_none}, Kind::boolean, same},
                               {{Kind::string, k_none}, Kind::boolean, text_to_bool}};
constexpr Overload k_string[] = {{{Kind::string, k_none}, Kind::string, same},
                                 {{Kind::boolean, k_none}, Kind::string, bool_to_text},
                                 {{Kind::integer, k_none}, Kind::string, int_to_text},
                                 {{Kind::floating, k_none}, Kind::string, float_to_text},
                                 {{Kind::timestamp, k_none}, Kind::string, time_to_text},
                                 {{Kind::duration, k_none}, Kind::string, duration_to_text}};
constexpr Overload k_timestamp[] = {{{Kind::timestamp, k_none}, Kind::timestamp, same},
                                    {{Kind::string, k_none}, Kind::timestamp, text_to_time},
                                    {{Kind::integer, k_none}, Kind::timestamp, int_to_time}};
constexpr Overload k_duration[] = {{{Kind::duration, k_none}, Kind::duration, same},
                                   {{Kind::string, k_none}, Kind::duration, text_to_duration}};
constexpr Overload k_dyn[] = {{{Kind::dyn, k_none}, Kind::dyn, same}};

constexpr Function k_functions[] = {{"int", Call::function, k_int},
                                    {"double", Call::function, k_double},
                                    {"bool", Call::function, k_bool},
                                    {"string", Call::function, k_string},
                                    {"timestamp", Call::function, k_timestamp},
                                    {"duration", Call::function, k_duration},
                                    {"dyn", Call::function, k_dyn}};

}  // namespace

std::span<const Function> conversion_functions() { return k_functions; }

}  // namespace wf::cel
