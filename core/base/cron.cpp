#include "core/base/cron.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "core/base/text.hpp"

namespace wf {

namespace {

struct FieldText {
  std::string_view what;
  unsigned first;
  unsigned last;
  std::string_view names;  // three letters each, the first for `first`
};

constexpr std::array<FieldText, 5> k_fields{{{"the minute", 0, 59, ""},
                                             {"the hour", 0, 23, ""},
                                             {"the day of the month", 1, 31, ""},
                                             {"the month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
                                             {"the day of the week", 0, 7, "sunmontuewedthufrisat"}}};

struct Macro {
  std::string_view name;
  std::string_view text;
};
constexpr std::array<Macro, 7> k_macros{{{"@hourly", "0 * * * *"},
                                         {"@daily", "0 0 * * *"},
                                         {"@midnight", "0 0 * * *"},
                                         {"@weekly", "0 0 * * 0"},
                                         {"@monthly", "0 0 1 * *"},
                                         {"@yearly", "0 0 1 1 *"},
                                         {"@annually", "0 0 1 1 *"}}};

struct Word {
  std::string_view text;
  std::size_t offset;
};

std::vector<Word> words_of(std::string_view text, char separator) {
  std::vector<Word> words;
  std::size_t offset = 0;
  for (std::string_view word : split(text, separator)) {
    words.push_back({word, offset});
    offset += word.size() + 1;
  }
  return words;
}

// Reads one field; the first thing wrong in it is its fault.
class FieldReader {
 public:
  FieldReader(const FieldText& kind, Word field, std::vector<CronFault>& faults)
      : kind_(kind), field_(field), faults_(faults) {}

  Cron::Field read() {
    Cron::Field found;
    for (const Word& item : words_of(field_.text, ',')) {
      if (!read_item(item, found)) break;
    }
    if (kind_.last == 7 && found.has(7)) found.values = (found.values & 0x7fU) | 1U;  // Sunday is 0 and 7
    return found;
  }

 private:
  bool fail(const Word& at, std::string message, std::string hint = {}) {
    faults_.push_back({field_.offset + at.offset, std::max<std::size_t>(1, at.text.size()),
                       std::move(message), std::move(hint)});
    return false;
  }

  std::optional<unsigned> value(const Word& at) {
    std::string name = lower_ascii(at.text);
    if (name.size() == 3 && !kind_.names.empty()) {
      for (unsigned i = 0; i * 3 < kind_.names.size(); ++i) {
        if (kind_.names.substr(i * std::size_t{3}, 3) == name) return kind_.first + i;
      }
    }
    bool digits = !at.text.empty() && at.text.find_first_not_of("0123456789") == std::string_view::npos;
    auto number = digits ? parse_int(at.text) : std::nullopt;
    if (number && *number >= kind_.first && *number <= kind_.last) return static_cast<unsigned>(*number);
    std::string range = cat(kind_.what, " is ", kind_.first, " to ", kind_.last);
    if (!kind_.names.empty()) range += cat(", or a name such as ", kind_.names.substr(0, 3));
    fail(at,
         at.text.empty() ? cat(kind_.what, " lacks a number here")
                         : cat("'", at.text, "' is not ", kind_.what),
         hint_for(at.text, range));
    return std::nullopt;
  }

  static std::string hint_for(std::string_view text, std::string range) {
    if (text == "?") return "write * for any day";
    if (text.find_first_of("LW#lw") != std::string_view::npos && text.size() <= 3)
      return cat(range, "; L, W and # of other schedulers are not known here");
    return range;
  }

  bool read_item(const Word& item, Cron::Field& out) {
    std::size_t slash = item.text.find('/');
    Word range{item.text.substr(0, slash), item.offset};
    std::int64_t step = 1;
    if (slash != std::string_view::npos) {
      Word given{item.text.substr(slash + 1), item.offset + slash + 1};
      auto number = parse_int(given.text);
      if (!number || *number < 1 || *number > kind_.last)
        return fail(given, cat("'", given.text, "' is no step"), cat("a step is 1 to ", kind_.last));
      step = *number;
    }
    unsigned first = kind_.first;
    unsigned last = kind_.last == 7 ? 6 : kind_.last;
    if (range.text == "*") {
      out.any = out.any || step == 1;
    } else if (!read_range(range, slash != std::string_view::npos, first, last)) {
      return false;
    }
    for (unsigned at = first; at <= last; at += static_cast<unsigned>(step))
      out.values |= std::uint64_t{1} << at;
    return true;
  }

  // "1-5", "mon-fri", "3"; with a step behind it "3" goes on to the end.
  bool read_range(const Word& range, bool has_step, unsigned& first, unsigned& last) {
    std::size_t dash = range.text.find('-');
    auto begin = value({range.text.substr(0, dash), range.offset});
    if (!begin) return false;
    first = *begin;
    if (dash == std::string_view::npos) {
      if (!has_step) last = first;
      return first <= last || fail(range, cat("'", range.text, "' has nothing to step through"));
    }
    auto end = value({range.text.substr(dash + 1), range.offset + dash + 1});
    if (!end) return false;
    last = *end;
    if (first <= last) return true;
    return fail(
        range, cat("'", range.text, "' ends before it begins"),
        cat("write two ranges: ", first, '-', kind_.last == 7 ? 6 : kind_.last, ',', kind_.first, '-', last));
  }

  const FieldText& kind_;
  Word field_;
  std::vector<CronFault>& faults_;
};

std::vector<Word> fields_of(std::string_view text) {
  std::vector<Word> fields;
  for (std::size_t at = 0; (at = text.find_first_not_of(" \t", at)) != std::string_view::npos;) {
    std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
    fields.push_back({text.substr(at, end - at), at});
    at = end;
  }
  return fields;
}

CronReading read_macro(const Word& word) {
  std::string name = lower_ascii(word.text);
  std::vector<std::string> names;
  for (const Macro& macro : k_macros) {
    if (macro.name == name) return parse_cron(macro.text);
    names.emplace_back(macro.name);
  }
  std::string hint = name == "@every" ? "for a fixed rate write every: 6h" : did_you_mean(name, names);
  if (hint.empty()) hint = cat("there are ", join(names, ", "));
  return {{}, {{word.offset, word.text.size(), cat("'", word.text, "' is not known"), hint}}};
}

// What is left of the whole text where the number of fields is wrong.
CronFault wrong_count(std::string_view text, const std::vector<Word>& fields) {
  std::string count = fields.empty() ? "nothing stands here" : cat(fields.size(), " fields stand here");
  if (fields.size() == 1) count = "one field stands here";
  std::string hint = "minute, hour, day of the month, month, day of the week, such as '0 3 * * *'";
  if (fields.size() < 5) return {0, std::max<std::size_t>(1, text.size()), cat(count, ", not 5"), hint};
  std::size_t from = fields[5].offset;
  if (fields.size() == 6) hint += "; there are no seconds and no years";
  return {from, text.size() - from, cat(count, ", not 5"), hint};
}

// "1-5,7"
std::string list_text(const Cron::Field& field, unsigned last) {
  std::string out;
  for (unsigned at = 0; at <= last; ++at) {
    if (!field.has(at)) continue;
    unsigned end = at;
    while (end < last && field.has(end + 1)) ++end;
    out += cat(out.empty() ? "" : ",", at, end > at ? cat(end == at + 1 ? ',' : '-', end) : "");
    at = end;
  }
  return out;
}

std::string field_text(const Cron::Field& field, const FieldText& kind) {
  if (field.any) return "*";
  unsigned last = kind.last == 7 ? 6 : kind.last;
  for (unsigned step = 2; kind.first + 2 * step <= last; ++step) {
    std::uint64_t stepped = 0;
    for (unsigned at = kind.first; at <= last; at += step) stepped |= std::uint64_t{1} << at;
    if (stepped == field.values) return cat("*/", step);
  }
  return list_text(field, last);
}

bool matches(const Cron& cron, std::chrono::sys_days day) {
  std::chrono::year_month_day date(day);
  if (!cron.fields[Cron::month].has(static_cast<unsigned>(date.month()))) return false;
  const Cron::Field& days = cron.fields[Cron::day];
  const Cron::Field& weekdays = cron.fields[Cron::weekday];
  bool by_date = days.has(static_cast<unsigned>(date.day()));
  bool by_week = weekdays.has(std::chrono::weekday(day).c_encoding());
  return days.any || weekdays.any ? by_date && by_week : by_date || by_week;
}

void add_time(const Cron& cron, const TimeZone& zone, std::int64_t local, std::vector<std::int64_t>& found) {
  std::vector<std::int64_t> instants = zone.instants_of(local);
  bool hourly = cron.fields[Cron::hour].any;
  if (!hourly && instants.size() > 1) instants.pop_back();
  if (!hourly && instants.empty()) instants.push_back(zone.instant_of_gap(local));
  found.insert(found.end(), instants.begin(), instants.end());
}

}  // namespace

std::string Cron::text() const {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < fields.size(); ++i) texts.push_back(field_text(fields.at(i), k_fields.at(i)));
  return join(texts, " ");
}

CronReading parse_cron(std::string_view text) {
  std::vector<Word> words = fields_of(text);
  if (!words.empty() && words[0].text.starts_with('@') &&
      (words.size() == 1 || lower_ascii(words[0].text) == "@every"))
    return read_macro(words[0]);
  CronReading reading;
  if (words.size() != 5) {
    reading.faults.push_back(wrong_count(text, words));
    return reading;
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    reading.cron.fields.at(i) = FieldReader(k_fields.at(i), words[i], reading.faults).read();
  }
  return reading;
}

std::vector<std::int64_t> next_instants(const Cron& cron, const TimeZone& zone, std::int64_t after,
                                        std::size_t count) {
  std::vector<std::int64_t> found;
  auto today = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_seconds(std::chrono::seconds(after + zone.offset_at(after))));
  for (int i = -1; i < k_cron_years * 366 && found.size() < count; ++i) {
    std::chrono::sys_days day = today + std::chrono::days(i);
    if (!matches(cron, day)) continue;
    for (unsigned hour = 0; hour < 24; ++hour) {
      if (!cron.fields[Cron::hour].has(hour)) continue;
      for (unsigned minute = 0; minute < 60; ++minute) {
        if (!cron.fields[Cron::minute].has(minute)) continue;
        add_time(cron, zone, day.time_since_epoch().count() * std::int64_t{86400} + hour * 3600 + minute * 60,
                 found);
      }
    }
    std::erase_if(found, [after](std::int64_t instant) { return instant <= after; });
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
  }
  if (found.size() > count) found.resize(count);
  return found;
}

}  // namespace wf
