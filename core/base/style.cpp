#include "core/base/style.hpp"

#include <array>

#include "core/base/text.hpp"

namespace wf {

namespace {

std::string_view sequence(Style style) {
  constexpr std::array<std::string_view, 4> k_sequences{"\x1b[1m", "\x1b[32m", "\x1b[33m", "\x1b[31m"};
  return k_sequences.at(static_cast<std::size_t>(style));
}

}  // namespace

std::string styled(Style style, std::string_view text) { return cat(sequence(style), text, "\x1b[0m"); }

std::size_t style_sequence(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  std::size_t end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

std::string without_styles(std::string_view text) {
  std::string out;
  for (std::size_t escape = text.find('\x1b'); escape != std::string_view::npos; escape = text.find('\x1b')) {
    std::size_t length = style_sequence(text.substr(escape));
    out += text.substr(0, length == 0 ? escape + 1 : escape);
    text.remove_prefix(escape + (length == 0 ? 1 : length));
  }
  return out.append(text);
}

std::string styled_state(std::string_view state) {
  std::string_view word = state.substr(state.rfind(' ') + 1);
  if (word == "succeeded" || word == "reused" || word == "recovered") return styled(Style::good, state);
  if (word == "running" || word == "aborted" || word == "aborting") return styled(Style::caution, state);
  if (word == "failed" || word == "dead" || word == "missing" || word == "damaged")
    return styled(Style::bad, state);
  return std::string(state);
}

}  // namespace wf
