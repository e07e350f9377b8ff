// Why each node execution of a run ran, was reused, or never started.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog/key_parts.hpp"
#include "core/catalog/pauses.hpp"
#include "core/catalog/ran_in.hpp"
#include "core/lineage/execution_rows.hpp"
#include "core/lineage/graph.hpp"
#include "core/store/store.hpp"

namespace wf {

enum class Why {
  reused,         // a result with the same key was there
  recovered,      // the run that this one recovers had the result
  lost_race,      // it ran, but a result with the same key was there before its own
  first_time,     // the cache had no result of the task
  tried_before,   // an earlier run tried just the same, and got no result
  key_changed,    // there was one, and its key is another
  output_gone,    // a result with the same key was there, but not its bytes
  output_broken,  // a result with the same key was there, but not within what its outputs have to keep to now
  made_elsewhere,  // a result with the same key was there, of another backend, and its domain takes only its
                   // own
  refreshed,       // the user wanted it made again
  cache_off,       // the task says so
  no_outputs,      // there is nothing to reuse
  not_asked,       // it failed before the cache could be asked
  empty_map,       // it is mapped over an empty list
  waiting,         // not started yet
  never_started,   // and never will: the run has ended, or the workflow that it is in
  skipped,         // its condition was false, or it needs a node that was skipped
  gate,            // it waited for somebody, or for a time
  workflow,        // it ran a workflow, whose nodes are told of by themselves
};
std::string_view to_text(Why why);  // "first_time"

// An execution without a result.
struct Trial {
  RunKey run;
  std::string state;
};

struct Explanation {
  NodePath path;
  std::string task;
  std::string workflow;  // that the task belongs to …
  Digest task_version;   // … and its version
  std::string state;  // as in the record; empty: it has not started
  Why why = Why::never_started;
  std::optional<Digest> key;
  std::string again;  // why the result of the run that is recovered does not stand: asked, changed, gone,
                      // elsewhere; or empty
  // What was reused, recovered or replaced; of key_changed the nearest earlier result.
  std::optional<Result> earlier;
  std::optional<RanIn> made_in;            // of made_elsewhere: what the earlier result was made in
  std::optional<Trial> tried;              // of tried_before
  std::vector<KeyDifference> differences;  // of key_changed: from the earlier result to this execution
  std::optional<Json> cause;               // of its failure, or of why it never started
  bool enough = false;                     // never started: enough others had succeeded
  std::string ended;                       // never started: what the workflow is run for that it is in ("sub[1]")
  std::vector<std::string> waits_for;      // nodes that are not done; empty: only for its turn
  std::optional<Json> room;  // {"requests","of"}: of the machine, what it waits for, and which runs have it
  std::string line =
      {};             // what it, or the run, waits for in the line of a pool; as whoever knows those has it
  bool ready =
      false;  // has begun, has no attempt now, and waits for its turn or what is said here of room and others
  bool twin = false;  // another execution of its run is making its result
  bool hook = false;  // waits for all other nodes of its workflow
  std::optional<Uuid> waited_for;          // the run that was making the result when this one needed it
  std::int64_t driver = 0;                 // the one that did it, where the run had several
  bool lost = false;  // with its driver: its last attempt, which the record may have as running

  bool ran() const;
};

Json to_json(const Result& result);

struct RunExplanation {
  RunVertex run;
  std::int64_t drivers = 1;             // more than one: the run was resumed
  std::vector<Explanation> executions;  // nodes in topological order, elements ascending
};

// All of a run, or only `node` (all its elements when it names none). Throws Error(k_node_not_found) with
// near names. For nearest results see nearest_result.hpp.
RunExplanation explain(Store& store, const RunKey& run, const std::optional<NodePath>& node);

struct RunGaps {
  RunVertex run;
  std::vector<Explanation> absent;  // what has not begun, nodes in topological order, elements ascending
  std::map<NodePath, Pause> pauses;       // of what has begun
  std::map<NodePath, Explanation> ready;  // of these what would go on now
  // Nodes of which something failed or was stopped, and that succeeded all the same; or what they are in did.
  std::set<std::string> tolerated;
};

// What a report needs to know of a run besides its executions.
RunGaps find_gaps(Store& store, const RunKey& run);

}  // namespace wf
