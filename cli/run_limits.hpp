// Options by which a run is limited: how long it may take, and what of the machine its attempts may have.
#pragma once
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "core/engine/run_record.hpp"

namespace wf::cli {

struct RunLimits {
  std::string timeout;    // "2h"; empty: as the workflow has it
  std::string resources;  // "cpu=8,memory=16Gi"; empty: as the machine has it
};

// What --timeout says. Throws Error(k_usage) for no duration, and for one that is shorter.
std::int64_t read_timeout(const std::string& text, std::int64_t least_ns);
std::vector<Option> limit_options(RunLimits& limits);
// Throws Error(k_usage) for what does not fit.
void apply(const RunLimits& limits, RunSettings& settings);

}  // namespace wf::cli
