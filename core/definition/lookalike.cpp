#include "core/definition/lookalike.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/definition/cel_lexer.hpp"
#include "core/definition/reference.hpp"

namespace wf {

namespace {

constexpr std::size_t k_longest = 512;  // bytes of a name and its marks

// The words at the front, and the dot between them: a third one may as well be the end of a file name.
std::string_view name_at(std::string_view text) {
  constexpr std::string_view k_word = "abcdefghijklmnopqrstuvwxyz0123456789_";
  std::size_t dot = text.find_first_not_of(k_word);
  if (dot == std::string_view::npos || text[dot] != '.') return {};
  return text.substr(0, text.find_first_not_of(k_word, dot + 1));
}

// What stands between the marks that a text begins with; empty when it does not.
std::string_view between(std::string_view text, std::string_view open, std::string_view close) {
  if (!text.starts_with(open)) return {};
  text = text.substr(0, k_longest);
  std::size_t end = text.find(close, open.size());
  return end == std::string_view::npos ? std::string_view() : text.substr(open.size(), end - open.size());
}

}  // namespace

std::vector<Lookalike> lookalikes(std::string_view text) {
  std::vector<Lookalike> found;
  auto add = [&](std::size_t at, std::size_t length, std::string_view name) {
    auto reference = parse_bare_reference(trim(name));
    if (reference) found.push_back({{at, length}, std::move(*reference)});
    return reference.has_value();
  };
  if (add(0, text.size(), text)) return found;
  for (std::size_t at = text.find_first_of("${"); at < text.size(); at = text.find_first_of("${", at)) {
    std::string_view rest = text.substr(at);
    std::size_t length = 1;
    if (rest.starts_with("$$")) {
      length = 2;
    } else if (rest.starts_with("$(")) {
      std::size_t close = cel::find_closing(text, at + 1);
      length = close == std::string_view::npos ? rest.size() : close + 1 - at;
    } else if (std::string_view name = between(rest, "${", "}"); !name.empty()) {
      if (add(at, name.size() + 3, name)) length = name.size() + 3;
    } else if (name = between(rest, "{{", "}}"); !name.empty()) {
      if (add(at, name.size() + 4, name)) length = name.size() + 4;
    } else if (name = rest.starts_with('$') ? name_at(rest.substr(1)) : std::string_view(); !name.empty()) {
      if (add(at, name.size() + 1, name)) length = name.size() + 1;
    }
    at += length;
  }
  return found;
}

}  // namespace wf
