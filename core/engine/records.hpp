// What a driver asks the store to make true, one struct for each kind of change. All of a batch becomes true
// in one transaction that holds only while the driver still owns the run.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/json.hpp"
#include "core/base/uuid.hpp"
#include "core/catalog/ran_in.hpp"
#include "core/catalog/run_lookup.hpp"
#include "core/definition/value.hpp"
#include "core/engine/cache_key.hpp"
#include "core/engine/environments.hpp"
#include "core/engine/executor.hpp"
#include "core/engine/retry.hpp"
#include "core/registry/registry.hpp"
#include "core/store/blob_store.hpp"

namespace wf {

inline constexpr std::int64_t k_no_element = -1;

inline Scope scope_of(const RunKey& key) { return {key.project, key.domain}; }

struct OutputValue {
  std::string name;
  Type type;
  Json value;
};

// The value of an input that its task is partitioned by.
struct PartitionValue {
  std::string name;
  Type type;
  std::string text;
};

// A file that an attempt left for the report of its run.
struct ReportFile {
  std::string name;
  std::int64_t size = 0;
  std::optional<NewBlob> content;
  std::string left_out = {};  // why there is no content
};

// What an attempt wrote for people: on stdout and stderr, absent when it wrote nothing, and for the report.
struct AttemptLogs {
  std::optional<NewBlob> out;
  std::optional<NewBlob> err;
  std::vector<ReportFile> report = {};
};

// How attempts of a run are kept from what their tasks do not declare.
struct RunSandbox {
  SandboxLevel least = SandboxLevel::none;  // whatever a task says
  bool less_is_enough = false;              // of a machine that cannot keep them as far as is asked
};

// What is recorded of an attempt in a sandbox, see the table attempt; null: there was none.
struct SandboxNotes {
  Json sandbox;
  Json observed;
};

// What the cache answered: there is no use in asking, nothing under the key, something whose bytes are gone,
// that breaks the constraints its outputs have now, or that was made elsewhere, or the user wanted it made
// again.
enum class Lookup { off, miss, gone, broken, elsewhere, refresh };
std::string_view lookup_name(Lookup lookup);

// Whether a run takes results that exist, or makes all again and replaces them.
enum class CacheUse { reuse, refresh };

// The result of an attempt is offered to the cache unless the task is not cacheable.
struct CacheOffer {
  Digest key;
  const TaskKey* parts =
      nullptr;  // what all executions of the task share; the plan's, which outlives the commits
  std::string inputs;
  // After a miss an entry that another run published meanwhile wins; after any other answer this one does.
  Lookup lookup = Lookup::miss;
  const RanIn* wanted =
      nullptr;  // what such an entry must have been made in; nullptr: in anything; the plan's, too
};

// Why a result of the run that this one recovers was not taken over.
enum class Again { asked, changed, gone, elsewhere };
inline constexpr std::array<std::string_view, 4> k_again_names{"asked", "changed", "gone", "elsewhere"};

struct AttemptStarted {
  NodePath execution;
  std::int64_t attempt = 1;
  std::string name;
  std::string executor;
  ProcessIdentity process;
  std::int64_t started_us = 0;
  std::optional<CacheOffer> offer;  // none when the cache is off
  Json resources;                   // {"requests","limits","gpus","kept_by"}; null: it asks for none
  std::optional<Again> again = {};
  SandboxNotes sandbox = {};
  std::optional<std::string> image = {};  // of its container; nullopt: it is in none
};

struct AttemptSucceeded {
  NodePath execution;
  std::string workflow;  // the one that its task belongs to, and its version
  Digest version;
  std::string task;
  std::int64_t attempt = 1;
  ExitRecord record;
  AttemptLogs logs;
  Uuid artifact;
  std::int64_t created_us = 0;  // in the millisecond of the artifact's id
  std::vector<OutputValue> outputs;
  std::vector<NewBlob> blobs;
  std::vector<PartitionValue> partitions;
  Digest inputs;  // what it was made of: see the table artifact
  std::optional<CacheOffer> cache;
  std::vector<std::string> temporary;  // of its outputs
  SandboxNotes sandbox = {};
};

struct AttemptFailed {
  NodePath execution;
  std::int64_t attempt = 1;
  ExitRecord record;
  AttemptLogs logs;
  enum class State { failed, aborted } state = State::failed;
  FailureCategory category = FailureCategory::user;  // of one that failed
  // How long the execution waits before its next attempt; none: it has ended.
  std::optional<std::int64_t> retry_in_ns;
  Json cause;  // {"code","message",…}
  SandboxNotes sandbox = {};
};

// What an attempt has written that was lost with its driver.
struct LostLogsFound {
  NodePath execution;
  std::int64_t attempt = 1;
  AttemptLogs logs;
  std::string times;  // when it wrote them, packed; empty: that is not known
};

struct Reuse {
  NodePath execution;
  Uuid artifact;
  Uuid producer;  // the run that made it
  // Of its outputs those that were temporary where it was made, and of these those that are so here, too.
  std::vector<std::string> temporary_there = {};
  std::vector<std::string> temporary_here = {};
};

// A temporary output that nobody in the run waits to read.
struct SpentOutput {
  Uuid artifact;
  std::string name;
  std::vector<Content> contents;
};

struct OutputsSpent {
  std::vector<SpentOutput> outputs;
};

struct NodesReused {
  std::vector<Reuse> reuses;
  BlobLocks::Hold relying = {};  // on the bytes of what was found, until the rows say so
};

// The same of results that are taken over from the run that this one recovers.
struct NodesRecovered {
  std::vector<Reuse> reuses;
  BlobLocks::Hold relying = {};  // as of those that are reused
};

// An execution that waits for a result which another run is making, or for room.
struct NodeWaiting {
  NodePath execution;
  std::optional<Uuid> holder = {};  // none when its process does not say
  Json room = {};                   // {"requests","of"}: of the machine, and which runs have it; else null
};

// A node that failed before any attempt: its lists do not fit, an input cannot be staged.
struct NodeFailed {
  NodePath execution;
  Json cause;
};

// One that had begun, and whose next attempt or answer is not waited for any more.
struct NodeAborted {
  NodePath execution;
  Json cause;
};

// A node that is not run, in a run that may succeed without it.
struct NodeSkipped {
  NodePath execution;
  Json cause;
};

enum class RunState { running, succeeded, failed, aborted };
std::string_view run_state_name(RunState state);
RunState run_state_of(std::string_view name);  // as a store has it

// What a gate was told.
struct GateAnswer {
  std::string word;  // approved, rejected, given
  Json value;        // what was given, canonical
  std::string note;
  std::int64_t answered_us = 0;
  std::string answered_by;
};

// A node that waits for somebody, or for a time.
struct GateOpened {
  NodePath execution;
  std::string kind;
  std::string message;                // what is to be approved; else empty
  std::string type;                   // of the value that is to be given; else empty
  std::optional<std::int64_t> due_us;  // when it ends by itself
  Json cause;
  std::optional<GateAnswer> answer;  // what a stub has told it at once
  std::optional<Again> again = {};
};

struct GateClosed {
  NodePath execution;
  enum class State { succeeded, failed } state = State::succeeded;
  Json cause;
};

// A gate that was passed in the run that this one recovers, or in one before that: what it was told stands.
struct GateRecovered {
  NodePath execution;
  Uuid run;
};

// Which of its cases a node runs, from 0.
struct CaseChosen {
  NodePath execution;
  std::size_t chosen = 0;
};

// The execution of a node that runs a workflow: in the frame `parent`, "" for the run's own workflow.
struct FramePlace {
  std::string parent;
  NodePath execution;  // the node's own name
  NodePath path() const;
};

struct FrameOpened {
  FramePlace place;
  Digest version;
  std::shared_ptr<const Workflow> emitted = {};  // what a dynamic task emitted, to be recorded; else nullptr
};

struct FrameClosed {
  FramePlace place;
  RunState state = RunState::succeeded;
};

// What the images of the run's tasks are, of those as well that came up while it went on.
struct ImagesFound {
  std::vector<ImageIdentity> images;
};

// What a frame has failed over: the first of it counts, and is told to what is run at its end.
struct FrameFailed {
  std::string frame;  // its path; "" for the run's own
  Json cause;
};

// An execution, or the run itself, stands in line for tokens of pools from now on; `size` is of a pool that is none of
// the store's.
struct TokensAsked {
  NodePath execution;
  PoolNeeds needs;
  std::optional<std::int64_t> size = {};
};

// It has no more use for them, or does not wait any more.
struct TokensLeft {
  NodePath execution;
};

// Claims of others may have ended with their drivers.
struct TokensHandedOut {};

// The run has failed as a whole, and is about to end.
struct RunDecided {
  Json cause;
};

struct LeaseRenewed {};

struct RunEnded {
  RunState state = RunState::succeeded;
  Json cause;                        // null when it succeeded
  std::vector<OutputValue> outputs;  // when it succeeded
};

using Change =
    std::variant<AttemptStarted, AttemptSucceeded, AttemptFailed, LostLogsFound, NodesReused, NodesRecovered,
                 OutputsSpent, NodeWaiting, NodeFailed, NodeAborted, NodeSkipped, GateOpened, GateClosed,
                 GateRecovered, CaseChosen, FrameOpened, FrameClosed, FrameFailed, ImagesFound, TokensAsked,
                 TokensLeft, TokensHandedOut, RunDecided, LeaseRenewed, RunEnded>;

// What became of a change. `dropped`: the attempt was no longer this driver's.
struct Committed {
  enum class Outcome { done, lost_race, dropped } outcome = Outcome::done;
  Uuid artifact;  // lost_race: the artifact that was first
};

}  // namespace wf
