#include "core/definition/source_text.hpp"

#include <algorithm>

namespace wf {

namespace {

constexpr std::size_t k_stretch = 1024;      // bytes between two counts of characters
constexpr std::size_t k_whole_line = 1000;   // bytes of a line that a place keeps
constexpr std::size_t k_kept_around = 200;   // the mark, of a longer one

bool is_inside_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !is_inside_character(c); }));
}

}  // namespace

SourceText::SourceText(std::string path, std::string_view text) : path_(std::move(path)), text_(text) {
  if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
}

SourceText::Line SourceText::line_of(std::size_t offset) const {
  if (line_starts_.empty()) {
    line_starts_.push_back(0);
    for (std::size_t at = text_.find('\n'); at != std::string_view::npos; at = text_.find('\n', at + 1)) {
      line_starts_.push_back(at + 1);
    }
  }
  auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), std::min(offset, text_.size()));
  std::size_t begin = *(after - 1);
  std::size_t end = after == line_starts_.end() ? text_.size() : *after - 1;
  if (end > begin && text_[end - 1] == '\r') --end;
  return {static_cast<std::size_t>(after - line_starts_.begin()) - 1, begin, end};
}

std::string_view SourceText::line_at(std::size_t offset, std::size_t* begin) const {
  Line line = line_of(offset);
  if (begin != nullptr) *begin = line.begin;
  return text_.substr(line.begin, line.end - line.begin);
}

std::size_t SourceText::characters_before(std::size_t offset) const {
  if (characters_.empty()) {
    std::size_t count = 0;
    for (std::size_t at = 0; at <= text_.size(); at += k_stretch) {
      characters_.push_back(count);
      count += count_code_points(text_.substr(at, k_stretch));
    }
  }
  std::size_t stretch = offset / k_stretch;
  return characters_[stretch] + count_code_points(text_.substr(stretch * k_stretch, offset % k_stretch));
}

Place SourceText::place(std::size_t offset, std::size_t bytes) const {
  Line line = line_of(offset);
  std::size_t begin = std::clamp(offset, line.begin, line.end);
  std::size_t end = begin + std::min(bytes, line.end - begin);
  auto column = [&](std::size_t at) {
    return static_cast<int>(characters_before(at) - characters_before(line.begin)) + 1;
  };
  Place place{path_, static_cast<int>(line.index) + 1, column(begin), std::max(1, column(end) - column(begin)), {}};
  std::size_t from = line.begin;
  std::size_t to = line.end;
  if (to - from > k_whole_line) {
    from = begin - std::min(begin - line.begin, k_kept_around);
    to = end + std::min(line.end - end, k_kept_around);
    while (from > line.begin && is_inside_character(text_[from])) --from;
    while (to < line.end && is_inside_character(text_[to])) ++to;
  }
  place.text = text_.substr(from, to - from);
  place.text_column = column(from);
  return place;
}

}  // namespace wf
