#include "core/base/time.hpp"

#include <array>
#include <charconv>
#include <cstdio>

#include "core/base/text.hpp"

namespace wf {

namespace {

__extension__ using Int128 = __int128;  // exact intermediate values of durations

constexpr std::int64_t k_day_seconds = 86'400;

// Days since 1970-01-01 of a proleptic Gregorian date, and back: H. Hinnant, "chrono-Compatible Low-Level
// Date Algorithms".
std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2 ? 1 : 0;
  std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  auto year_of_era = static_cast<unsigned>(year - era * 400);
  unsigned day_of_year = (153 * (month + (month > 2 ? -3U : 9U)) + 2) / 5 + day - 1;
  unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + static_cast<std::int64_t>(day_of_era) - 719'468;
}

struct CivilDate {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

CivilDate civil_from_days(std::int64_t days) {
  days += 719'468;
  std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  auto day_of_era = static_cast<unsigned>(days - era * 146'097);
  unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  unsigned shifted = (5 * day_of_year + 2) / 153;
  unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * shifted + 2) / 5 + 1};
}

unsigned days_in_month(std::int64_t year, unsigned month) {
  constexpr std::array<unsigned, 12> k_days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : k_days[month - 1];
}

// Times are written by the thousand, and printf takes ten times as long.
void append_padded(std::string& out, std::int64_t value, std::size_t width) {
  std::array<char, 20> digits{};
  std::to_chars_result written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  std::string_view text(digits.data(), static_cast<std::size_t>(written.ptr - digits.data()));
  if (text.size() < width) out.append(width - text.size(), '0');
  out += text;
}

// Reads fixed-width fields from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool digits(std::size_t count, int& value) {
    if (rest_.size() < count) return false;
    value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }
  bool one_of(std::string_view accepted, char& found) {
    if (rest_.empty() || accepted.find(rest_.front()) == std::string_view::npos) return false;
    found = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  bool literal(char c) {
    char found;
    return one_of({&c, 1}, found);
  }
  bool fraction(std::int32_t& nanos) {
    std::size_t count = 0;
    nanos = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
      if (count == 9) return false;
      nanos = nanos * 10 + (rest_[count] - '0');
      ++count;
    }
    for (std::size_t i = count; i < 9; ++i) nanos *= 10;
    rest_.remove_prefix(count);
    return count > 0;
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool scan_offset(Scanner& in, std::int64_t& seconds) {
  char sign;
  if (!in.one_of("Zz+-", sign)) return false;
  seconds = 0;
  if (sign == 'Z' || sign == 'z') return true;
  int hours;
  int minutes;
  if (!in.digits(2, hours) || !in.literal(':') || !in.digits(2, minutes) || hours > 23 || minutes > 59)
    return false;
  seconds = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
  return true;
}

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};
// Longer names first where one begins another.
constexpr std::array<Unit, 8> k_units{{{"ns", 1},
                                       {"us", 1'000},
                                       {"ms", 1'000'000},
                                       {"w", 604'800'000'000'000},
                                       {"d", 86'400'000'000'000},
                                       {"h", 3'600'000'000'000},
                                       {"m", 60'000'000'000},
                                       {"s", 1'000'000'000}}};

// One "<number>[.<fraction>]<unit>" from the front of `text`; exact, so a fraction of a nanosecond is
// refused.
std::optional<Int128> take_term(std::string_view& text) {
  Int128 value = 0;
  Int128 scale = 1;
  bool in_fraction = false;
  std::size_t digits = 0;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && !in_fraction && digits > 0) {
      in_fraction = true;
      continue;
    }
    if (text[at] < '0' || text[at] > '9') break;
    if (++digits > 19) return std::nullopt;
    value = value * 10 + (text[at] - '0');
    if (in_fraction) scale *= 10;
  }
  if (digits == 0 || text[at - 1] == '.') return std::nullopt;
  text.remove_prefix(at);
  for (const Unit& unit : k_units) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    Int128 scaled = value * unit.nanos;
    if (scaled % scale != 0) return std::nullopt;
    return scaled / scale;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Instant> parse_datetime(std::string_view text) {
  Scanner in(text);
  int year;
  int month;
  int day;
  int hour;
  int minute;
  int second;
  char separator;
  if (!in.digits(4, year) || !in.literal('-') || !in.digits(2, month) || !in.literal('-') ||
      !in.digits(2, day) || !in.one_of("Tt ", separator) || !in.digits(2, hour) || !in.literal(':') ||
      !in.digits(2, minute) || !in.literal(':') || !in.digits(2, second)) {
    return std::nullopt;
  }
  Instant instant;
  if (in.literal('.') && !in.fraction(instant.nanos)) return std::nullopt;
  std::int64_t offset;
  if (!scan_offset(in, offset) || !in.done()) return std::nullopt;
  if (year < 1 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  if (static_cast<unsigned>(day) > days_in_month(year, static_cast<unsigned>(month))) return std::nullopt;
  instant.seconds =
      days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day)) * k_day_seconds +
      (hour * 60 + minute) * 60 + second - offset;
  CivilDate date = civil_from_days(
      (instant.seconds - (instant.seconds % k_day_seconds + k_day_seconds) % k_day_seconds) / k_day_seconds);
  if (date.year < 1 || date.year > 9999) return std::nullopt;
  return instant;
}

std::string format_datetime(Instant instant) {
  std::int64_t second_of_day = (instant.seconds % k_day_seconds + k_day_seconds) % k_day_seconds;
  CivilDate date = civil_from_days((instant.seconds - second_of_day) / k_day_seconds);
  std::string out;
  append_padded(out, date.year, 4);
  append_padded(out += '-', date.month, 2);
  append_padded(out += '-', date.day, 2);
  append_padded(out += 'T', second_of_day / 3600, 2);
  append_padded(out += ':', second_of_day / 60 % 60, 2);
  append_padded(out += ':', second_of_day % 60, 2);
  if (instant.nanos != 0) {
    append_padded(out += '.', instant.nanos, 9);
    out.erase(out.find_last_not_of('0') + 1);
  }
  return out + 'Z';
}

std::string format_wall_us(std::int64_t wall_us) {
  std::int64_t micros = (wall_us % 1'000'000 + 1'000'000) % 1'000'000;
  std::string text = format_datetime({(wall_us - micros) / 1'000'000, 0});
  text.back() = '.';
  append_padded(text, micros, 6);
  return text + 'Z';
}

std::string date_of(std::int64_t wall_us) { return format_wall_us(wall_us).substr(0, 10); }

std::optional<std::int64_t> parse_duration(std::string_view text) {
  bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  Int128 total = 0;
  while (!text.empty()) {
    auto term = take_term(text);
    if (!term) return std::nullopt;
    total += *term;
    if (total > INT64_MAX) return std::nullopt;
  }
  auto nanos = static_cast<std::int64_t>(total);
  return negative ? -nanos : nanos;
}

std::string format_duration(std::int64_t nanos) {
  constexpr std::array<Unit, 7> k_descending{{{"d", 86'400'000'000'000},
                                              {"h", 3'600'000'000'000},
                                              {"m", 60'000'000'000},
                                              {"s", 1'000'000'000},
                                              {"ms", 1'000'000},
                                              {"us", 1'000},
                                              {"ns", 1}}};
  if (nanos == 0) return "0s";
  std::string out = nanos < 0 ? "-" : "";
  std::uint64_t rest = nanos < 0 ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
  for (const Unit& unit : k_descending) {
    auto size = static_cast<std::uint64_t>(unit.nanos);
    if (rest >= size) out += cat(rest / size, unit.name);
    rest %= size;
  }
  return out;
}

std::string human_duration_us(std::int64_t micros) {
  char buffer[48];
  std::int64_t seconds = micros / 1'000'000;
  if (micros < 1'000'000) return cat(micros / 1000, "ms");
  if (seconds < 60) {
    std::snprintf(buffer, sizeof buffer, "%.1fs", static_cast<double>(micros) / 1e6);
  } else if (seconds < 3600) {
    std::snprintf(buffer, sizeof buffer, "%dm%02ds", static_cast<int>(seconds / 60),
                  static_cast<int>(seconds % 60));
  } else {
    std::snprintf(buffer, sizeof buffer, "%dh%02dm", static_cast<int>(seconds / 3600),
                  static_cast<int>(seconds / 60 % 60));
  }
  return buffer;
}

}  // namespace wf
