#include <algorithm>
#include <numeric>

#include "cli/output.hpp"
#include "cli/terminal.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

constexpr std::size_t k_gap = 2;
constexpr std::size_t k_least = 6;  // what is left of a column that is cut

using Cells = std::vector<std::string>;

std::string cell(const Terminal& terminal, const Column& column, const Json* value) {
  if (value == nullptr || value->is_null()) return "-";
  std::string whole = value->is_string() ? value->as_string() : value->compact();
  std::string text = escape_terminal(column.shown == nullptr ? whole : column.shown(*value));
  return terminal.utf8 ? text : ascii_text(text);
}

std::vector<std::size_t> widths_of(const std::vector<Cells>& lines) {
  std::vector<std::size_t> widths(lines[0].size());
  for (const Cells& line : lines) {
    for (std::size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], display_width(line[c]));
  }
  return widths;
}

std::size_t total_of(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), k_gap * (widths.size() - 1));
}

// Takes from the widest until all fit; once each has the least, the last ones are left out. The first names
// the row and stays whole.
void shrink(std::vector<std::size_t>& widths, std::size_t limit) {
  for (std::size_t total = total_of(widths); total > limit && widths.size() > 1; total = total_of(widths)) {
    std::size_t& widest = *std::max_element(widths.begin() + 1, widths.end());
    if (widest > k_least) {
      --widest;
    } else {
      widths.pop_back();
    }
  }
}

// Where columns are left out there is room for an ellipsis behind the titles.
void fit(std::vector<std::size_t>& widths, const Terminal& terminal) {
  std::size_t before = widths.size();
  shrink(widths, terminal.columns);
  std::size_t mark = 1 + display_width(terminal.ellipsis());
  if (widths.size() < before) shrink(widths, terminal.columns - std::min(terminal.columns, mark));
}

enum class Row { title, data };

std::string line_of(const std::vector<Column>& columns, const Cells& cells,
                    const std::vector<std::size_t>& widths, const Terminal& terminal, Row row) {
  std::string line;
  for (std::size_t c = 0; c < widths.size(); ++c) {
    std::string text = cut_to_width(cells[c], widths[c], terminal.ellipsis());
    std::size_t padding = widths[c] - display_width(text) + k_gap;
    if (row == Row::title && !text.empty()) {
      text = styled(Style::bold, text);
    } else if (columns[c].key == "state") {
      text = styled_state(text);
    }
    line += text;
    if (c + 1 < widths.size()) line.append(padding, ' ');
  }
  if (row == Row::title && widths.size() < cells.size()) line += cat(" ", terminal.ellipsis());
  return line + '\n';
}

}  // namespace

std::string short_version(const Json& value) { return value.as_string().substr(sizeof "sha256:" - 1, 12); }

std::string short_instant(const Json& value) {
  const std::string& text = value.as_string();
  return cat(text.substr(0, 10), " ", text.substr(11, 8), "Z");
}

std::string words(const Json& value) {
  std::string text;
  for (const Json& word : value.as_array()) text += cat(text.empty() ? "" : " ", word.as_string());
  return text.empty() ? "-" : text;
}

std::string render_table(const std::vector<Column>& columns, const Json::Array& rows) {
  Terminal terminal = terminal_of(Stream::out);
  std::vector<Cells> lines(rows.size() + 1);
  for (const Column& column : columns) lines[0].push_back(column.title);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const Column& column : columns)
      lines[i + 1].push_back(cell(terminal, column, rows[i].find(column.key)));
  }
  std::vector<std::size_t> widths = widths_of(lines);
  if (terminal.columns > 0) fit(widths, terminal);
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += line_of(columns, lines[i], widths, terminal, i == 0 ? Row::title : Row::data);
  }
  return out;
}

}  // namespace wf::cli
