// What differs between two cache keys, or two values, in words.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/catalog/key_parts.hpp"

namespace wf::cli {

// Safe for terminals. Both sides in at most `width` columns, from where they part.
struct DifferenceText {
  std::string place;  // "inputs.table", "inputs.rows[3]"; of a command only what it is: "script"
  std::string before;
  std::string after;
  std::string inside = {};  // the place inside the value: "[3]"; empty: the value as a whole
  std::size_t others = 0;  // further places inside the same value that differ

  std::string line() const;  // "inputs.rows[3]  1 -> 2, and 4 other places"
};
DifferenceText text_of(const KeyDifference& difference, std::size_t width);
// One for each place inside the value that differs, but for those beyond `most`: the last one counts them.
std::vector<DifferenceText> texts_of(const KeyDifference& difference, std::size_t width, std::size_t most);
DifferenceText text_of(const std::string& place, const std::optional<Json>& before,
                       const std::optional<Json>& after, std::size_t width);

}  // namespace wf::cli
