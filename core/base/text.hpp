// Small text tools that the standard library of g++ 12 lacks.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace wf {

namespace detail {
inline void append_piece(std::string& out, std::string_view piece) { out += piece; }
inline void append_piece(std::string& out, char piece) { out += piece; }
template <typename T>
requires(std::is_integral_v<T> && !std::is_same_v<T, char> &&
         !std::is_same_v<T, bool>) void append_piece(std::string& out, T piece) {
  out += std::to_string(piece);
}
}  // namespace detail

// Joins strings, characters and integers into one string.
template <typename... Pieces>
std::string cat(const Pieces&... pieces) {
  std::string out;
  (detail::append_piece(out, pieces), ...);
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& items, std::string_view separator);
std::string_view trim(std::string_view text);
// Letters of ASCII in lower case; everything else as it is.
std::string lower_ascii(std::string_view text);

// Whole-text decimal int64; nullopt for anything else, overflow included.
std::optional<std::int64_t> parse_int(std::string_view text);

// Byte offset of the first byte that is not well-formed UTF-8 (RFC 3629), or npos.
std::size_t find_invalid_utf8(std::string_view text);

// Control characters, bidirectional overrides and malformed UTF-8 become visible escapes (`\x1b`), so that
// text from outside cannot command a terminal. Newlines and tabs are escaped too unless `multiline`.
enum class Lines { single, multiline };
std::string escape_terminal(std::string_view text, Lines lines = Lines::single);

// For what holds text only: bytes that are UTF-8 without a zero as they are, others with escapes.
std::string as_text(std::string_view bytes);

// How many bytes of a piece of text are whole characters: one that is begun at the end of it may go on in the
// next piece.
std::size_t whole_characters(std::string_view piece);

// Columns a UTF-8 text takes on a terminal (wcwidth; invalid bytes count one).
std::size_t display_width(std::string_view text);

// As much of a text as fits into `width` columns, ending in `ellipsis` where something was left out.
std::string cut_to_width(std::string_view text, std::size_t width, std::string_view ellipsis);

// For terminals that know no UTF-8: lines of trees, ellipses and arrows in ASCII, other characters as
// escapes.
std::string ascii_text(std::string_view text);

// Candidates within a small edit distance of `wanted`, nearest first, at most three: the "did you mean" of
// every error.
std::vector<std::string> nearest(std::string_view wanted, const std::vector<std::string>& candidates);

// " did you mean 'x' or 'y'?" or "" when nothing is near.
std::string did_you_mean(std::string_view wanted, const std::vector<std::string>& candidates);

// 1536 -> "1.5 KiB".
std::string human_bytes(std::int64_t bytes);

}  // namespace wf
