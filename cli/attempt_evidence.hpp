// What tells how an attempt fared, in words.
#pragma once
#include <string>

#include "core/base/json.hpp"
#include "core/catalog/runs.hpp"

namespace wf::cli {

// "failed (user)", "failed (interrupted)", "succeeded"
std::string state_text(const AttemptInfo& attempt);
// "exit 3, CPU 2ms, peak memory 12.9 MiB"; empty: its process never began, or has not ended.
std::string evidence_text(const AttemptInfo& attempt);
// "asked for 32.0 MiB memory, at most 64.0 MiB memory (cgroup), 2 cpu (not kept)"; of AttemptInfo::resources.
std::string resources_text(const Json& resources);
// "2 cpu, 1.5 GiB memory"; of what is not null.
std::string amounts_text(const Json& amounts);

}  // namespace wf::cli
