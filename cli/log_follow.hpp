// The logs of a run as they grow, until the run has ended.
#pragma once
#include <functional>

#include "cli/log_merge.hpp"

namespace wf::cli {

// Whether an attempt is among those asked for.
using WantedAttempt = std::function<bool(const AttemptInfo&)>;

struct FollowedLines {
  const std::vector<LogStream>& streams;
  std::int64_t since_us;
  LineWriter& writer;
};

// Writes what is there and then what comes, in the order of arrival. Returns when the run has ended, or when
// nobody reads standard output any more; throws Error(k_run_undriven) when its driver has died, or cannot be
// seen from this machine.
void follow_logs(Store& store, const RunKey& run, const WantedAttempt& wanted, const FollowedLines& lines);

}  // namespace wf::cli
