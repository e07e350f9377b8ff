#include "core/definition/name.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"

namespace wf {

namespace {

// A name must stay usable in expressions, so CEL's words are none, and neither are wf's own.
constexpr std::array<std::string_view, 21> k_expression_words{
    "null",     "true",    "false",     "in",       "as",  "break",  "const",
    "continue", "else",    "for",       "function", "if",  "import", "let",
    "loop",     "package", "namespace", "return",   "var", "void",   "while"};
constexpr std::array<std::string_view, 11> k_own_words{
    "inputs", "outputs", "run", "wf", "item", "index", "each", "env", "secrets", "services", "error"};

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool is_expression_word(std::string_view word) {
  return std::find(k_expression_words.begin(), k_expression_words.end(), word) != k_expression_words.end();
}

NameFault check_identifier(std::string_view name) {
  bool fits =
      !name.empty() && name.size() <= 128 && is_lower(name.front()) &&
      std::all_of(name.begin(), name.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
  if (!fits) return NameFault::malformed;
  bool reserved = is_expression_word(name) ||
                  std::find(k_own_words.begin(), k_own_words.end(), name) != k_own_words.end();
  return reserved ? NameFault::reserved : NameFault::none;
}

bool is_workflow_name(std::string_view name) {
  return !name.empty() && name.size() <= 63 && is_lower(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && !is_digit(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '_'; });
}

bool is_reserved_variable(std::string_view name) {
  return name == "HOME" || name == "TMPDIR" || name.starts_with("WF_");
}

bool is_label_name(std::string_view name) {
  auto alphanumeric = [](char c) { return is_lower(c) || is_upper(c) || is_digit(c); };
  auto allowed = [&](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '+' || c == '-'; };
  return !name.empty() && name.size() <= 128 && alphanumeric(name.front()) &&
         std::all_of(name.begin(), name.end(), allowed);
}

bool is_staged_name(std::string_view name) {
  auto allowed = [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 200 && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), allowed);
}

std::optional<std::string> run_label_fault(std::string_view key, std::string_view text) {
  constexpr std::size_t k_longest = 256;
  if (!is_label_name(key)) return cat("'", key, "' cannot be the key of a label: one ", k_label_grammar);
  if (text.size() > k_longest) return cat("the label '", key, "' is longer than ", k_longest, " bytes");
  bool plain = std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (plain && find_invalid_utf8(text) == std::string_view::npos) return std::nullopt;
  return cat("the label '", key, "' holds control characters or no UTF-8");
}

std::variant<NameParts, std::string_view> split_named_reference(std::string_view text) {
  std::size_t at = text.find('@');
  std::string_view place = text.substr(0, at);
  if (place.find_first_of("#:") != std::string_view::npos)
    return "a task (name#task) or a launch plan (plan:name) cannot be named here";
  std::vector<std::string_view> steps = split(place, '/');
  bool placed = steps.size() == 3 && !steps[0].empty() && !steps[1].empty();
  if (steps.size() != 1 && !placed)
    return "before the name stands a project and a domain, or nothing";
  if (steps.back().empty()) return "the name is missing";
  NameParts parts;
  if (placed) parts = {steps[0], steps[1], {}, {}};
  parts.name = steps.back();
  if (at == std::string_view::npos) return parts;
  parts.selector = text.substr(at + 1);
  if (parts.selector.empty()) return "nothing follows the '@'";
  return parts;
}

std::optional<std::string> digest_prefix(std::string_view text) {
  std::string digits = lower_ascii(text.starts_with("sha256:") ? text.substr(7) : text);
  bool hex = std::all_of(digits.begin(), digits.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
  if (!hex || digits.size() < k_shortest_digest_prefix || digits.size() > 64) return std::nullopt;
  return digits;
}

TaskReference split_task_reference(std::string_view text) {
  std::size_t at = text.find('@');
  std::size_t mark = text.substr(0, at).find('#');
  if (mark == std::string_view::npos) return {std::string(text), {}};
  std::string_view selector = at == std::string_view::npos ? std::string_view() : text.substr(at);
  return {cat(text.substr(0, mark), selector), std::string(text.substr(mark + 1, at - mark - 1))};
}

bool is_version_reference(std::string_view text) {
  return text.find('@') != std::string_view::npos && !text.starts_with("./") && !text.starts_with("../") &&
         !text.starts_with('/');
}

}  // namespace wf
