// What differs between two runs, for people.
#pragma once
#include <string>

#include "core/lineage/run_difference.hpp"

namespace wf::cli {

std::string difference_report(const RunDifference& difference);
// Which runs are compared, in two lines.
std::string sides_report(const RunDifference& difference);

}  // namespace wf::cli
