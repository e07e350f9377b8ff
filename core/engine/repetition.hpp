// Runs executions of a run once more, elsewhere and in another order, and compares what they give with what
// the record has of them. They have what the run gave them of the machine and of pools, beside all runs of
// the store, as long as it let them take, and as many attempts. Nothing of it is recorded.
#pragma once
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/event_loop.hpp"
#include "core/engine/attempt_folder.hpp"
#include "core/engine/capacity.hpp"
#include "core/engine/collect.hpp"
#include "core/engine/content_difference.hpp"
#include "core/engine/emissions.hpp"
#include "core/engine/executor.hpp"
#include "core/engine/repetition_tokens.hpp"
#include "core/engine/replay.hpp"
#include "core/engine/retry.hpp"
#include "core/engine/shared_room.hpp"
#include "core/engine/staging.hpp"

namespace wf {

struct Repeated {
  NodePath path;
  std::string failure = {};  // why it gave nothing this time; else empty
  bool gone = false;    // it was not run: something that it reads is not in the store any more
  struct Output {
    std::string name;
    ContentDifference difference;
  };
  std::vector<Output> differences = {};  // of the outputs that differ
  bool same() const { return failure.empty() && differences.empty(); }
  bool failed() const { return !failure.empty() && !gone; }
};

struct RepetitionResources {
  Store& store;    // has the run; is only read
  Store& scratch;  // takes what is made
  EventLoop& loop;
  Executor& executor;
  std::string folder;     // for the working folders; must be there
  std::string prefix;     // of the names of attempts, which no other process gives: "repeat-1c2e…-"
  std::string host_name;  // that the tasks see; empty: the machine's
  std::int64_t parallelism = 1;
  // Told once of each thing that something waits for, and that others have.
  std::function<void(const NodePath&, const std::string&)> waits = {};
};

class Repetition {
 public:
  // All must outlive it.
  Repetition(const RepetitionResources& with, const RunKey& run);

  // Those whose results the record has, of the run or of one node or execution with all that it has run; the
  // last one first. Throws Error(k_no_execution) when there is none.
  std::vector<NodePath> choose(const std::optional<NodePath>& only) const;
  // In the order of `paths`. Runs the loop until all have ended, or it was stopped: then those that had ended
  // before.
  std::vector<Repeated> run(const std::vector<NodePath>& paths);
  // Starts nothing more, and stops what runs, as Executor::stop() does; run() returns once that has ended.
  // From the loop.
  void stop(std::int64_t grace_ns);

 private:
  // An execution that is to be run, or run again.
  struct Job {
    NodePath path;
    const PlanNode* plan = nullptr;  // nullptr: it has not been looked at
    Needs needs = {};
    PoolNeeds pools = {};
    SpentRetries spent = {};
    std::optional<std::int64_t> end_ns = {};  // when all its attempts must be over; once it has begun
    std::string checkpoint = {};              // what it keeps from one attempt to the next

    const Node& node() const { return *plan->node; }
    const Task& task() const { return *plan->task->task; }
  };
  struct Attempt {
    Job job;
    std::string folder;
    GpuSet gpus;  // of the machine's, those that it has
    PreparedAttempt prepared = {};
    bool is_last_of_total = false;  // it has as long as all of them together have left
  };
  using AttemptPtr = std::shared_ptr<Attempt>;

  void start_some();
  bool is_possible(Job& job);
  void look_at(Job& job);
  Capacity& capacity();
  bool settle(Job& job, std::optional<ResourceAmounts>& lacking);
  bool has_room(const Job& job, std::optional<ResourceAmounts>& lacking);
  bool take_room(const Job& job, GpuSet& gpus);
  void tell_waiting(const NodePath& path, const std::string& what);
  void look_at_machine();
  std::optional<Content> missing_input(const Job& job);
  void start(const Job& job, const GpuSet& gpus);
  void prepare(Attempt& attempt);
  void limit(Attempt& attempt) const;
  void leave_room(const Attempt& attempt);
  void ended(const AttemptPtr& attempt, const ExitRecord& record);
  std::optional<InvalidOutput> verdict(const Attempt& attempt, const ExitRecord& record);
  std::optional<InvalidOutput> compare(const Attempt& attempt, Repeated& repeated);
  bool try_again(const Attempt& attempt, const ExitRecord& record, const InvalidOutput& failure);
  static void remove_checkpoint(const Job& job);
  void keep_for_readers(const CollectedOutputs& made);
  void keep_for_readers(const Content& content);
  void give_up_postponed();
  std::string why_gone(const Content& missing) const;
  void note_failure(const NodePath& path, const std::string& message);

  RepetitionResources with_;
  Replay replay_;
  Emissions emissions_;
  AttemptFolders folders_;
  StagedInputs staged_;
  std::optional<Capacity> capacity_;  // once one asks for some of it
  SharedRoom machine_room_;
  bool machine_is_full_ = false;  // others have what lacks
  RepetitionTokens tokens_;
  std::set<std::string> told_;  // what something waits for
  std::list<Job> waiting_;
  struct Postponed {
    Content missing;
    std::vector<Job> readers;
  };
  std::map<std::pair<Digest, bool>, Postponed> postponed_;  // by a freed input, which may be made again
  std::map<std::uint64_t, AttemptPtr> running_;             // by the id of the attempt
  std::map<NodePath, TimerId> resting_;                     // between two attempts
  bool is_partial_ = false;                                 // not all executions of the run are meant
  bool stopped_ = false;
  std::uint64_t next_id_ = 1;
  std::map<NodePath, Repeated> found_;
};

}  // namespace wf
