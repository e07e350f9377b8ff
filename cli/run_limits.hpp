// Options by which a run is limited: how long it may take, what of the machine its attempts may have, and what they are
// kept from.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "core/engine/run_record.hpp"

namespace wf::cli {

struct RunLimits {
  std::string timeout;    // "2h"; empty: not given
  std::string resources;  // "cpu=8,memory=16Gi"; empty: not given
  std::string sandbox;    // "paths"; empty: not given
  std::string backend;    // "docker"; empty: not given
  bool weaker_sandbox = false;
};

// What --timeout says. Throws Error(k_usage) for no duration, and for one that is shorter: "is no time ", and
// what for.
std::int64_t read_timeout(const std::string& text, std::int64_t least_ns, std::string_view what_for);
// What holds where they are not given, for the help.
struct Unlimited {
  std::string_view resources = "what it has";
  std::string_view timeout = "the workflow's own timeout";
  std::string_view backend = "as the setting run.backend says, which is auto where nobody has set it";
};
std::vector<Option> limit_options(RunLimits& limits, const Unlimited& unlimited = {});
// Leaves what is not given as it is. Throws Error(k_usage) for what does not fit.
void apply(const RunLimits& limits, RunSettings& settings);

}  // namespace wf::cli
