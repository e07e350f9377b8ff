// What attempts wrote to stdout and stderr, kept as blobs; while they run, in files. A log that was freed
// reads as an empty one: who shows it asks for that.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog/log_times.hpp"
#include "core/catalog/runs.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

// A longer line is cut, so that memory stays bounded whatever a task writes.
inline constexpr std::int64_t k_longest_line = 64 * 1024;

std::string_view log_name(LogStream stream);  // "stdout", "stderr"

// When the log was freed; nullopt: it was not.
std::optional<std::int64_t> log_freed_us(Store& store, const AttemptInfo& attempt, LogStream stream);

std::string read_log(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream,
                     std::int64_t from = 0);
// Passes what it holds behind the first `from` bytes on in pieces; how many bytes it then has passed in all.
std::int64_t read_log_from(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream,
                           std::int64_t from, const std::function<void(std::string_view)>& take);
// The same of the bytes [from, to), unchecked; how many bytes there are up to there.
std::int64_t read_log_range(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream,
                            std::int64_t from, std::int64_t to,
                            const std::function<void(std::string_view)>& take);
// Throws where the store has lost it, or has other bytes.
void verify_log(Store& store, const AttemptInfo& attempt, LogStream stream);

// When the attempt wrote what; without marks where nobody has looked.
LogTimes times_of(Store& store, const RunKey& run, const AttemptInfo& attempt);
// Until when the log's last bytes had been written.
std::int64_t last_write_us(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream);
// How many bytes of the stream had been written before that time, for certain.
std::int64_t written_before(const LogTimes& times, LogStream stream, std::int64_t time_us);
// Where the first line begins whose end was written at that time or later.
std::int64_t line_since(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream,
                        std::int64_t time_us);

// The last lines of it, at most ten, each safe for a terminal.
std::vector<std::string> log_tail(Store& store, const RunKey& run, const AttemptInfo& attempt,
                                  LogStream stream);

}  // namespace wf::cli
