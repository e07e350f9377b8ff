// What differs between two cache keys, or two values, in words.
#pragma once
#include <optional>
#include <string>

#include "core/catalog/key_parts.hpp"

namespace wf::cli {

// Safe for terminals. Both sides in at most `width` columns, from where they part.
struct DifferenceText {
  std::string place;  // "inputs.table", "inputs.rows[3]"; of a command only what it is: "script"
  std::string before;
  std::string after;
  std::size_t others = 0;  // further places inside the same value that differ

  std::string line() const;  // "inputs.rows[3]  1 -> 2, and 4 other places"
};
DifferenceText text_of(const KeyDifference& difference, std::size_t width);
DifferenceText text_of(const std::string& place, const std::optional<Json>& before,
                       const std::optional<Json>& after, std::size_t width);

}  // namespace wf::cli
