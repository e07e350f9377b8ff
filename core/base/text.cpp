#include "core/base/text.hpp"

#include <wchar.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace wf {

namespace {

// One decoded code point and its length in bytes; length 0 marks a malformed sequence.
struct CodePoint {
  char32_t value;
  std::size_t length;
};

std::size_t sequence_length(unsigned char first) {
  if (first < 0xc0) return 1;
  return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}

CodePoint decode_utf8(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  std::size_t length = sequence_length(first);
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return {0, 0};
  char32_t value = first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {0, 0};
    value = (value << 6U) | (byte(i) & 0x3fU);
  }
  bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  bool outside = (value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff;
  if (overlong || outside) return {0, 0};
  return {value, length};
}

bool commands_a_terminal(char32_t c) {
  bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
  bool bidi = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f ||
              c == 0x061c;
  return control || bidi || c == 0x2028 || c == 0x2029;
}

void append_byte(std::string& out, char byte) {
  char buffer[8];
  std::snprintf(buffer, sizeof buffer, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
  out += buffer;
}

// What is no ASCII is written as JSON does, whose texts may hold it.
void append_code_point(std::string& out, char32_t c) {
  if (c < 0x7f) return append_byte(out, static_cast<char>(c));
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(c));
  out += buffer;
}

// "" for what has no likeness.
std::string_view ascii_likeness(std::string_view character) {
  constexpr std::pair<std::string_view, std::string_view> k_likenesses[] = {
      {"├", "|"}, {"└", "`"}, {"│", "|"}, {"─", "-"}, {"…", "..."}, {"·", "-"}, {"→", "->"}, {"–", "-"}};
  for (const auto& [known, likeness] : k_likenesses) {
    if (known == character) return likeness;
  }
  return {};
}

int columns_of(const CodePoint& point) {
  bool ascii = point.value > 0 && point.value < 0x80;  // wcwidth would search its tables for each of them
  int columns = point.length == 0 || ascii ? 1 : wcwidth(static_cast<wchar_t>(point.value));
  return columns < 0 ? 1 : columns;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// The number of mistakes that make one text of another; two neighbours in the wrong order are one mistake.
// Many candidates are compared with one text: the rows stay.
class EditDistance {
 public:
  explicit EditDistance(std::string_view from) : a_(from) {}

  std::size_t to(std::string_view b) {
    for (auto* row : {&before_, &above_, &row_}) row->resize(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row_[j] = j;
    for (std::size_t i = 1; i <= a_.size(); ++i) {
      std::swap(before_, above_);
      std::swap(above_, row_);
      row_[0] = i;
      for (std::size_t j = 1; j <= b.size(); ++j) {
        std::size_t substituted = above_[j - 1] + (a_[i - 1] == b[j - 1] ? 0 : 1);
        row_[j] = std::min({substituted, above_[j] + 1, row_[j - 1] + 1});
        bool swapped = i > 1 && j > 1 && a_[i - 1] == b[j - 2] && a_[i - 2] == b[j - 1];
        if (swapped) row_[j] = std::min(row_[j], before_[j - 2] + 1);
      }
    }
    return row_.back();
  }

 private:
  std::string_view a_;
  std::vector<std::size_t> before_;  // two rows up
  std::vector<std::size_t> above_;
  std::vector<std::size_t> row_;
};

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string join(const std::vector<std::string>& items, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += separator;
    out += items[i];
  }
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view k_blank = " \t\r\n\f\v";
  std::size_t first = text.find_first_not_of(k_blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(k_blank) - first + 1);
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::optional<std::int64_t> parse_int(std::string_view text) {
  std::int64_t value = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::size_t find_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    CodePoint point = decode_utf8(text.substr(at));
    if (point.length == 0) return at;
    at += point.length;
  }
  return std::string_view::npos;
}

std::string escape_terminal(std::string_view text, Lines lines) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    CodePoint point = decode_utf8(text.substr(at));
    if (point.length == 0) {
      append_byte(out, text[at]);
      ++at;
      continue;
    }
    bool layout = lines == Lines::multiline && (point.value == '\n' || point.value == '\t');
    if (commands_a_terminal(point.value) && !layout) {
      append_code_point(out, point.value);
    } else {
      out += text.substr(at, point.length);
    }
    at += point.length;
  }
  return out;
}

