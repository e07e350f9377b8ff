// The record of a run outside its driver: creating it, claiming it, asking for its end.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/catalog/runs.hpp"
#include "core/engine/environments.hpp"
#include "core/engine/records.hpp"
#include "core/store/store.hpp"

namespace wf {

// What was chosen when the run was made; a resume uses the same.
struct RunSettings {
  std::string path;              // PATH of tasks without an image
  std::int64_t parallelism = 1;  // attempts at the same time
  CacheUse cache = CacheUse::reuse;
  VerifyDepth verify = VerifyDepth::quick;  // how a cached result is checked before it is reused
  std::vector<std::pair<std::string, std::string>> labels;  // by key
  std::optional<std::int64_t> timeout_ns;  // instead of the workflow's own
  RunSandbox sandbox;
  GivenAmounts capacity;                   // what attempts may have together, instead of what the machine has
  Backend backend = Backend::automatic;
  ReuseFrom reuse_from = ReuseFrom::any;
  std::vector<ImageIdentity> images;  // of its tasks, as they were when the run was made
};
Json to_json(const RunSettings& settings);
RunSettings settings_from_json(const Json& json);
Environments environments_of(const RunSettings& settings);

// A reference to a result of a run, resolved: where the value of an input came from.
struct InputSource {
  RunKey run;
  NodePath node;  // or "inputs", "outputs"
  std::string output;
};

struct RunInput {
  std::string name;
  Type type;
  Json value;                         // canonical
  std::string given;                  // "default", "plan", "value", "file", "reference"
  std::optional<std::string> origin;  // absolute path of the one file or folder that was read
  std::optional<InputSource> source;
};

// The run that another was made from.
struct RunOrigin {
  enum class Relation { recovery, rerun } relation = Relation::recovery;
  Uuid parent;                     // in the same project and domain
  std::vector<std::string> again;  // of a recovery: the nodes of which nothing is taken over
  bool operator==(const RunOrigin&) const = default;
};

struct NewRun {
  Scope scope;
  std::string name;  // alias; empty for none
  std::string workflow;
  Digest version;
  std::int64_t registration = 0;
  std::optional<Digest> plan;  // the launch plan by which it is started
  std::string requested;       // as the user wrote it
  std::optional<RunOrigin> origin = {};
  RunSettings settings;
  std::vector<RunInput> inputs;
  std::vector<NewBlob> blobs;  // what the inputs read in
};

struct RunRecord {
  RunKey key;
  std::string name;
  std::string workflow;
  Digest version;
  std::int64_t registration = 0;
  std::optional<Digest> plan;
  std::string requested;
  std::optional<RunOrigin> origin;
  RunSettings settings;
  RunState state = RunState::running;
  Json cause;
  std::int64_t fence = 0;
  std::int64_t lease_ns = 0;
  std::int64_t created_us = 0;
  std::optional<std::int64_t> ended_us;
  std::optional<std::string> abort_asked;  // why somebody wants it to end
};

// A driver's hold on a run: the key and the fence that every commit is checked against.
struct Claim {
  RunKey key;
  std::int64_t fence = 0;
};

// A run that was made, or was not: then `others` of its workflow go on, and it says that one more is not wanted. Where
// it replaces them they have been asked to end.
struct CreatedRun {
  std::optional<Claim> claim;
  std::vector<RunKey> others;
};
// Writes the run, its inputs and its first driver (this process) in one transaction; with a
// `concurrency` it stands in the line of its workflow then. Throws Error(k_run_name_taken) when the alias is in use.
CreatedRun create_run(Store& store, const NewRun& run, const std::optional<Concurrency>& concurrency = {});

// Notes this process as what drives it. Within the caller's write transaction.
void insert_driver(Store& store, const RunKey& key, std::int64_t fence);

std::optional<RunRecord> load_run(Database& database, const RunKey& key);
std::optional<RunKey> find_run_by_name(Database& database, const Scope& scope, const std::string& name);
std::vector<RunInput> read_run_inputs(Database& database, const RunKey& key);
std::vector<OutputValue> read_run_outputs(Database& database, const RunKey& key);
// Whether a driver certainly lost its run (dead), certainly or possibly still has it, or is silent past its
// lease.
enum class Ownership { dead, held, lease_expired };
Ownership ownership(const RunRecord& run, const DriverInfo& driver, const Clock& clock);
std::string describe(const DriverInfo& driver);  // "process 4711 on host alpha"

// Takes a run over from a driver that is dead or past its lease: the fence moves, attempts it left running
// become lost. Throws Error(k_run_owned) naming the owner while that lives, Error(k_run_not_running) when the
// run has ended.
Claim claim_run(Store& store, const RunKey& key);

// Asks the run's driver to abort. False when the run had ended already.
bool request_abort(Store& store, const RunKey& key, const std::string& cause);
// Ends a run whose driver is dead as aborted, under a fresh claim.
void abort_unowned_run(Store& store, const Claim& claim, const std::string& cause);

// Whether any run of the store has begun one there. Looks through all attempts where none has.
bool has_had_attempts(Database& database, std::string_view executor);
// Whether the store knows the run, of any domain, and it has ended.
bool has_ended(Database& database, const Uuid& run);

// "wf-<last 12 of the run id>-": what the names of all attempts of a run begin with.
std::string attempt_prefix(const Uuid& run);
// DNS-1123, at most 63 bytes, never the same for two attempts.
std::string attempt_name(const Uuid& run, const NodePath& execution, std::int64_t attempt,
                         std::int64_t fence);

}  // namespace wf
