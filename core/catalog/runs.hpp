// Runs, their nodes and attempts, as people look at them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/json.hpp"
#include "core/catalog/list_query.hpp"
#include "core/catalog/run_lookup.hpp"
#include "core/store/database.hpp"

namespace wf {

// How many node executions are in which state; an element of a mapped node counts as one.
struct NodeCounts {
  std::int64_t running = 0;
  std::int64_t waiting = 0;  // begun, and waits for an attempt, for somebody, for a time, or for a driver
  std::int64_t succeeded = 0;
  std::int64_t reused = 0;
  std::int64_t recovered = 0;
  std::int64_t failed = 0;
  std::int64_t aborted = 0;
  std::int64_t skipped = 0;
};

struct DriverInfo {
  std::int64_t fence = 0;
  std::string host;
  std::string boot_id;
  std::int64_t pid_ns = 0;
  std::int64_t pid = 0;
  std::int64_t start_ticks = 0;
  std::string platform;
  std::string wf_version;
  std::int64_t claimed_us = 0;
};

// `dead` is proven; `elsewhere`: another host or pid namespace, so from here nobody can tell.
enum class DriverState { alive, dead, elsewhere };

struct RunPlan {
  std::string name;
  Digest digest;
};

// The run that another was made from, in the same project and domain.
struct RunParent {
  Uuid id;
  std::string relation;            // recovery or rerun
  std::vector<std::string> again;  // of a recovery: the nodes that were asked to run again
};

struct RunInfo {
  RunKey key;
  std::optional<std::string> name;
  std::string workflow;
  Digest version;
  std::vector<std::string> labels;  // of the version, newest first
  std::int64_t registration = 0;
  std::optional<RunPlan> plan;  // the launch plan by which it was started
  std::string requested;
  std::optional<RunParent> parent;
  Json settings;
  std::string state;
  std::optional<Json> cause;
  std::optional<std::string> abort_asked;  // of one that goes on: who asked that it be aborted, and why
  std::int64_t created_us = 0;
  std::string created_by;
  std::optional<std::int64_t> ended_us;
  NodeCounts counts;
  bool queued = false;               // it waits for its turn beside other runs of its workflow
  std::optional<DriverInfo> driver;  // the newest
  bool undriven = false;             // it goes on, and its driver is proven dead: nothing of it runs
};

struct RunValue {
  std::string name;
  std::string type;
  Json value;
  std::string given;   // inputs: default, plan, value, file or reference
  std::string source;  // inputs given as a reference: its text
};

struct NodeInfo {
  NodePath path;
  std::string state;
  std::optional<Json> cause;
  std::int64_t started_us = 0;
  std::optional<std::int64_t> ended_us;
  std::int64_t attempts = 0;
  std::optional<Uuid> artifact;
  std::optional<RunKey> producer;  // of an artifact that was reused or recovered: the run that made it
  NodePath produced_by;
  std::int64_t produced_at = 0;    // the attempt of it
  std::optional<Digest> key = {};  // under which the result is cached, or would be
  bool lost = false;  // its attempt was lost with a driver, and there is no other yet
};

struct AttemptInfo {
  NodePath path;
  std::int64_t attempt = 0;
  std::string name;
  std::string executor;
  std::string state;
  std::int64_t started_us = 0;
  std::optional<std::int64_t> ended_us;
  std::optional<std::int64_t> duration_ns;
  std::optional<std::int64_t> exit_code;
  std::optional<std::int64_t> signal;
  std::optional<Json> cause;
  std::string category;  // whose fault a failure was: user, system, interrupted; else empty
  // After which there was to be another; none: it was the last.
  std::optional<std::int64_t> delay_ns;
  bool out_of_memory = false;            // the kernel ended it for that
  std::optional<std::int64_t> max_rss_bytes;
  std::optional<std::int64_t> cpu_us;    // user and system
  std::optional<Json> resources;         // what it asked for of the machine, and might take
  std::optional<Json> sandbox;           // how far it was kept from what it had not declared
  std::optional<Digest> stdout_blob;
  std::optional<Digest> stderr_blob;
  std::string charged = {};                // of what fails: the budget that another attempt is at the cost of
  std::optional<Json> memory_events = {};  // {"limit_hits","oom_kills"}, where its memory had a limit
  std::int64_t fence = 0;                // of the driver that made it
  std::optional<std::string> image = {};   // that its container ran in: the digest of its configuration, or its name
};

// Filters: workflow, state, version (Digest), plan (its name, or Digest in plan_digest), prefix (of the
// name), parent (Uuid), since, until (Uuid). Orders: -created, created, workflow (then the oldest first).
Page<RunInfo> list_runs(Database& database, const ListRequest& request);
// How many runs of a project and domain are in a state; of those that have ended, since that time
// (microseconds).
std::int64_t count_runs(Database& database, const std::string& project, const std::string& domain,
                        const std::string& state, std::int64_t ended_since_us);
RunInfo read_run(Database& database, const RunKey& key);
// Names of nodes, as the column `again` has them.
std::vector<std::string> read_names(std::string_view json);
// The node execution that a stored cause blames.
std::optional<NodePath> blamed_node(const Json& cause);
// A stored cause as it is printed; null for none: {code, message, node, element}.
Json cause_json(const std::optional<Json>& cause);
std::vector<RunValue> inputs_of(Database& database, const RunKey& run);
std::vector<RunValue> outputs_of(Database& database, const RunKey& run);
// Those in a state, or all; by the first start of a node, then by element.
std::vector<NodeInfo> nodes_of(Database& database, const RunKey& run,
                               const std::optional<std::string>& state = std::nullopt);
// Of one node (all its elements when element is -1), or of the whole run.
std::vector<AttemptInfo> attempts_of(Database& database, const RunKey& run,
                                     const std::optional<NodePath>& node);
// Of what a node means, too, that runs a workflow or is named without the elements on its way; see
// is_meant_by.
std::vector<AttemptInfo> attempts_within(Database& database, const RunKey& run, const NodePath& node);
// The files that an attempt in a sandbox was seen to open; nullopt: it was in none.
std::optional<Json> observed_by(Database& database, const RunKey& run, const NodePath& node, std::int64_t attempt);
std::vector<DriverInfo> drivers_of(Database& database, const RunKey& run);  // by fence
std::optional<DriverInfo> newest_driver(Database& database, const RunKey& run);
DriverState state_of(const DriverInfo& driver);
// Goes on with a run that nobody drives, or ends it where that was asked for.
std::string go_on_command(const RunKey& run, const std::optional<std::string>& abort_asked);

}  // namespace wf
