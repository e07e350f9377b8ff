#include "core/definition/diagnostic.hpp"

#include <algorithm>
#include <tuple>

#include "core/base/json_members.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

// The longest stretch of a line that is shown: a one-line megabyte must not flood a terminal.
constexpr std::size_t k_shown_before = 60;
constexpr std::size_t k_shown = 120;

std::size_t byte_of_column(std::string_view line, int column) {
  std::size_t at = 0;
  for (int passed = 1; at < line.size(); ++at) {
    bool starts = (static_cast<unsigned char>(line[at]) & 0xc0U) != 0x80;
    if (starts && passed++ == column) return at;
  }
  return at;
}

std::size_t step_to_character(std::string_view line, std::size_t at) {
  while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xc0U) == 0x80) ++at;
  return std::min(at, line.size());
}

std::string shown(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '\t', ' ');
  return escape_terminal(out);
}

std::string mark(Styling styling, Style style, std::string_view text) {
  return styling == Styling::marked ? styled(style, text) : std::string(text);
}

std::string snippet(const Place& place, Styling styling) {
  std::string_view line = place.text;
  int column = place.column - place.text_column + 1;
  std::size_t marked = byte_of_column(line, column);
  std::size_t end = byte_of_column(line, column + place.length);
  std::size_t from = line.size() <= k_shown || marked <= k_shown_before
                         ? 0
                         : step_to_character(line, marked - k_shown_before);
  std::size_t to = step_to_character(line, std::min(line.size(), from + k_shown));
  end = std::min(end, to);
  std::string before = cat(from > 0 || place.text_column > 1 ? "…" : "", shown(line.substr(from, marked - from)));
  std::size_t carets = std::max<std::size_t>(1, display_width(shown(line.substr(marked, end - marked))));
  return cat("  ", before, shown(line.substr(marked, to - marked)), to < line.size() ? "…" : "", "\n  ",
             std::string(display_width(before), ' '), mark(styling, Style::good, std::string(carets, '^')),
             "\n");
}

std::string position(const Place& place) {
  std::string file = escape_terminal(place.file);
  return place.line == 0 ? file : cat(file, ':', place.line, ':', place.column);
}

// A file as a whole has no line, and a line as a whole no column.
Json place_json(const Place& place) {
  auto count = [](auto number) { return number > 0 ? Json(number) : Json(); };
  Json json = Json::object();
  json.add("file", place.file).add("line", count(place.line)).add("column", count(place.column));
  return json.add("length", count(place.length)).add("text", or_null(place.text));
}

}  // namespace

bool Diagnostics::has_errors() const { return error_count() > 0; }

std::size_t Diagnostics::error_count() const { return items_.size() - warning_count(); }

std::size_t Diagnostics::warning_count() const {
  return static_cast<std::size_t>(std::count_if(
      items_.begin(), items_.end(), [](const auto& item) { return item.severity == Severity::warning; }));
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> items = items_;
  auto key = [](const Diagnostic& d) {
    return std::tie(d.place.file, d.place.line, d.place.column, d.code, d.message);
  };
  std::stable_sort(items.begin(), items.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  return items;
}

std::string render(const Diagnostic& diagnostic, Styling styling) {
  bool is_error = diagnostic.severity == Severity::error;
  std::string word =
      is_error ? mark(styling, Style::bad, "error:") : mark(styling, Style::caution, "warning:");
  std::string out = cat(mark(styling, Style::bold, position(diagnostic.place) + ':'), " ", word, " ",
                        escape_terminal(diagnostic.message), " [", diagnostic.code, "]\n");
  if (diagnostic.place.line > 0) out += snippet(diagnostic.place, styling);
  if (!diagnostic.expected.empty()) out += cat("  expected: ", escape_terminal(diagnostic.expected), "\n");
  for (const Note& note : diagnostic.notes) {
    out += cat(position(note.place), ": note: ", escape_terminal(note.text), "\n");
    if (note.place.line > 0) out += snippet(note.place, styling);
  }
  for (std::string_view hint : split(diagnostic.hint, '\n'))
    if (!hint.empty()) out += cat("  hint: ", escape_terminal(hint), "\n");
  return out;
}

Json to_json(const Diagnostic& diagnostic) {
  Json json = Json::object();
  json.add("code", diagnostic.code);
  json.add("severity", diagnostic.severity == Severity::error ? "error" : "warning");
  json.add("place", place_json(diagnostic.place));
  json.add("message", diagnostic.message).add("expected", or_null(diagnostic.expected));
  json.add("hint", or_null(diagnostic.hint));
  return json.add("notes", list_json(diagnostic.notes, [](const Note& note) {
                    return Json::object().add("place", place_json(note.place)).add("text", note.text);
                  }));
}

}  // namespace wf
