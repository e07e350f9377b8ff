#include "core/base/markup.hpp"

#include "core/base/text.hpp"

namespace wf {

namespace {

std::string_view reference_of(char c, Markup where) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\n':
      return where == Markup::attribute ? "&#10;" : "";
    case '\t':
      return where == Markup::attribute ? "&#9;" : "";
    default:
      return "";
  }
}

}  // namespace

std::string escape_markup(std::string_view text, Markup where) {
  std::string safe = escape_terminal(text, Lines::multiline);
  for (std::string_view forbidden : {"\xef\xbf\xbe", "\xef\xbf\xbf"}) {
    for (std::size_t at = safe.find(forbidden); at != std::string::npos; at = safe.find(forbidden, at))
      safe.replace(at, forbidden.size(), "\xef\xbf\xbd");
  }
  std::string out;
  for (char c : safe) {
    std::string_view reference = reference_of(c, where);
    reference.empty() ? out += c : out += reference;
  }
  return out;
}

}  // namespace wf
