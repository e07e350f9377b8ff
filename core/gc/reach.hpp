// What of a store is kept, and until when everything else was last used.
//
// Kept is what a person named (a tag, a pin, a label of a run), what belongs to a version or a launch plan,
// and what a kept run was given, made, reused or printed; of a folder all that is in it. A run is kept while
// it runs, or can be resumed, or one that recovers it does, when it is pinned, and as the rules say; but not
// its temporary outputs when all that read them are done, unless it runs or is pinned. Rows are never asked
// for: only bytes go.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/store/database.hpp"

namespace wf {

// A run is kept when any of the first three says so; 0 turns a number off.
struct KeepRules {
  std::int64_t keep_last = 0;       // runs of each workflow: the newest, and the newest that succeeded
  std::int64_t keep_within_us = 0;  // runs that ended in so many microseconds
  std::vector<std::string> keep_labels;  // runs with one of these: "tier=gold", or "tier", whatever its value
  std::int64_t grace_us = 0;        // from when a blob is condemned, or was last used, to when it is freed
};

inline constexpr std::int64_t k_kept = INT64_MAX;

// Temporary tables of one connection, which may be read-only:
//   gc_run(project, domain, run, until, named), gc_artifact(project, domain, artifact, until, named),
//   gc_blob(digest, until)
// `until` is k_kept or the microsecond in which the last of those that used it ended. What is not in them was
// used by nobody. `named` is k_kept or 0: whether a person, or a run at work, keeps it, and not its age
// alone.
class Reach {
 public:
  explicit Reach(Database& database);

  // In the caller's transaction: what it sees now.
  void compute(const KeepRules& rules, std::int64_t now_us);

 private:
  Database* database_;
};

}  // namespace wf
