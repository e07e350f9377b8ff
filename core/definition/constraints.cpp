#include "core/definition/constraints.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>

#include "core/base/pattern.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf {

namespace {

template <typename T>
int order(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

std::pair<std::int64_t, std::int32_t> instant_of(const Json& datetime) {
  Instant instant = parse_datetime(datetime.as_string()).value();
  return {instant.seconds, instant.nanos};
}

ValueError refused(const Port& port, const Json& value, const std::string& why) {
  return {{}, cat("'", value_to_text(port.type, value), "' ", why), {}};
}

// Whether the order of `value` against `bound` is `wrong`; a NaN is within no bounds.
bool beyond(const Type& type, const Json& value, const std::optional<Json>& bound, int wrong) {
  if (!bound) return false;
  std::optional<int> found = compare_values(type, value, *bound);
  return !found || *found == wrong;
}

bool matches(const std::string& pattern, const std::string& text) {
  auto compiled = Pattern::compile(pattern);
  const auto* found = std::get_if<Pattern>(&compiled);
  return found != nullptr && found->matches_whole(text);
}

}  // namespace

std::optional<int> compare_values(const Type& type, const Json& a, const Json& b) {
  switch (type.kind()) {
    case Kind::integer:
    case Kind::duration:
      return order(a.as_int(), b.as_int());
    case Kind::floating:
      if (!(a.as_double() == a.as_double())) return std::nullopt;
      return order(a.as_double(), b.as_double());
    case Kind::datetime:
      return order(instant_of(a), instant_of(b));
    default:
      return std::nullopt;
  }
}

bool has_name_pattern(const Port& port) { return !port.limits.pattern.empty() && port.type.has_content(); }

std::optional<ValueError> violation(const Port& port, const Json& value) {
  const Constraints& limits = port.limits;
  if (value.is_null() || !limits.any()) return std::nullopt;
  const Type& type = without_optional(port.type);
  auto text = [&](const Json& bound) { return value_to_text(type, bound); };
  bool bounded = limits.min || limits.max;
  if (bounded && type.kind() == Kind::floating && std::isnan(value.as_double()))
    return refused(port, value, "is no number that could be compared with the min or the max");
  if (beyond(type, value, limits.min, -1))
    return refused(port, value, cat("is less than the min ", text(*limits.min)));
  if (beyond(type, value, limits.max, 1))
    return refused(port, value, cat("is more than the max ", text(*limits.max)));
  bool checked = !limits.pattern.empty() && !has_name_pattern(port);
  if (checked && !matches(limits.pattern, value.as_string()))
    return refused(port, value, cat("does not match the pattern ", limits.pattern));
  auto same = [text = value.canonical()](const Json& one) { return one.canonical() == text; };
  if (limits.one_of.empty() || std::any_of(limits.one_of.begin(), limits.one_of.end(), same))
    return std::nullopt;
  std::vector<std::string> allowed;
  for (const Json& one : limits.one_of) allowed.push_back(text(one));
  return refused(port, value, cat("is not one of ", join(allowed, ", ")));
}

std::optional<ValueError> name_violation(const Port& port, std::string_view file_name) {
  if (!has_name_pattern(port)) return std::nullopt;
  std::string name(file_name);
  if (::fnmatch(port.limits.pattern.c_str(), name.c_str(), 0) == 0) return std::nullopt;
  return ValueError{{}, cat("the name '", name, "' does not match the pattern ", port.limits.pattern), {}};
}

}  // namespace wf
