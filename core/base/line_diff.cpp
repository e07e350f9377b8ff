#include "core/base/line_diff.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::size_t k_context = 3;
constexpr std::size_t k_most_cells = 4'000'000;  // of the table of common lines

using Lines = std::vector<std::string_view>;

// With their newlines, so that a last line without one is another line.
Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

struct Edit {
  char sign = ' ';
  std::string_view line;
};

void put(std::vector<Edit>& edits, char sign, Lines::const_iterator from, Lines::const_iterator to) {
  for (; from != to; ++from) edits.push_back({sign, *from});
}

// The longest common subsequence of what is left between equal beginnings and ends.
void compare_middle(const Lines& before, const Lines& after, std::vector<Edit>& edits) {
  const std::size_t width = after.size() + 1;
  if (before.size() > k_most_cells / width) {
    put(edits, '-', before.begin(), before.end());
    put(edits, '+', after.begin(), after.end());
    return;
  }
  std::vector<std::uint32_t> common((before.size() + 1) * width);  // of the rests from (i, j)
  for (std::size_t i = before.size(); i-- > 0;) {
    for (std::size_t j = after.size(); j-- > 0;) {
      common[i * width + j] = before[i] == after[j]
                                  ? common[(i + 1) * width + j + 1] + 1
                                  : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < before.size() || j < after.size()) {
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      edits.push_back({' ', before[i]});
      ++i;
      ++j;
    } else if (j == after.size() ||
               (i < before.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      edits.push_back({'-', before[i++]});
    } else {
      edits.push_back({'+', after[j++]});
    }
  }
}

std::vector<Edit> compare(const Lines& before, const Lines& after) {
  auto [one, other] = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  auto shortest = std::min(before.end() - one, after.end() - other);
  std::ptrdiff_t end = 0;
  while (end < shortest && *(before.end() - end - 1) == *(after.end() - end - 1)) ++end;
  std::vector<Edit> edits;
  put(edits, ' ', before.begin(), one);
  compare_middle(Lines(one, before.end() - end), Lines(other, after.end() - end), edits);
  put(edits, ' ', before.end() - end, before.end());
  return edits;
}

// One side of a hunk's heading: "3,4", or "3" for a single line.
std::string range(std::size_t first, std::size_t count) {
  std::size_t line = count == 0 ? first : first + 1;
  return count == 1 ? cat(line) : cat(line, ",", count);
}

struct Place {
  std::size_t before = 0;  // lines passed
  std::size_t after = 0;
  void pass(const Edit& edit) {
    if (edit.sign != '+') ++before;
    if (edit.sign != '-') ++after;
  }
};

void append_hunk(std::string& out, Place& place, const Edit* from, const Edit* to) {
  Place start = place;
  std::string body;
  for (const Edit* edit = from; edit != to; ++edit) {
    place.pass(*edit);
    body += edit->sign;
    body += edit->line;
    if (!edit->line.ends_with('\n')) body += "\n\\ No newline at end of file\n";
  }
  out += cat("@@ -", range(start.before, place.before - start.before), " +",
             range(start.after, place.after - start.after), " @@\n", body);
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after) {
  std::vector<Edit> edits = compare(lines_of(before), lines_of(after));
  auto change_from = [&](std::size_t at) {
    while (at < edits.size() && edits[at].sign == ' ') ++at;
    return at;
  };
  std::string out;
  Place place;
  std::size_t shown = 0;
  for (std::size_t change = change_from(0); change < edits.size();) {
    std::size_t from = std::max(shown, change - std::min(change, k_context));
    std::size_t to = change;
    for (; change < edits.size() && change <= to + 2 * k_context; change = change_from(to)) {
      for (to = change; to < edits.size() && edits[to].sign != ' ';) ++to;
    }
    to = std::min(to + k_context, edits.size());
    for (; shown < from; ++shown) place.pass(edits[shown]);
    append_hunk(out, place, edits.data() + from, edits.data() + to);
    shown = to;
  }
  return out;
}

}  // namespace wf
