#include "core/engine/content_difference.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/base/tree.hpp"
#include "core/definition/value.hpp"

namespace wf {

namespace {

constexpr std::size_t k_widest = 60;

std::string shown(std::string_view bytes) { return cut_to_width(escape_terminal(bytes), k_widest, "…"); }

// What is beside a place of a text, up to the end of its line.
std::string around(std::string_view text, std::size_t place) {
  if (place >= text.size()) return "the end";
  std::size_t line = text.rfind('\n', place == 0 ? 0 : place - 1);
  std::size_t from = std::max(line == std::string_view::npos || line >= place ? 0 : line + 1, place > 20 ? place - 20 : 0);
  return shown(text.substr(from, std::min(text.find('\n', place), from + 2 * k_widest) - from));
}

std::string elements_text(std::size_t count) { return cat(count, count == 1 ? " element" : " elements"); }

class Comparison {
 public:
  Comparison(const ReadContent& before, const ReadContent& after) : before_(before), after_(after) {}

  std::optional<ContentDifference> compare(const Json& one, const Json& other, const std::string& place) {
    if (one.canonical() == other.canonical()) return std::nullopt;
    auto first = content_digest(one);
    auto second = content_digest(other);
    if (first && second && one.find("$tree") != nullptr && other.find("$tree") != nullptr)
      return compare_folders(before_(*first), after_(*second), place);
    if (first && second) return compare_bytes(before_(*first), after_(*second), place);
    if (one.is_array() && other.is_array()) return compare_lists(one, other, place);
    if (one.is_object() && other.is_object()) return compare_members(one, other, place);
    return ContentDifference{place, shown(one.canonical()), shown(other.canonical())};
  }

 private:
  static std::string inside(const std::string& place, const std::string& part) {
    return place.empty() ? part : cat(place, ", ", part);
  }

  std::optional<ContentDifference> compare_lists(const Json& one, const Json& other, const std::string& place) {
    const Json::Array& first = one.as_array();
    const Json::Array& second = other.as_array();
    for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i)
      if (auto found = compare(first[i], second[i], cat(place, "[", i, "]"))) return found;
    return ContentDifference{place, elements_text(first.size()), elements_text(second.size())};
  }

  std::optional<ContentDifference> compare_members(const Json& one, const Json& other, const std::string& place) {
    for (const auto& [name, value] : one.as_object()) {
      const Json* second = other.find(name);
      if (second == nullptr) return ContentDifference{cat(place, ".", name), shown(value.canonical()), "nothing"};
      if (auto found = compare(value, *second, cat(place, ".", name))) return found;
    }
    for (const auto& [name, value] : other.as_object())
      if (one.find(name) == nullptr) return ContentDifference{cat(place, ".", name), "nothing", shown(value.canonical())};
    return std::nullopt;
  }

  std::optional<ContentDifference> compare_folders(const std::string& one, const std::string& other, const std::string& place) {
    std::vector<TreeEntry> first = parse_tree(one);
    std::vector<TreeEntry> second = parse_tree(other);
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
      bool only_first = i >= second.size() || (i < first.size() && first[i].path < second[i].path);
      bool only_second = i >= first.size() || (i < second.size() && second[i].path < first[i].path);
      if (only_first) return ContentDifference{inside(place, shown(first[i].path)), "there", "nothing"};
      if (only_second) return ContentDifference{inside(place, shown(second[i].path)), "nothing", "there"};
      const std::string entry = inside(place, shown(first[i].path));
      if (first[i].type != second[i].type) return ContentDifference{entry, kind_of(first[i].type), kind_of(second[i].type)};
      if (first[i].digest != second[i].digest) return compare_bytes(before_(first[i].digest), after_(second[i].digest), entry);
    }
    return std::nullopt;
  }

  static std::string kind_of(char type) {
    if (type == 'x') return "an executable file";
    return type == 'd' ? "a folder" : type == 'l' ? "a link" : "a file";
  }

  static ContentDifference compare_bytes(const std::string& one, const std::string& other, const std::string& place) {
    auto [first, second] = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
    auto byte = static_cast<std::size_t>(first - one.begin());
    auto line = 1 + std::count(one.begin(), first, '\n');
    return {inside(place, cat("byte ", byte + 1, " (line ", line, ")")), around(one, byte), around(other, byte)};
  }

  const ReadContent& before_;
  const ReadContent& after_;
};

}  // namespace

std::optional<ContentDifference> first_difference(const Json& one, const Json& other, const ReadContent& before,
                                                  const ReadContent& after) {
  return Comparison(before, after).compare(one, other, "");
}

}  // namespace wf
