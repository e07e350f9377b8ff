// What differs between two runs, for people.
#pragma once
#include <string>

#include "core/lineage/run_difference.hpp"

namespace wf::cli {

std::string difference_report(const RunDifference& difference);
// Which runs are compared, in two lines.
std::string sides_report(const RunDifference& difference);

// Of two long texts leaves what follows where they part, with a little of what stands before.
void drop_common_start(Json& before, Json& after);

}  // namespace wf::cli
