#include "core/definition/cel_time.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "core/base/text.hpp"

namespace wf::cel {

namespace {

constexpr std::int64_t k_second = 1'000'000'000;
constexpr std::int64_t k_first_second = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t k_last_second = 253'402'300'799;   // 9999-12-31T23:59:59Z

Value no_duration() {
  return {Fault{"the result is outside the range of durations, about 292 years", {}, {}}};
}

Value moved(const Value& instant, std::int64_t nanos, std::int64_t sign) {
  const auto& from = instant.as<Instant>();
  return instant_value(from.seconds + sign * (nanos / k_second), from.nanos + sign * (nanos % k_second));
}

// --- parts of a datetime -----------------------------------------------------------------------------------

// "UTC", "+02:00", "-09:30", "02:00" as seconds.
std::optional<std::int64_t> parse_zone(std::string_view zone) {
  if (zone == "UTC") return 0;
  std::int64_t sign = zone.starts_with('-') ? -1 : 1;
  if (zone.starts_with('-') || zone.starts_with('+')) zone.remove_prefix(1);
  if (zone.size() != 5 || zone[2] != ':') return std::nullopt;
  std::optional<std::int64_t> hours = parse_int(zone.substr(0, 2));
  std::optional<std::int64_t> minutes = parse_int(zone.substr(3));
  if (!hours || !minutes || *hours < 0 || *hours > 23 || *minutes < 0 || *minutes > 59) return std::nullopt;
  return sign * (*hours * 60 + *minutes) * 60;
}

struct Civil {
  std::chrono::year_month_day date;
  std::chrono::sys_days day;
  std::int64_t second_of_day;
  std::int32_t nanos;
};
using Part = std::int64_t (*)(const Civil&);

std::int64_t year(const Civil& at) { return static_cast<int>(at.date.year()); }
std::int64_t month(const Civil& at) { return static_cast<unsigned>(at.date.month()) - std::int64_t{1}; }
std::int64_t date(const Civil& at) { return static_cast<unsigned>(at.date.day()); }
std::int64_t day_of_month(const Civil& at) { return date(at) - 1; }
std::int64_t day_of_week(const Civil& at) { return std::chrono::weekday(at.day).c_encoding(); }
std::int64_t day_of_year(const Civil& at) {
  return (at.day - std::chrono::sys_days(at.date.year() / std::chrono::January / 1)).count();
}
std::int64_t hours(const Civil& at) { return at.second_of_day / 3600; }
std::int64_t minutes(const Civil& at) { return at.second_of_day / 60 % 60; }
std::int64_t seconds(const Civil& at) { return at.second_of_day % 60; }
std::int64_t milliseconds(const Civil& at) { return at.nanos / 1'000'000; }

// Of a datetime, in UTC or in the zone of the second argument.
template <Part part>
Value part_of(std::span<Value> arguments, Budget&) {
  std::int64_t offset = 0;
  if (arguments.size() == 2) {
    const auto& zone = arguments[1].as<std::string>();
    std::optional<std::int64_t> parsed = parse_zone(zone);
    if (!parsed) return {Fault{zone_problem(zone), std::string(k_zone_hint), {}}};
    offset = *parsed;
  }
  const auto& instant = arguments[0].as<Instant>();
  std::chrono::sys_seconds time{std::chrono::seconds(instant.seconds + offset)};
  auto day = std::chrono::floor<std::chrono::days>(time);
  return {part({std::chrono::year_month_day(day), day, (time - day).count(), instant.nanos})};
}

// A whole duration in some unit.
template <std::int64_t Nanos>
Value in_units(std::span<Value> arguments, Budget&) {
  return {arguments[0].as<Duration>().nanos / Nanos};
}
Value millisecond_part(std::span<Value> arguments, Budget&) {
  return {arguments[0].as<Duration>().nanos % k_second / 1'000'000};
}

constexpr Kind k_time = Kind::timestamp;
template <Part part>
constexpr Overload k_part[] = {{{k_time, Kind::none}, Kind::integer, part_of<part>},
                               {{k_time, Kind::string}, Kind::integer, part_of<part>}};
template <Part part, Apply of_duration>
constexpr Overload k_either[] = {{{k_time, Kind::none}, Kind::integer, part_of<part>},
                                 {{k_time, Kind::string}, Kind::integer, part_of<part>},
                                 {{Kind::duration, Kind::none}, Kind::integer, of_duration}};

constexpr Function k_functions[] = {
    {"getFullYear", Call::method, k_part<year>},
    {"getMonth", Call::method, k_part<month>},
    {"getDate", Call::method, k_part<date>},
    {"getDayOfMonth", Call::method, k_part<day_of_month>},
    {"getDayOfWeek", Call::method, k_part<day_of_week>},
    {"getDayOfYear", Call::method, k_part<day_of_year>},
    {"getHours", Call::method, k_either<hours, in_units<3600 * k_second>>},
    {"getMinutes", Call::method, k_either<minutes, in_units<60 * k_second>>},
    {"getSeconds", Call::method, k_either<seconds, in_units<k_second>>},
    {"getMilliseconds", Call::method, k_either<milliseconds, millisecond_part>}};

}  // namespace

Value instant_value(std::int64_t seconds, std::int64_t nanos) {
  seconds += nanos / k_second;
  nanos %= k_second;
  if (nanos < 0) {
    nanos += k_second;
    --seconds;
  }
  if (seconds < k_first_second || seconds > k_last_second) {
    return {Fault{"the datetime is outside the range of the years 0001 to 9999", {}, {}}};
  }
  return {Instant{seconds, static_cast<std::int32_t>(nanos)}};
}

Value later(std::span<Value> arguments, Budget&) {
  bool time_first = arguments[0].kind() == Kind::timestamp;
  return moved(arguments[time_first ? 0 : 1], arguments[time_first ? 1 : 0].as<Duration>().nanos, 1);
}

Value earlier(std::span<Value> arguments, Budget&) {
  return moved(arguments[0], arguments[1].as<Duration>().nanos, -1);
}

Value time_between(std::span<Value> arguments, Budget&) {
  const auto& to = arguments[0].as<Instant>();
  const auto& from = arguments[1].as<Instant>();
  std::int64_t nanos = 0;
  if (__builtin_mul_overflow(to.seconds - from.seconds, k_second, &nanos) ||
      __builtin_add_overflow(nanos, to.nanos - from.nanos, &nanos)) {
    return no_duration();
  }
  return {Duration{nanos}};
}

Value add_durations(std::span<Value> arguments, Budget&) {
  Duration sum;
  bool over = __builtin_add_overflow(arguments[0].as<Duration>().nanos, arguments[1].as<Duration>().nanos,
                                     &sum.nanos);
  return over ? no_duration() : Value{sum};
}

Value subtract_durations(std::span<Value> arguments, Budget&) {
  Duration rest;
  bool over = __builtin_sub_overflow(arguments[0].as<Duration>().nanos, arguments[1].as<Duration>().nanos,
                                     &rest.nanos);
  return over ? no_duration() : Value{rest};
}

std::span<const Function> time_functions() { return k_functions; }

bool takes_zone(std::string_view function) {
  return std::any_of(std::begin(k_functions), std::end(k_functions),
                     [&](const Function& one) { return one.name == function; });
}

std::string zone_problem(std::string_view zone) {
  if (parse_zone(zone)) return {};
  return cat(in_quotes(zone), " is no time zone that wf knows in expressions");
}

}  // namespace wf::cel
