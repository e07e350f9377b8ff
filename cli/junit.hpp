// A run as JUnit XML, which every CI service reads: a test suite with one test case for each node execution.
#pragma once
#include <string>

#include "cli/run_page.hpp"

namespace wf::cli {

// Succeeded: passed. Failed: a failure with its cause and the last lines of its stderr. Aborted: an error.
// Reused, never started, still running, failed and tolerated: skipped, saying which.
std::string junit_text(Store& store, const RunPage& page);

}  // namespace wf::cli
