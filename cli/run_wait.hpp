// Waiting until runs have ended, whoever drives them.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "core/catalog/run_lookup.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

struct Waited {
  std::vector<RunKey> undriven;  // their drivers are dead, and nobody has resumed them
  std::vector<RunKey> going_on;  // when the time was over; those that have ended, but not their drivers, included
};

// Returns when each run has ended, and its driver if that is on this machine, or is driven by nobody; or after
// `timeout_ns`. Woken by commits to the
// store and by the ends of drivers. Throws Error(k_store_not_found) when the store goes away meanwhile.
Waited wait_for_runs(Store& store, const std::vector<RunKey>& runs,
                     const std::optional<std::int64_t>& timeout_ns);

}  // namespace wf::cli
