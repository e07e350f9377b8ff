// Points and spans of time as text (RFC 3339, and durations as people write them).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wf {

// An instant in UTC, years 0001 to 9999.
struct Instant {
  std::int64_t seconds = 0;  // since 1970-01-01T00:00:00Z
  std::int32_t nanos = 0;    // 0 … 999 999 999
  bool operator==(const Instant&) const = default;
};

// RFC 3339 with a zone ("2024-01-01T00:00:00Z", "…+02:00"), at most 9 fraction digits. Leap seconds and times
// without a zone are refused (nullopt).
std::optional<Instant> parse_datetime(std::string_view text);
// UTC, "Z", no trailing zeros in the fraction.
std::string format_datetime(Instant instant);
// "2026-01-31T10:20:30.123456Z" of microseconds since 1970: always six digits.
std::string format_wall_us(std::int64_t wall_us);
std::string date_of(std::int64_t wall_us);  // "2026-01-31", UTC

// A sum of terms "1h30m", "250ms", "1.5s", "-2m"; units ns us ms s m h d w. nullopt when malformed or outside
// int64 ns.
std::optional<std::int64_t> parse_duration(std::string_view text);
// The inverse, in the largest units that are exact: 5400e9 -> "1h30m"; 0 -> "0s".
std::string format_duration(std::int64_t nanos);
// For people: "3.2s", "1m05s", "2h03m".
std::string human_duration_us(std::int64_t micros);

}  // namespace wf