std::string as_text(std::string_view bytes) {
  bool text =
      find_invalid_utf8(bytes) == std::string_view::npos && bytes.find('\0') == std::string_view::npos;
  return text ? std::string(bytes) : escape_terminal(bytes, Lines::multiline);
}

std::size_t whole_characters(std::string_view piece) {
  constexpr std::size_t k_longest = 4;
  for (std::size_t back = 1; back < k_longest && back <= piece.size(); ++back) {
    auto byte = static_cast<unsigned char>(piece[piece.size() - back]);
    bool continues = (byte & 0xc0U) == 0x80;
    if (!continues) return sequence_length(byte) > back ? piece.size() - back : piece.size();
  }
  return piece.size();
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    CodePoint point = decode_utf8(text.substr(at));
    width += static_cast<std::size_t>(columns_of(point));
    at += std::max<std::size_t>(point.length, 1);
  }
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t width, std::string_view ellipsis) {
  if (text.size() <= width || display_width(text) <= width) return std::string(text);
  std::size_t room = width - std::min(width, display_width(ellipsis));
  std::size_t used = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    CodePoint point = decode_utf8(text.substr(at));
    used += static_cast<std::size_t>(columns_of(point));
    if (used > room) break;
    at += std::max<std::size_t>(point.length, 1);
  }
  return cat(text.substr(0, at), display_width(ellipsis) <= width ? ellipsis : std::string_view());
}

std::string ascii_text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    CodePoint point = decode_utf8(text.substr(at));
    std::size_t length = std::max<std::size_t>(point.length, 1);
    std::string_view character = text.substr(at, length);
    std::string_view likeness = ascii_likeness(character);
    if (point.length == 1) {
      out += character;
    } else if (!likeness.empty()) {
      out += likeness;
    } else if (point.length == 0) {
      append_byte(out, text[at]);
    } else {
      append_code_point(out, point.value);
    }
    at += length;
  }
  return out;
}

std::vector<std::string> nearest(std::string_view wanted, const std::vector<std::string>& candidates) {
  std::vector<std::pair<std::size_t, std::string>> near;
  const std::string small = lower(wanted);
  EditDistance distance_of(small);
  for (const std::string& candidate : candidates) {
    std::size_t limit = std::max<std::size_t>(1, std::max(wanted.size(), candidate.size()) / 3);
    std::size_t longer = std::max(wanted.size(), candidate.size());
    if (longer - std::min(wanted.size(), candidate.size()) > limit) continue;
    std::size_t distance = distance_of.to(lower(candidate));
    if (distance <= limit && distance < longer) near.emplace_back(distance, candidate);
  }
  std::sort(near.begin(), near.end());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < near.size() && i < 3; ++i) names.push_back(near[i].second);
  return names;
}

std::string did_you_mean(std::string_view wanted, const std::vector<std::string>& candidates) {
  std::vector<std::string> names = nearest(wanted, candidates);
  if (names.empty()) return {};
  for (std::string& name : names) name = cat('\'', name, '\'');
  return cat("did you mean ", join(names, " or "), "?");
}

std::string human_bytes(std::int64_t bytes) {
  constexpr const char* k_units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto value = static_cast<double>(bytes);
  int unit = 0;
  while (value >= 1024 && unit < 5) {
    value /= 1024;
    ++unit;
  }
  char buffer[32];
  if (unit == 0) return cat(bytes, " B");
  std::snprintf(buffer, sizeof buffer, "%.1f %s", value, k_units[unit]);
  return buffer;
}

}  // namespace wf
