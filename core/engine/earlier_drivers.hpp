// What earlier drivers of a run have recorded: where one that takes it over goes on.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog/run_lookup.hpp"
#include "core/engine/records.hpp"
#include "core/store/database.hpp"

namespace wf {

// Executions of the run that are committed: what a resume does not repeat.
struct CommittedExecution {
  NodePath execution;
  Uuid artifact;
};
std::vector<CommittedExecution> read_committed(Database& database, const RunKey& key);
// Those that failed: an earlier driver died before it could end the run.
struct FailedExecution {
  NodePath execution;
  Json cause;
};
std::vector<FailedExecution> read_failed(Database& database, const RunKey& key);
std::set<NodePath> read_skipped(Database& database, const RunKey& key);
// What the frames failed over first, as it was told to what is run at their end; by prefix: "" is the run's own.
std::map<std::string, Json> read_frame_failures(Database& database, const RunKey& key);
// A frame that was opened, a closed one as well: the version at work in it, and what has become of that.
struct OpenedFrame {
  Digest version;
  RunState state = RunState::running;
  std::int64_t spent_ns = 0;  // while earlier drivers lived; of one that is closed none counts any more
};
std::map<std::string, OpenedFrame> read_frames(Database& database,
                                               const RunKey& key);  // by prefix: "sub[3]."
// How often an execution was tried: the number of its newest attempt, and what that has cost.
struct Tries {
  std::int64_t attempts = 0;
  SpentRetries spent{};
  std::int64_t time_ns =
      0;  // what they took under earlier drivers, with the waits between them as far as there were any
  bool between = false;  // the newest is over, and no other has begun
};
std::map<NodePath, Tries> read_tries(Database& database, const RunKey& key);
// By what it is kept in mind that an execution waits: once for all of a node that have not been tried, as of
// a map nearly all wait for the same, and once after each attempt.
std::string noted_as(const std::map<NodePath, Tries>& tries, const NodePath& execution);

// Attempts that died with their driver, whose logs nobody has read in.
struct LostAttempt {
  NodePath execution;
  std::int64_t attempt = 1;
  std::string name;
};
std::vector<LostAttempt> read_lost(Database& database, const RunKey& key);
// The names of all that were begun, and of those that were lost, by such an executor.
std::set<std::string> read_attempt_names(Database& database, const RunKey& key, std::string_view executor);
std::set<std::string> read_lost_names(Database& database, const RunKey& key, std::string_view executor);

}  // namespace wf
