#include "core/definition/yaml_surrogates.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/base/text.hpp"
#include "core/definition/code_point.hpp"

namespace wf {

namespace {

// U+FDD0 is no character, and never will be. A text that may have it all the same hides nothing.
constexpr std::string_view k_mark = "\xef\xb7\x90";
constexpr std::string_view k_mark_digits = "fdd0";  // in an escape of it
constexpr std::size_t k_half = 6;  // of "\ud83d"
constexpr std::size_t k_pair = 2 * k_half;

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The half that is escaped at the front of `text`, if it is one of those from `first` on.
std::optional<std::uint32_t> half_at(std::string_view text, std::uint32_t first) {
  if (text.size() < k_half || !text.starts_with("\\u")) return std::nullopt;
  std::uint32_t value = 0;
  for (char c : text.substr(2, 4)) {
    std::size_t digit = std::string_view("0123456789abcdef").find(small(c));
    if (digit == std::string_view::npos) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value >= first && value < first + 0x400 ? std::optional(value) : std::nullopt;
}

std::optional<std::uint32_t> pair_at(std::string_view text) {
  auto high = half_at(text, 0xd800);
  auto low = high ? half_at(text.substr(k_half), 0xdc00) : std::nullopt;
  return low ? std::optional(0x10000 + ((*high - 0xd800) << 10U) + (*low - 0xdc00)) : std::nullopt;
}

bool may_have_mark(std::string_view text) {
  auto same = [](char a, char b) { return small(a) == b; };
  return text.find(k_mark) != std::string_view::npos ||
         std::search(text.begin(), text.end(), k_mark_digits.begin(), k_mark_digits.end(), same) != text.end();
}

}  // namespace

std::string with_hidden_pairs(std::string_view text) {
  std::string out(text);
  if (out.find("\\u") == std::string::npos || may_have_mark(text)) return out;
  for (std::size_t at = out.find('\\'); at != std::string::npos; at = out.find('\\', at)) {
    std::size_t length = pair_at(std::string_view(out).substr(at)) ? k_pair : 2;  // a backslash escapes the next one
    if (length == k_pair) out.replace(at, k_pair, cat(k_mark, out.substr(at + 2, 4), "+", out.substr(at + 8, 4)));
    at += length;
  }
  return out;
}

std::string with_shown_pairs(std::string_view scalar, PairsAre what) {
  std::string out;
  for (std::size_t at = 0; at < scalar.size();) {
    std::size_t next = std::min(scalar.find(k_mark, at), scalar.size());
    out += scalar.substr(at, next - at);
    at = next;
    if (at == scalar.size()) break;
    std::string pair = cat("\\u", scalar.substr(at + 3, 4), "\\u", scalar.substr(at + 8, 4));
    auto point = pair_at(pair);
    if (!point) return std::string(scalar);
    if (what == PairsAre::characters) {
      append_code_point(out, *point);
    } else {
      out += pair;
    }
    at += k_pair;
  }
  return out;
}

}  // namespace wf
