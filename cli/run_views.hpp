// Runs and their parts as rows and JSON: the shapes that ls, show and status share.
#pragma once
#include <string>

#include "core/base/json.hpp"
#include "core/catalog/runs.hpp"
#include "core/lineage/explanation.hpp"

namespace wf::cli {

Json run_json(const RunInfo& run);
// A row of a table; `now_us` ends the duration of a run that goes on.
Json run_row(const RunInfo& run, std::int64_t now_us);
// By name, each as printed_value() has it.
Json values_json(const std::vector<RunValue>& values);
Json execution_json(const NodeInfo& node);
Json attempt_json(const AttemptInfo& attempt);

std::string version_text(const RunInfo& run);       // "7f3a9c12d001 (v1)"
std::string counts_text(const NodeCounts& counts);  // "12 ran, 3 reused, 1 failed"
std::string cause_text(const Json& cause);          // its message, safe for terminals
// Its stable code; `otherwise` where none is recorded.
std::string cause_code(const std::optional<Json>& cause, const std::string& otherwise);
std::string run_cause_text(const Json& cause);  // the same after the node that is to blame
// What an execution that is recorded as running waits for; empty: nothing, it runs. `gaps` are of the run.
std::string why_waits(const RunInfo& run, const NodeInfo& node, const RunGaps& gaps);
std::string state_text(const RunInfo& run);  // "running, driver dead", "aborting"
std::string took(std::int64_t from_us, const std::optional<std::int64_t>& to_us, std::int64_t now_us);

}  // namespace wf::cli
