#include "core/definition/yaml_trouble.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "core/base/text.hpp"
#include "core/definition/codes.hpp"

namespace wf {

namespace {

struct Stretch {
  std::size_t begin;  // in the line
  std::size_t end;
};

constexpr std::string_view k_item_ends = ",{}[] \t";

bool is_flow_start(char c) { return c == ',' || c == '[' || c == '{'; }

// The item around `at`: from behind the last ", " or ": " to the next comma or the end of the brackets that
// the item did not open itself.
Stretch item_around(std::string_view line, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && k_item_ends.find(line[begin - 1]) == std::string_view::npos) --begin;
  std::size_t end = at;
  for (int open = 0; end < line.size(); ++end) {
    char c = line[end];
    if (c == '[' || c == '{') ++open;
    if (c == ']' || c == '}') --open;
    if (open < 0 || (open == 0 && c == ',')) break;
    if (open == 0 && end > at && c == ':' && end + 1 < line.size() && line[end + 1] == ' ') break;
  }
  while (end > begin + 1 && line[end - 1] == ' ') --end;
  return {begin, end};
}

// A character that YAML gives a meaning of its own where the user meant text: glued to a plain scalar, or at
// the start of an item.
bool trips(std::string_view line, std::size_t at) {
  char c = line[at];
  char before = at == 0 ? ' ' : line[at - 1];
  bool glued = std::string_view(" \t,[{}]'\":").find(before) == std::string_view::npos;
  bool starts = before == ' ' || is_flow_start(before);
  if (c == '[' || c == '{' || c == '?')
    return glued || (c == '?' && starts && at + 1 < line.size() && line[at + 1] != ' ');
  if (c == '*' || c == '&' || c == '!' || c == '@' || c == '`' || c == '%') return starts;
  return false;
}

std::optional<std::size_t> find_tripping(std::string_view line, std::size_t near) {
  if (line.empty()) return std::nullopt;
  for (std::size_t at = std::min(near, line.size() - 1) + 1; at-- > 0;) {
    if (trips(line, at)) return at;
  }
  return std::nullopt;
}

// A `#` behind a blank begins a comment; inside brackets that cuts the rest of the list off.
std::optional<std::size_t> find_cutting_comment(std::string_view line) {
  std::size_t at = line.find(" #");
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view before = line.substr(0, at);
  auto opened =
      std::count_if(before.begin(), before.end(), [](char c) { return c == '[' || c == '{' || c == '('; });
  auto closed =
      std::count_if(before.begin(), before.end(), [](char c) { return c == ']' || c == '}' || c == ')'; });
  if (opened <= closed) return std::nullopt;
  return at + 1;
}

Diagnostic quote_this(const SourceText& source, std::size_t line_begin, std::string_view line,
                      std::size_t tripping) {
  Stretch item = item_around(line, tripping);
  std::string text(line.substr(item.begin, item.end - item.begin));
  return {codes::k_yaml_quote,
          Severity::error,
          source.place(line_begin + item.begin, text.size()),
          cat("YAML gives '", std::string(1, line[tripping]), "' a meaning of its own in '", text, "'"),
          {},
          cat("quote this: \"", text, "\""),
          {}};
}

Diagnostic comment_cuts(const SourceText& source, std::size_t at) {
  return {codes::k_yaml_quote,
          Severity::error,
          source.place(at, 1),
          "a comment begins at this '#' and cuts the text before it short",
          {},
          "quote this: put the whole text into double quotes",
          {}};
}

bool is_tab_indented(std::string_view line) {
  return line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

Diagnostic tab_indented(const SourceText& source, std::size_t begin, std::string_view line) {
  std::size_t blanks = std::min(line.find_first_not_of(" \t"), line.size());
  return {codes::k_tab_indentation,
          Severity::error,
          source.place(begin, blanks),
          "the line is indented with a tab",
          {},
          "indent with spaces",
          {}};
}

// "*base" rather than "*.txt".
bool names_an_anchor(std::string_view line, std::size_t at) {
  std::size_t end = line.find_first_of(" ,]}", at);
  std::string_view name = line.substr(at + 1, end - at - 1);
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Diagnostic unknown_alias(const SourceText& source, std::size_t at) {
  return {codes::k_unknown_alias,
          Severity::error,
          source.place(at, 1),
          "this alias stands for an anchor that is not defined above it",
          {},
          "define '&name' first, or quote the text if no alias was meant",
          {}};
}

std::string advice(std::string_view what) {
  if (what.find("illegal map value") != std::string_view::npos)
    return "a text with ': ' in it needs quotes; a nested key belongs on a line of its own, indented further";
  if (what.find("flow not found") != std::string_view::npos)
    return "close the bracket, and put commas between the items";
  if (what.find("EOF in scalar") != std::string_view::npos) return "close the quote";
  if (what.find("end of map not found") != std::string_view::npos ||
      what.find("end of sequence not found") != std::string_view::npos)
    return "indent the line like its neighbours; text behind a closing quote or bracket needs quotes around "
           "all of it";
  return "quote the text if it was meant as text";
}

Diagnostic syntax(const SourceText& source, std::size_t at, std::string_view what) {
  return {codes::k_yaml_syntax,
          Severity::error,
          source.place(at, 1),
          cat("this is not valid YAML: ", what),
          {},
          advice(what),
          {}};
}

}  // namespace

Diagnostic explain_trouble(const SourceText& source, std::size_t at, std::string_view what) {
  // At the end of the text the mark stands behind the last line, which is the one to show.
  std::string_view text = source.text();
  std::size_t last = text.find_last_not_of(" \t\r\n");
  if (last != std::string_view::npos && at > last) at = last;
  static_cast<void>(source.place(at, 1));
  std::size_t begin = 0;
  std::string_view line = source.line_at(at, &begin);
  if (is_tab_indented(line)) return tab_indented(source, begin, line);
  if (auto cut = find_cutting_comment(line)) return comment_cuts(source, begin + *cut);
  bool no_anchor = what.find("anchor is not defined") != std::string_view::npos;
  if (no_anchor && names_an_anchor(line, at - begin)) return unknown_alias(source, at);
  if (auto tripping = find_tripping(line, at - begin)) return quote_this(source, begin, line, *tripping);
  return syntax(source, at, what);
}

Diagnostic explain_tag(const SourceText& source, std::size_t at) {
  static_cast<void>(source.place(at, 1));
  std::size_t begin = 0;
  std::string_view line = source.line_at(at, &begin);
  Stretch item = item_around(line, at - begin);
  std::string text(line.substr(item.begin, item.end - item.begin));
  return {codes::k_yaml_tag,
          Severity::error,
          source.place(at, text.size()),
          cat("'", text, "' is read as a YAML tag, which the format does not have"),
          {},
          cat("quote this if text was meant: \"", text, "\"; otherwise remove the tag"),
          {}};
}

}  // namespace wf
