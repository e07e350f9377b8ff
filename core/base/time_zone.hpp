// Time zones, from the system's zone database (TZif, RFC 8536). UTC needs no database.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wf {

inline constexpr const char* k_zone_folder = "/usr/share/zoneinfo";

// Time is counted in seconds since 1970-01-01T00:00:00; local time as if that were UTC.
class TimeZone {
 public:
  enum class Fault { unknown, no_database, damaged };
  struct Trouble {
    Fault fault;
    std::string message;
    std::string hint;
  };

  static TimeZone utc() { return TimeZone("UTC"); }
  // An IANA name such as Europe/Berlin.
  static std::variant<TimeZone, Trouble> load(const std::string& name,
                                              const std::string& folder = k_zone_folder);

  const std::string& name() const { return name_; }
  std::int64_t offset_at(std::int64_t instant) const;            // seconds east of UTC
  std::string_view abbreviation_at(std::int64_t instant) const;  // "CET"
  // The instants at which clocks show that time: none in a gap, two in an overlap, else one. In order.
  std::vector<std::int64_t> instants_of(std::int64_t local) const;
  // When the gap that holds that time begins, which is when it ends.
  std::int64_t instant_of_gap(std::int64_t local) const;

 private:
  friend class ZoneReader;
  struct Period {
    std::int64_t begin;
    std::int64_t offset;
    std::string abbreviation;
  };
  // "M3.5.0/2": a day of each year and a time of that day.
  struct YearlyChange {
    char kind = 'M';  // M: month, week, weekday; J: day 1…365 without 29 February; n: day 0…365
    int month = 0;
    int week = 0;
    int day = 0;
    std::int64_t seconds = 7200;
  };
  // What goes on for ever behind the last period.
  struct Rule {
    Period standard{INT64_MIN, 0, "UTC"};
    std::optional<Period> summer;
    YearlyChange to_summer;
    YearlyChange to_standard;
  };

  explicit TimeZone(std::string name) : name_(std::move(name)) {}
  const Period& period_at(std::int64_t instant) const;
  static std::int64_t moment(int year, const YearlyChange& change);

  std::string name_;
  std::vector<Period> periods_;  // in order; the first begins with time itself
  Rule rule_;
  std::int64_t rule_from_ = INT64_MIN;
};

}  // namespace wf
