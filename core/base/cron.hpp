// Times by the calendar, as cron(8) writes them: minute, hour, day of the month, month, day of the week.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time_zone.hpp"

namespace wf {

// Where both days are restricted, either is enough. A field that is `*` (or `*/1`) restricts nothing.
struct Cron {
  struct Field {
    std::uint64_t values = 0;  // bit n: the value n
    bool any = false;
    bool has(unsigned value) const { return ((values >> value) & 1U) != 0; }
  };
  enum Part { minute, hour, day, month, weekday };
  std::array<Field, 5> fields;

  // The one way to write what it means: names and macros as numbers, lists sorted.
  std::string text() const;
};

struct CronFault {
  std::size_t offset = 0;  // bytes in the text
  std::size_t length = 0;
  std::string message;
  std::string hint;
};

struct CronReading {
  Cron cron;
  std::vector<CronFault> faults;  // each field that is wrong
};

// Five fields of `*`, numbers, names of months and days, ranges, lists and steps; or @hourly, @daily,
// @midnight, @weekly, @monthly, @yearly, @annually.
CronReading parse_cron(std::string_view text);

// How far next_instants() looks: 29 February may be 8 years away.
inline constexpr int k_cron_years = 10;

// The next `count` instants after that one, in seconds since 1970; fewer when there are none within
// k_cron_years.
//
// Where clocks change: a time that is skipped is made up for at the instant of the change, once for all that
// were skipped; a time that comes twice counts the first time only. With `*` for the hour neither applies:
// such a schedule goes on through both passes of an hour, and has nothing to make up for.
std::vector<std::int64_t> next_instants(const Cron& cron, const TimeZone& zone, std::int64_t after,
                                        std::size_t count);

}  // namespace wf
