// What `wf report` writes besides its page: a trace for profilers, and a table for scripts.
#pragma once
#include <string>

#include "cli/report/account.hpp"

namespace wf::cli {

// The Chrome trace event format, which Perfetto and chrome://tracing read. Times are microseconds since the
// run was made; a process for each driver of the run, and one for executions without an attempt, such as
// gates and what was reused; in each a thread for each slot.
std::string trace_text(const RunAccount& account);

// One row for each attempt, and one for each execution that had none; columns as wf-report(1) lists them.
// What does not apply is empty.
std::string attempts_table(const RunAccount& account);

}  // namespace wf::cli
