// Why an execution ran or was reused, in words.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/lineage/explanation.hpp"

namespace wf::cli {

// In one line; `here` is the run that the execution is of.
std::string why_text(const RunVertex& here, const Explanation& one);

// Of what has not begun: "queued", "not started", or "nothing to do".
std::string_view absent_state(const Explanation& one);

// Both values in a line, from where they part.
struct Sides {
  std::string before;
  std::string after;
};
Sides sides_of(const KeyDifference& difference, std::size_t width);

// What differs; the part "command" has the command, or the script and its shell.
std::string place_of(const KeyDifference& difference);

// A part that the task ignores is null as a whole.
bool is_ignored(const KeyDifference& difference, const std::optional<Json>& side);

}  // namespace wf::cli
