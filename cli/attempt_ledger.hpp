// The attempts of a node one after the other: how each ended, who paid for the next, and what tells so.
#pragma once
#include <string>

#include "core/catalog/runs.hpp"
#include "core/lineage/explanation.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

// Of one execution; where it was never tried, a line that says why.
std::string attempt_ledger(Store& store, const RunVertex& run, const Explanation& one);
// As attempt_json(), with the last lines of stderr.
Json attempt_ledger_json(Store& store, const RunKey& run, const NodePath& node);

}  // namespace wf::cli
