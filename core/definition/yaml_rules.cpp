#include "core/definition/yaml_rules.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "core/base/text.hpp"
#include "core/definition/codes.hpp"

namespace wf {

namespace {

bool is_refused_control(char c) {
  auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

// A carriage return that ends no line: parsers differ in whether it is a line break.
bool is_lone_return(std::string_view text, std::size_t at) {
  return text[at] == '\r' && (at + 1 == text.size() || text[at + 1] != '\n');
}

std::size_t find_control(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x20 && byte != 0x7f) continue;
    if (is_refused_control(text[at]) || is_lone_return(text, at)) return at;
  }
  return std::string_view::npos;
}

// Few keys are compared one with another; from here on a table is faster.
constexpr std::uint32_t k_few_keys = 16;

}  // namespace

bool check_characters(const SourceText& source, const LoadLimits& limits, Diagnostics& diagnostics) {
  std::string_view text = source.text();
  auto refuse = [&](std::string_view code, std::size_t at, std::string message, std::string hint) {
    diagnostics.add(
        {code, Severity::error, source.place(at, 1), std::move(message), {}, std::move(hint), {}});
    return false;
  };
  if (text.size() > limits.file_bytes) {
    return refuse(codes::k_file_too_large, 0,
                  cat("the file has more than ", human_bytes(static_cast<std::int64_t>(limits.file_bytes))),
                  "keep data in files that are inputs, not in the definition");
  }
  if (std::size_t at = find_invalid_utf8(text); at != std::string_view::npos) {
    return refuse(codes::k_invalid_utf8, at, "the file is not valid UTF-8 here", "save the file as UTF-8");
  }
  if (std::size_t at = find_control(text); at != std::string_view::npos) {
    return refuse(codes::k_control_character, at,
                  text[at] == '\r' ? "a carriage return stands here without a line feed"
                                   : "a control character stands here",
                  "remove it, or write it as an escape such as \"\\x1b\" in double quotes");
  }
  return true;
}

void YamlRules::report(std::string_view code, YamlId id, std::string message, std::string hint) {
  diagnostics_.add(
      {code, Severity::error, place_of(source_, tree_, id), std::move(message), {}, std::move(hint), {}});
}

void YamlRules::report_duplicate(YamlId first, YamlId second) {
  Note note{place_of(source_, tree_, first), "first given here"};
  diagnostics_.add({codes::k_duplicate_key,
                    Severity::error,
                    place_of(source_, tree_, second),
                    cat("the key '", tree_.text(second), "' is given twice in one mapping"),
                    {},
                    "keep one of them",
                    {std::move(note)}});
}

bool YamlRules::check_key(YamlId key) {
  if (!tree_.is_scalar(key)) {
    report(codes::k_bad_key, key,
           tree_.kind(key) == YamlKind::null ? "a key is empty or null" : "a key is a list or a mapping",
           "write the key as text; quote it if it is the word null");
    return false;
  }
  if (tree_.is_plain(key) && tree_.text(key) == "<<") {
    report(codes::k_merge_key, key, "merge keys ('<<') are not part of the format",
           "write the members out, or use an alias for the whole value");
    return false;
  }
  return true;
}

void YamlRules::check_keys(const YamlNode& mapping) {
  std::unordered_map<std::string_view, YamlId> table;
  YamlId few[k_few_keys];
  std::size_t seen = 0;
  bool many = mapping.count / 2 > k_few_keys;
  if (many) table.reserve(mapping.count / 2);
  for (YamlId key = mapping.first_child; key != k_no_yaml; key = tree_.next(tree_.next(key))) {
    if (!check_key(key)) continue;
    if (many) {
      auto [first, is_new] = table.emplace(tree_.text(key), key);
      if (!is_new) report_duplicate(first->second, key);
      continue;
    }
    auto* first = std::find_if(few, few + seen, [&](YamlId k) { return tree_.text(k) == tree_.text(key); });
    if (first != few + seen) {
      report_duplicate(*first, key);
    } else {
      few[seen++] = key;
    }
  }
}

void YamlRules::check_tabs() {
  for (YamlId id = 0; id < tree_.nodes_.size(); ++id) {
    const YamlNode& node = tree_.nodes_[id];
    std::size_t begin = 0;
    std::string_view line = source_.line_at(node.offset, &begin);
    std::size_t first = line.find_first_not_of(" \t");
    if (first != node.offset - begin || line.substr(0, first).find('\t') == std::string_view::npos) continue;
    diagnostics_.add({codes::k_tab_indentation,
                      Severity::error,
                      source_.place(begin, first),
                      "the line is indented with a tab",
                      {},
                      "indent with spaces",
                      {}});
  }
}

void YamlRules::check() {
  for (YamlId id = 0; id < tree_.nodes_.size(); ++id) {
    const YamlNode& node = tree_.nodes_[id];
    if (node.kind == YamlKind::mapping) check_keys(node);
    if (node.kind == YamlKind::scalar && node.text.find('\0') != std::string_view::npos) {
      report(codes::k_control_character, id, "the text contains the character U+0000",
             "remove it: no value in wf can hold it");
    }
  }
  if (source_.text().find('\t') != std::string_view::npos) check_tabs();
}

}  // namespace wf
