// What attempts wrote to stdout and stderr, kept as blobs; while they run, in files.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog/runs.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

enum class LogStream { out, err };

std::string_view log_name(LogStream stream);  // "stdout", "stderr"

std::string read_log(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream);
// Passes what it holds behind the first `from` bytes on in pieces; how many bytes it then has passed in all.
std::int64_t read_log_from(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream,
                           std::int64_t from, const std::function<void(std::string_view)>& take);
// The last lines of it, at most ten, each safe for a terminal.
std::vector<std::string> log_tail(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream);

}  // namespace wf::cli
