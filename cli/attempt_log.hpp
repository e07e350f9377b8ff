// What attempts wrote to stdout and stderr, kept as blobs; while they run, in files.
#pragma once
#include <string>

#include "core/catalog/runs.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

enum class LogStream { out, err };

std::string read_log(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream);
// The last lines of it, at most ten.
std::string log_tail(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream);

}  // namespace wf::cli
