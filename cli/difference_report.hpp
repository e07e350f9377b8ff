// What differs between two runs, for people.
#pragma once
#include <string>

#include "core/lineage/run_difference.hpp"

namespace wf::cli {

std::string difference_report(const RunDifference& difference);

}  // namespace wf::cli
