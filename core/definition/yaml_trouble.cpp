#include "core/definition/yaml_trouble.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/base/text.hpp"
#include "core/definition/codes.hpp"

namespace wf {

namespace {

// A scalar of a line: a key, a value or an item.
struct Item {
  std::size_t begin;  // in the line
  std::size_t end;
  bool quoted;  // at its first character
};

bool is_flow_start(char c) { return c == ',' || c == '[' || c == '{'; }
bool is_blank_at(std::string_view line, std::size_t at) { return at >= line.size() || line[at] == ' '; }

// Finds the scalars of a line as whoever wrote them meant them: what a scalar opens itself belongs to it.
class LineItems {
 public:
  explicit LineItems(std::string_view line) : line_(line) {
    auto count = [&](std::string_view characters) {
      return std::count_if(line.begin(), line.end(), [&](char c) { return characters.find(c) != std::string_view::npos; });
    };
    // Lists over several lines: brackets are closed that no bracket here opens, or a comma ends the line.
    flow_ = count("}]") > count("{[") || line.ends_with(',') ? 1 : 0;
  }

  std::vector<Item> find() {
    while (at_ < line_.size()) {
      char c = line_[at_];
      if (c == '{' || c == '[') {
        ++flow_;
        ++at_;
      } else if (c == '}' || c == ']') {
        --flow_;
        ++at_;
      } else if (c == ' ' || c == ',' || (std::string_view("-:?").find(c) != std::string_view::npos &&
                                          is_blank_at(line_, at_ + 1))) {
        ++at_;
      } else if (c == '#') {
        break;
      } else {
        add_item();
      }
    }
    return std::move(items_);
  }

 private:
  void add_item() {
    std::size_t begin = at_;
    bool quoted = line_[at_] == '"' || line_[at_] == '\'';
    if (quoted) pass_quotes();
    int open = 0;
    for (; at_ < line_.size(); ++at_) {
      char c = line_[at_];
      if (c == ' ' && at_ + 1 < line_.size() && line_[at_ + 1] == '#') break;
      if (open == 0 && c == ':' && is_blank_at(line_, at_ + 1)) break;
      if (open == 0 && flow_ > 0 && (c == ',' || c == '}' || c == ']')) break;
      if (c == '{' || c == '[') ++open;
      if ((c == '}' || c == ']') && open > 0) --open;
    }
    std::size_t end = at_;
    while (end > begin + 1 && line_[end - 1] == ' ') --end;
    items_.push_back({begin, end, quoted});
  }

  void pass_quotes() {
    char quote = line_[at_++];
    for (; at_ < line_.size() && line_[at_] != quote; ++at_) at_ += quote == '"' && line_[at_] == '\\' ? 1U : 0U;
    at_ = std::min(at_ + 1, line_.size());
  }

  std::string_view line_;
  std::size_t at_ = 0;
  int flow_;
  std::vector<Item> items_;
};

// The one that holds `at`, or the character there alone.
Item item_around(const std::vector<Item>& items, std::size_t at) {
  for (const Item& item : items)
    if (item.begin <= at && at < item.end) return item;
  return {at, at + 1, false};
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
  const std::vector<Item> items = LineItems(line).find();
  for (std::size_t at = std::min(near, line.size() - 1) + 1; at-- > 0;) {
    if (trips(line, at) && !item_around(items, at).quoted) return at;
  }
  return std::nullopt;
}

// As YAML reads it back.
std::string in_yaml_quotes(std::string_view text) {
  if (text.find_first_of("\"\\") == std::string_view::npos) return cat('"', text, '"');
  std::string out;
  for (char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return cat('\'', out, '\'');
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
  Item item = item_around(LineItems(line).find(), tripping);
  std::string text(line.substr(item.begin, item.end - item.begin));
  return {codes::k_yaml_quote,
          Severity::error,
          source.place(line_begin + item.begin, text.size()),
          cat("YAML gives '", std::string(1, line[tripping]), "' a meaning of its own in '", text, "'"),
          {},
          cat("quote this: ", in_yaml_quotes(text)),
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

// What is wrong with an escape in double quotes is said by yaml-cpp alone.
bool is_about_escape(std::string_view what) {
  for (std::string_view start : {"invalid unicode", "bad character found while scanning hex", "unknown escape"})
    if (what.starts_with(start)) return true;
  return false;
}

std::string advice(std::string_view what) {
  if (is_about_escape(what))
    return "write \\\\ for a backslash, or the character itself; \\ud83d has a meaning with its other half only, as in "
           "\\ud83d\\udc31";
  if (what.find("illegal map value") != std::string_view::npos)
    return "a text with ': ' in it needs quotes; a nested key belongs on a line of its own, indented further";
  if (what.find("flow not found") != std::string_view::npos)
    return "close the bracket, and put commas between the items; an expression with brackets or a ? needs quotes here";
  if (what.find("EOF in scalar") != std::string_view::npos) return "close the quote";
  if (what.find("end of map not found") != std::string_view::npos ||
      what.find("end of sequence not found") != std::string_view::npos)
    return "indent the line like its neighbours; text behind a closing quote or bracket needs quotes around "
           "all of it";
  return "quote the text if it was meant as text";
}

// The line that holds `at`, as much of it as says what is wrong there, and where that begins: the whole file may be
// one line.
std::string_view line_around(const SourceText& source, std::size_t at, std::size_t* begin) {
  constexpr std::size_t k_looked_at = 1000;
  std::string_view line = source.line_at(at, begin);
  std::size_t skipped = at - *begin > k_looked_at ? at - *begin - k_looked_at : 0;
  *begin += skipped;
  return line.substr(skipped, 2 * k_looked_at);
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
  std::size_t begin = 0;
  std::string_view line = line_around(source, at, &begin);
  if (is_tab_indented(line)) return tab_indented(source, begin, line);
  if (is_about_escape(what)) return syntax(source, at, what);
  if (auto cut = find_cutting_comment(line)) return comment_cuts(source, begin + *cut);
  bool no_anchor = what.find("anchor is not defined") != std::string_view::npos;
  if (no_anchor && names_an_anchor(line, at - begin)) return unknown_alias(source, at);
  if (auto tripping = find_tripping(line, at - begin)) return quote_this(source, begin, line, *tripping);
  return syntax(source, at, what);
}

Diagnostic explain_tag(const SourceText& source, std::size_t at) {
  std::size_t begin = 0;
  std::string_view line = line_around(source, at, &begin);
  Item item = item_around(LineItems(line).find(), at - begin);
  std::string text(line.substr(item.begin, item.end - item.begin));
  return {codes::k_yaml_tag,
          Severity::error,
          source.place(at, text.size()),
          cat("'", text, "' is read as a YAML tag, which the format does not have"),
          {},
          cat("quote this if text was meant: ", in_yaml_quotes(text), "; otherwise remove the tag"),
          {}};
}

}  // namespace wf
