// What `run` and `resume` print at the end of a run.
#pragma once
#include "cli/context.hpp"
#include "cli/run_session.hpp"
#include "core/engine/driver.hpp"

namespace wf::cli {

// The exit status of a run that has ended so. A workflow in the run that took too long is a failure like
// others.
Exit exit_of(RunState state, const Json& cause);

// Writes --out, then prints the summary (JSON to stdout, or a few lines for people). The exit status of the
// run.
Exit report_run(const Context& context, Store& store, const RunRecord& run, const Workflow& workflow,
                const RunSummary& summary, const ReportOptions& options);

}  // namespace wf::cli
