#include "core/base/time_zone.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <optional>

#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_day = 86400;

std::int64_t day_seconds(std::chrono::sys_days day) { return day.time_since_epoch().count() * k_day; }

int year_of(std::int64_t seconds) {
  auto day = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
  return static_cast<int>(std::chrono::year_month_day(day).year());
}

bool is_zone_name(std::string_view name) {
  if (name.empty() || name.size() > 128) return false;
  for (std::string_view part : split(name, '/')) {
    bool plain = std::all_of(part.begin(), part.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '+';
    });
    if (part.empty() || !plain) return false;
  }
  return true;
}

// Other time scales, and names of files that are no places.
bool is_other_scale(std::string_view name) {
  return name == "posix" || name == "right" || name == "localtime" || name == "posixrules";
}

void collect_zones(const std::string& folder, const std::string& before, std::vector<std::string>& names) {
  for (const std::string& entry : list_folder(folder)) {
    if (before.empty() && is_other_scale(entry)) continue;
    std::string path = cat(folder, '/', entry);
    if (!is_zone_name(entry)) continue;
    if (is_folder(path)) {
      collect_zones(path, cat(before, entry, '/'), names);
    } else {
      names.push_back(before + entry);
    }
  }
}

// Nearest by the whole name, or by its last part: "berlin" means Europe/Berlin.
std::string suggestion(const std::string& folder, const std::string& wanted) {
  std::vector<std::string> names;
  collect_zones(folder, "", names);
  std::string tail = cat('/', lower_ascii(wanted));
  for (const std::string& name : names) {
    if (lower_ascii(cat('/', name)).ends_with(tail)) return cat("did you mean '", name, "'?");
  }
  std::string near = did_you_mean(wanted, names);
  return near.empty() ? "zones have names such as Europe/Berlin, America/New_York or UTC" : near;
}

// Fails by throwing this; the file is refused as a whole then.
struct Damaged {};

