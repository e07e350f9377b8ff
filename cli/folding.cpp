#include "cli/folding.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "cli/terminal.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

constexpr std::size_t k_least_room = 12;  // columns beside the indentation; with fewer nothing is gained

std::size_t width_of(std::string_view text) { return display_width(without_styles(text)); }

// What a line begins with, and what goes on below it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> k_branches{
    {{" ", " "}, {"│", "│"}, {"├", "│"}, {"└", " "}, {"─", " "}}};

struct Beginning {
  std::size_t length = 0;  // bytes
  std::string below;
};

Beginning beginning_of(std::string_view line) {
  Beginning found;
  for (bool more = true; more;) {
    more = false;
    for (const auto& [branch, below] : k_branches) {
      if (!line.substr(found.length).starts_with(branch)) continue;
      found.length += branch.size();
      found.below += below;
      more = true;
    }
  }
  found.below += "  ";
  return found;
}

std::string fold_line(std::string_view line, std::size_t columns) {
  const Beginning beginning = beginning_of(line);
  const std::size_t indent = display_width(beginning.below);
  if (width_of(line) <= columns || columns < indent + k_least_room) return std::string(line);
  std::string out(line.substr(0, beginning.length));
  std::size_t used = display_width(out);
  bool first = true;
  for (std::size_t at = beginning.length; at < line.size(); first = false) {
    const std::size_t word = std::min(line.find_first_not_of(' ', at), line.size());
    const std::size_t end = std::min(line.find(' ', word), line.size());
    const std::size_t width = width_of(line.substr(word, end - word));
    if (!first && used + (word - at) + width > columns) {
      out += cat("\n", beginning.below);
      used = indent;
    } else {
      out += line.substr(at, word - at);
      used += word - at;
    }
    out += line.substr(word, end - word);
    used += width;
    at = end;
  }
  return out;
}

}  // namespace

std::string folded(std::string_view text, std::size_t columns) {
  if (columns == 0) return std::string(text);
  std::vector<std::string> lines;
  for (std::string_view line : split(text, '\n')) lines.push_back(fold_line(line, columns));
  return join(lines, "\n");
}

std::string folded(std::string_view text) { return folded(text, terminal_of(Stream::out).columns); }

}  // namespace wf::cli
