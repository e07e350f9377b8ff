#include "core/definition/source_text.hpp"

#include <algorithm>

namespace wf {

namespace {

int count_code_points(std::string_view text) {
  auto starts = std::count_if(text.begin(), text.end(),
                              [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; });
  return static_cast<int>(starts);
}

}  // namespace

SourceText::SourceText(std::string path, std::string_view text) : path_(std::move(path)), text_(text) {
  if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
}

std::size_t SourceText::line_index(std::size_t offset) const {
  if (line_starts_.empty()) {
    line_starts_.push_back(0);
    for (std::size_t at = text_.find('\n'); at != std::string_view::npos; at = text_.find('\n', at + 1)) {
      line_starts_.push_back(at + 1);
    }
  }
  auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  return static_cast<std::size_t>(after - line_starts_.begin()) - 1;
}

std::string_view SourceText::line_at(std::size_t offset, std::size_t* begin) const {
  std::size_t start = line_starts_.at(line_index(std::min(offset, text_.size())));
  if (begin != nullptr) *begin = start;
  std::string_view line = text_.substr(start, text_.find('\n', start) - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Place SourceText::place(std::size_t offset, std::size_t bytes) const {
  offset = std::min(offset, text_.size());
  std::size_t index = line_index(offset);
  std::size_t begin = 0;
  std::string_view line = line_at(offset, &begin);
  std::size_t column = std::min(offset - begin, line.size());
  std::string_view marked = line.substr(column, bytes);
  return {path_, static_cast<int>(index) + 1, count_code_points(line.substr(0, column)) + 1,
          std::max(1, count_code_points(marked)), std::string(line)};
}

}  // namespace wf