class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}
  std::string_view take(std::size_t count) {
    if (count > rest_.size()) throw Damaged{};
    std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::int64_t number(std::size_t bytes) {
    std::string_view taken = take(bytes);
    std::uint64_t value = static_cast<unsigned char>(taken[0]) >= 0x80 ? ~std::uint64_t{0} : 0;
    for (char c : taken) value = (value << 8U) | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
  }
  bool skip(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool at_end() const { return rest_.empty(); }
  char front() const { return rest_.empty() ? '\0' : rest_.front(); }
  // Decimal digits.
  int digits() {
    std::size_t count = 0;
    while (count < rest_.size() && count < 4 && std::isdigit(static_cast<unsigned char>(rest_[count])) != 0)
      ++count;
    auto value = parse_int(take(count));
    if (!value) throw Damaged{};
    return static_cast<int>(*value);
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace

class ZoneReader {
 public:
  ZoneReader(TimeZone& zone, std::string_view bytes) : zone_(zone), bytes_(bytes) {}

  void read() {
    Counts first = header();
    if (version_ < '2') throw Damaged{};  // from before 2005: no 64-bit times, no rule for later years
    bytes_.take(data_size(first, 4));
    Counts counts = header();
    data(counts);
    if (!bytes_.skip('\n')) throw Damaged{};
    std::string_view rest = bytes_.rest();
    std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) throw Damaged{};
    if (end > 0) rule(Cursor(rest.substr(0, end)));
  }

 private:
  struct Counts {
    std::size_t utc, standard, leaps, times, types, characters;
  };

  static std::size_t data_size(const Counts& c, std::size_t time_size) {
    return c.times * (time_size + 1) + c.types * 6 + c.characters + c.leaps * (time_size + 4) + c.standard +
           c.utc;
  }

  Counts header() {
    if (bytes_.take(4) != "TZif") throw Damaged{};
    version_ = bytes_.take(1)[0];
    bytes_.take(15);
    auto count = [&] { return static_cast<std::size_t>(bytes_.number(4)); };
    Counts c{};
    c.utc = count();
    c.standard = count();
    c.leaps = count();
    c.times = count();
    c.types = count();
    c.characters = count();
    constexpr std::size_t k_most = 1U << 20U;
    if (std::max({c.utc, c.standard, c.leaps, c.times, c.types, c.characters}) > k_most || c.types == 0)
      throw Damaged{};
    return c;
  }

  void data(const Counts& c) {
    Cursor times(bytes_.take(c.times * 8));
    std::string_view kinds = bytes_.take(c.times);
    Cursor types(bytes_.take(c.types * 6));
    std::string_view names = bytes_.take(c.characters);
    bytes_.take(c.leaps * 12 + c.standard + c.utc);
    std::vector<TimeZone::Period> known;
    for (std::size_t i = 0; i < c.types; ++i) {
      std::int64_t offset = types.number(4);
      types.take(1);
      auto name = static_cast<std::size_t>(static_cast<unsigned char>(types.take(1)[0]));
      if (name >= names.size()) throw Damaged{};
      known.push_back({0, offset, std::string(names.substr(name).substr(0, names.substr(name).find('\0')))});
    }
    zone_.periods_.push_back(known[0]);
    zone_.periods_.back().begin = INT64_MIN;
    for (char kind : kinds) {
      auto index = static_cast<std::size_t>(static_cast<unsigned char>(kind));
      if (index >= known.size()) throw Damaged{};
      zone_.periods_.push_back(known[index]);
      zone_.periods_.back().begin = times.number(8);
    }
    zone_.rule_from_ = INT64_MAX;
    zone_.rule_.standard = zone_.periods_.back();
  }

  // "CET-1CEST,M3.5.0,M10.5.0/3"
  void rule(Cursor text) {
    TimeZone::Rule rule;
    rule.standard.abbreviation = abbreviation(text);
    rule.standard.offset = -clock(text);
    if (!text.at_end()) {
      rule.summer = {0, 0, abbreviation(text)};
      bool given = text.front() != ',' && !text.at_end();
      rule.summer->offset = given ? -clock(text) : rule.standard.offset + 3600;
      rule.to_summer = change(text);
      rule.to_standard = change(text);
    }
    if (!text.at_end()) throw Damaged{};
    zone_.rule_ = rule;
    zone_.rule_from_ = zone_.periods_.back().begin;
  }

  static std::string abbreviation(Cursor& text) {
    bool quoted = text.skip('<');
    std::string name;
    auto goes_on = [&](char c) {
      return quoted ? c != '>' && c != '\0' : std::isalpha(static_cast<unsigned char>(c)) != 0;
    };
    while (goes_on(text.front())) name += text.take(1);
    if (name.empty() || (quoted && !text.skip('>'))) throw Damaged{};
    return name;
  }

  // [+-]hh[:mm[:ss]] in seconds.
  static std::int64_t clock(Cursor& text) {
    bool negative = text.skip('-');
    if (!negative) text.skip('+');
    std::int64_t seconds = std::int64_t{text.digits()} * 3600;
    if (text.skip(':')) seconds += std::int64_t{text.digits()} * 60;
    if (text.skip(':')) seconds += text.digits();
    return negative ? -seconds : seconds;
  }

  static TimeZone::YearlyChange change(Cursor& text) {
    if (!text.skip(',')) throw Damaged{};
    TimeZone::YearlyChange found;
    if (text.skip('M')) {
      found.month = text.digits();
      if (!text.skip('.')) throw Damaged{};
      found.week = text.digits();
      if (!text.skip('.')) throw Damaged{};
    } else {
      found.kind = text.skip('J') ? 'J' : 'n';
    }
    found.day = text.digits();
    if (text.skip('/')) found.seconds = clock(text);
    bool fits = found.kind != 'M' || (found.month >= 1 && found.month <= 12 && found.week >= 1 &&
                                      found.week <= 5 && found.day <= 6);
    if (!fits) throw Damaged{};
    return found;
  }

  TimeZone& zone_;
  Cursor bytes_;
  char version_ = '\0';
};

std::variant<TimeZone, TimeZone::Trouble> TimeZone::load(const std::string& name, const std::string& folder) {
  if (name == "UTC") return utc();
  if (!is_folder(folder)) {
    return Trouble{Fault::no_database,
                   cat("the zone database '", folder, "' is absent, so only UTC is known"),
                   "install it: apt-get install tzdata"};
  }
  std::string path = cat(folder, '/', name);
  bool known = is_zone_name(name) && !is_other_scale(split(name, '/')[0]) && exists(path) && !is_folder(path);
  if (!known)
    return Trouble{Fault::unknown, cat("there is no time zone '", name, '\''), suggestion(folder, name)};
  TimeZone zone(name);
  try {
    std::string bytes = read_file(path);
    ZoneReader(zone, bytes).read();
  } catch (const Damaged&) {
    return Trouble{Fault::damaged, cat("the zone file '", path, "' cannot be read"),
                   "install the zone database again: apt-get install --reinstall tzdata"};
  }
  return zone;
}

// Local time of a change in that year, in seconds.
std::int64_t TimeZone::moment(int year, const YearlyChange& change) {
  using namespace std::chrono;
  sys_days first = sys_days(std::chrono::year(year) / January / 1);
  if (change.kind == 'J') {
    bool later = std::chrono::year(year).is_leap() && change.day >= 60;
    return day_seconds(first + days(change.day - (later ? 0 : 1))) + change.seconds;
  }
  if (change.kind == 'n') return day_seconds(first + days(change.day)) + change.seconds;
  year_month month = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(change.month));
  weekday wanted(static_cast<unsigned>(change.day));
  sys_days day = change.week == 5 ? sys_days(month / wanted[last])
                                  : sys_days(month / wanted[static_cast<unsigned>(change.week)]);
  return day_seconds(day) + change.seconds;
}

const TimeZone::Period& TimeZone::period_at(std::int64_t instant) const {
  if (instant < rule_from_) {
    auto after = std::upper_bound(periods_.begin(), periods_.end(), instant,
                                  [](std::int64_t at, const Period& period) { return at < period.begin; });
    return *std::prev(after);
  }
  if (!rule_.summer) return rule_.standard;
  int year = year_of(instant + rule_.standard.offset);
  std::int64_t begin = moment(year, rule_.to_summer) - rule_.standard.offset;
  std::int64_t end = moment(year, rule_.to_standard) - rule_.summer->offset;
  bool summer = begin < end ? instant >= begin && instant < end : instant >= begin || instant < end;
  return summer ? *rule_.summer : rule_.standard;
}

std::int64_t TimeZone::offset_at(std::int64_t instant) const { return period_at(instant).offset; }

std::string_view TimeZone::abbreviation_at(std::int64_t instant) const {
  return period_at(instant).abbreviation;
}

// No zone changes its clocks twice within two days.
std::vector<std::int64_t> TimeZone::instants_of(std::int64_t local) const {
  std::vector<std::int64_t> found;
  for (std::int64_t offset : {offset_at(local - k_day), offset_at(local + k_day)}) {
    std::int64_t instant = local - offset;
    if (offset_at(instant) == offset) found.push_back(instant);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::int64_t TimeZone::instant_of_gap(std::int64_t local) const {
  std::int64_t before = local - k_day;
  std::int64_t after = local + k_day;
  std::int64_t offset = offset_at(before);
  while (after - before > 1) {
    std::int64_t middle = before + (after - before) / 2;
    (offset_at(middle) == offset ? before : after) = middle;
  }
  return after;
}

}  // namespace wf
