// Why an execution ran or was reused, in words.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/lineage/explanation.hpp"

namespace wf::cli {

// In one line; `here` is the run that the execution is of.
std::string why_text(const RunVertex& here, const Explanation& one);

// What keeps one from beginning, or going on, in a run that does: "it waits for …", "the run waits for …".
std::string lack_text(const Explanation& one);

// Of what has not begun: "queued", "not started", or "nothing to do".
std::string_view absent_state(const Explanation& one);

}  // namespace wf::cli
