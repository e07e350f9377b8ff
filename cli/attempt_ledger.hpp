// The attempts of a node one after the other: how each ended, who paid for the next, and what tells so.
#pragma once
#include <string>

#include "core/catalog/runs.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

// Of all elements where the path names none; a line that says so where it was never tried.
std::string attempt_ledger(Store& store, const RunKey& run, const NodePath& node);
// As attempt_json(), with the last lines of stderr.
Json attempt_ledger_json(Store& store, const RunKey& run, const NodePath& node);

}  // namespace wf::cli
