// Why node executions ran or were reused, for people.
#pragma once
#include <string>

#include "core/lineage/explanation_detail.hpp"

namespace wf::cli {

// A line for each node; elements of a mapped node that have the same reason share one.
std::string explanation_table(const RunExplanation& explanation);

// Everything about each, grouped likewise: of a group its first element.
std::string explanation_pages(Store& store, const RunExplanation& explanation);

}  // namespace wf::cli
