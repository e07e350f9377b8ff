// Drives one run: releases nodes as their predecessors end, looks for results that exist already, starts
// attempts, commits what they made, and ends the run.
//
// Everything happens on the event loop, in answer to one event: an attempt ended, a batch was committed, a
// signal came. A node's last execution decrements its successors' counters, so an event costs the node's
// out-degree. No downstream node starts on an end that is not committed.
#pragma once
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/base/event_loop.hpp"
#include "core/base/worker_pool.hpp"
#include "core/definition/test_case.hpp"
#include "core/engine/attempt_folder.hpp"
#include "core/engine/cache_reader.hpp"
#include "core/engine/capacity.hpp"
#include "core/engine/checkpoints.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/collect.hpp"
#include "core/engine/commit_queue.hpp"
#include "core/engine/earlier_drivers.hpp"
#include "core/engine/emissions.hpp"
#include "core/engine/frame.hpp"
#include "core/engine/gates.hpp"
#include "core/engine/observer.hpp"
#include "core/engine/pool_claims.hpp"
#include "core/engine/recovery.hpp"
#include "core/engine/run_record.hpp"
#include "core/engine/shared_room.hpp"
#include "core/engine/staging.hpp"
#include "core/engine/token_holders.hpp"
#include "core/store/reservations.hpp"
#include "core/store/version.hpp"

namespace wf {

// A root failure of a run, with all that a person needs to look into it.
struct FailureReport {
  NodePath execution;
  Json cause;          // {"code","message",…}
  std::int64_t attempts = 0;  // the last of them is told of below; 0: there was none, and all else is empty
  std::string folder = {};
  std::string stdout_path = {};
  std::string stderr_path = {};
  std::string manual_command = {};  // empty: it ran in a container
  std::vector<std::string> stderr_tail = {};
};

struct RunSummary {
  RunState state = RunState::succeeded;
  Json cause;
  std::vector<OutputValue> outputs;
  std::vector<FailureReport> failures;
  RunProgress progress;
};

// What a driver works with; all of it must outlive the driver.
struct DriverResources {
  Store& store;         // for reading, on the loop's thread
  Store& writer_store;  // for the commit thread
  EventLoop& loop;
  Executor& executor;
  RunObserver& observer;
  // What a gate is told when nobody is there to be asked, null where it gives nothing; without it gates wait.
  std::function<GateSignal(const Node& gate)> answer_gate = {};
  // What the images are of tasks that a dynamic task emits; without it nobody asks.
  FindImages find_images = {};
  // In a store that it has to itself, pools and limits on runs do not count.
  bool alone = false;
  // Where inputs are laid out, in the run's folder: another one than an earlier driver's whose attempts still have that.
  std::string inputs_folder = "in";
};

class Driver {
 public:
  // The run must be claimed by this process. `workflow` is its version's.
  Driver(DriverResources resources, const Workflow& workflow, const RunRecord& run, const Claim& claim);
  ~Driver();

  // Runs the loop until the run has ended and the end is committed. Throws what made it impossible to go on
  // (a full disk, ownership lost): everything started is dead then, and the run can be resumed.
  RunSummary run();

  // Ends the run as aborted; running attempts get SIGTERM, and SIGKILL after a grace, or SIGKILL now.
  enum class Haste { orderly, at_once };
  void abort(const std::string& cause, Haste haste);
  // Looks now, and not with the next commit, whether somebody has asked for the run's end.
  void look_for_requests();

 private:
  struct NodeOf {
    Frame* frame = nullptr;
    NodeIndex node = 0;

    const PlanNode& plan() const { return frame->node(node); }
    NodeState& state() const { return frame->state(node); }
    NodePath path(std::int64_t element = k_no_element) const { return frame->path(node, element); }
    auto operator<=>(const NodeOf&) const = default;
  };
  // Executions of one node that wait for a slot: a range, so that waiting elements cost nothing.
  struct ReadyRange {
    NodeOf node;
    std::int64_t next = 0;
    std::int64_t end = 0;
  };
  // One of them, taken to be handled.
  struct Taken {
    NodeOf node;
    std::int64_t element = k_no_element;

    NodePath path() const { return node.path(element); }
  };
  // What earlier drivers of this run have left.
  struct Earlier {
    std::map<std::string, OpenedFrame> frames;  // by prefix
    std::map<NodePath, Uuid> committed;
    std::map<NodePath, Json> failed;
    std::set<NodePath> skipped;
    std::map<std::string, Json> gates;  // that were passed, with what was given
    std::map<std::string, Json> decided;  // why frames cannot succeed any more, by prefix
    std::map<std::string, Json> failures;  // what frames failed over first, by prefix
  };
  struct Attempt {
    NodeOf node;
    NodePath execution;
    std::int64_t number = 1;
    std::string folder;
    PreparedAttempt prepared;
    Digest inputs;  // what it is made of
    std::optional<CacheOffer> offer;
    std::optional<Digest> reserved;
    std::vector<PartitionValue> partitions;
    ExitRecord record;
    std::optional<InvalidOutput> stopped;  // why it was told to stop
    bool is_last_of_total = false;         // it has as long as all of them together have left
    Needs needs;
    GpuSet gpus;                       // of the machine's, those that it has
    std::optional<Digest> checkpoint;  // what is kept from one attempt to the next is under this
  };
  using AttemptPtr = std::shared_ptr<Attempt>;
  // What was emitted, and cannot begin before its images are known.
  struct ImageLookup {
    Taken taken;
    const Plan* plan = nullptr;
  };

  // nodes: which are released, and how they end
  void load_earlier();
  void note_earlier_failure(const NodePath& failed, const Json& cause);
  void keep_lost_logs();
  void release(Frame& frame, const std::vector<NodeIndex>& nodes);
  void release(NodeOf node);
  void queue(const ReadyRange& all);
  bool has_run_well(const Taken& taken) const;
  bool was_begun(NodeOf node) const;
  static bool is_called_off(NodeOf node);
  void skip(NodeOf node);
  bool prepare(NodeOf node, void (Frame::*step)(NodeIndex));
  static Json why_called_off(NodeOf node);
  bool leave_between(const NodePath& execution);
  void end_waiting(const NodePath& execution, const Json& reason);
  bool restore(const Taken& taken);
  bool reopen(const Taken& taken);
  bool is_at_work(const std::string& prefix) const;
  void expire_again(Frame& frame);
  void finish_execution(NodeOf node, std::int64_t element, const std::vector<OutputValue>& outputs);
  void fail_execution(NodeOf node, std::int64_t element, ErrorCode code, const std::string& message);
  void fail_as(NodeOf node, const NodePath& execution, Json cause);
  void note_failure(NodeOf node, FailureReport report);
  void decide(NodeOf node, const Json& cause);
  void fail_run(const Json& cause);
  void note_failed(Frame& frame, const Json& cause);
  void record_failures();
  void keep_failure(const Frame& frame);
  void restore_failure(Frame& frame);
  void shut(Frame& frame, const InvalidOutput& reason, const Json& why);
  void set_failing(Frame& frame, const Json& why);
  void drop(const ReadyRange& range);
  void drop_ready(const std::function<bool(const NodeOf&)>& chosen);
  // An execution that waits for an attempt, and for what.
  struct Queued {
    Taken taken;
    std::string lacks;
  };
  std::vector<Queued> withdraw(const std::function<bool(const Taken&)>& chosen);
  void stop_if_enough(NodeOf node);
  void execution_over(NodeOf node);
  void leave_turn(NodeOf node);
  void end_if_over(NodeOf node);
  void end_node(NodeOf node, Outcome outcome);

  // what the run that is recovered has made
  void load_recovery();
  bool take_over(const Taken& taken);
  std::variant<CachedResult, Again> recovered(const Taken& taken, const Recovery::Result& known);
  bool is_same_place(const Taken& taken, std::size_t level) const;
  std::optional<Digest> digest_of_inputs(const Taken& taken);
  bool take_over_gate(const Taken& taken);
  std::optional<Again> asks_again(const Taken& taken, const Recovery::PassedGate& passed) const;
  bool follows_new(const Taken& taken, std::size_t level) const;
  void record_recovered();
  std::optional<Again> again_of(const NodePath& execution) const;

  // gates
  void open_gate(const Taken& taken);
  void drop_gate(const Taken& taken);
  void answer_at_once(const Node& node, std::int64_t now_us, GateOpened& opened);
  void pass(const Taken& taken, const Json& value);
  void tell_gate(const NodePath& execution, const std::string& text);
  void look_at_gates();
  void look_at_gates_later(std::int64_t in_us);
  std::optional<std::string> why_late(const Taken& taken) const;
  void close_gate(const Taken& taken, const GateRow& row);

  // workflows that nodes run
  void open_frame(const Taken& taken);
  void open_frame(const Taken& taken, const Plan& plan, const std::vector<RunInput>& inputs,
                  std::shared_ptr<const Workflow> emitted);
  void take_result(const Taken& taken, const Uuid& artifact, const std::vector<OutputValue>& outputs);
  bool is_within_bounds(NodeOf node);
  void end_at_bound(const Error& error, const NodePath& at);
  void bound_emissions(const Taken& taken, const Plan& plan);
  void open_emitted(const Taken& taken, const std::vector<OutputValue>& outputs);
  void begin_emitted(const Taken& taken, const Plan& plan);
  using FoundImages = std::variant<std::vector<ImageIdentity>, Error>;
  void look_up_next();
  void look_up(std::set<std::string> references);
  void looked_up(const FoundImages& found);
  void begin_looked_up(const ImageLookup& lookup);
  void end_lookups();
  void fail_emitted(const Taken& taken, const Error& error);
  bool can_run_emitted(const Taken& taken, const std::vector<OutputValue>& outputs);
  const Plan& emitted_plan(const Taken& taken, const std::vector<OutputValue>& outputs);
  const Plan* earlier_plan(const std::string& prefix);
  void close_frame(Frame& frame);
  void end_frame(Frame& frame, Outcome outcome);
  std::vector<Frame*> frames_in(const Frame& around,
                                const std::function<bool(const FrameElement&)>& chosen) const;

  // temporary outputs
  std::vector<std::string> temporary_of(const Taken& taken) const;
  void note_temporary(const Taken& taken, const Uuid& artifact, const std::vector<OutputValue>& outputs);
  void spend_after(NodeOf node);
  void spend(NodeOf node);
  bool is_staged_for_any(const Content& content) const;
  void record_spent();

  // scheduling
  void pump();
  void pump_ready();
  void pump_some();
  void pump_later();
  bool has_slot() const;
  bool has_ready();
  std::int64_t handle_one();
  std::int64_t handle_many();
  std::vector<Taken> take_ready(std::int64_t limit);
  void settle(const Taken& taken, CacheAnswer answer);
  bool hold(const ReadyRange& range);
  void put_back(std::span<const Taken> taken);
  CacheQuestion question(const Taken& taken) const;
  void finish_if_done();
  void end_run();
  std::optional<std::vector<OutputValue>> try_outputs(Frame& frame);

  // attempts that are followed by another
  struct PendingRetry {
    Taken taken;
    TimerId timer;
  };
  std::optional<std::int64_t> next_try_of(const Attempt& attempt, ErrorCode code);
  std::string why_left_out(const Attempt& attempt, ErrorCode code) const;
  SpentRetries spent_on(const NodePath& execution) const;
  void charge(const AttemptFailed& end);
  void wait_for_retry(const Taken& taken, std::int64_t delay_ns);
  void forget_retries(const std::function<bool(const Taken&)>& chosen);

  // what attempts have of the machine
  Capacity& capacity();
  Needs needs_of(const Taken& taken);
  bool has_room(const Taken& taken, const Needs& needs);
  bool hinders_first(const ResourceAmounts& requests);
  void wait_for_room(const Taken& taken);
  void note_wait_for_room(const Taken& taken);
  void look_for_room();
  bool take_room(const Taken& taken, const Needs& needs, GpuSet& gpus);
  void look_at_machine();
  void stop_waiting_for_machine();
  void leave_room(Attempt& attempt);
  Json resources_json(const Attempt& attempt) const;

  // tokens of pools
  struct PoolLine {
    std::deque<ReadyRange> waiting;
    std::optional<NodePath> asked;  // the first of them, once it has asked to stand in line …
    std::uint64_t question = 0;     // … by this; that one is never another
    bool stands = false;            // that has been committed
  };
  PoolNeeds pools_of(const Taken& taken) const;
  bool has_tokens(const Taken& taken, const PoolNeeds& needs);
  void wait_for_tokens(const Taken& taken, const PoolNeeds& needs);
  void ask_first(const PoolNeeds& needs, PoolLine& line);
  void look_for_tokens();
  bool let_go_on(const PoolNeeds& needs, PoolLine& line, const std::set<NodePath>& held);
  NodePath stop_asking(PoolLine& line);
  void look_for_dead();
  void return_tokens(const NodePath& execution);
  void return_tokens(const ReadyRange& range);
  void hand_out();
  void leave_line(const NodePath& execution);
  void mend_lines();
  void watch_others();

  // the run itself, beside others of its workflow
  bool has_turn();
  void begin();
  void wait_for_turn();

  // how long it all may take
  struct Total {
    Taken taken;
    std::int64_t limit_ns = 0;
    std::int64_t end_ns = 0;  // by the clock that stands still while the machine sleeps
    TimerId timer;
  };
  void watch_run();
  void watch_total(const Taken& taken, std::optional<std::int64_t> limit_ns, std::int64_t spent_ns);
  void end_total(const NodePath& execution);
  void end_totals(const Frame& frame);
  void total_over(const NodePath& execution);
  bool has_begun_in_time(const Taken& taken);
  void limit_attempt(Attempt& attempt) const;
  InvalidOutput late(const Attempt& attempt) const;
  std::string too_late_for(const NodePath& execution, std::int64_t delay_ns) const;
  void watch_queue(NodeOf node);
  void fail_queued(NodeOf node, const std::function<bool(const NodePath&)>& chosen,
                   const std::function<InvalidOutput(const Queued&)>& reason);
  void expire(Frame& frame, const std::string& message);

  // results that others are making
  struct Waiting {
    Taken taken;
    std::uint64_t turn = 0;  // who came first
  };
  // One result, and who waits for it: at least one.
  struct Awaited {
    Reservations::Holder holder;
    std::deque<Waiting> waiting;
  };
  bool reserve(const Taken& taken, const CacheOffer& offer);
  void wait_for(const Taken& taken, const Digest& key, const Reservations::Holder& holder);
  void note_waiting(const NodePath& execution, const Reservations::Holder& holder);
  void tell_waiting(const NodePath& execution, const Reservations::Holder& holder);
  void set_holder(Awaited& awaited, const Reservations::Holder& holder);
  void look_at_waiting();
  void look_at_leases();
  void go_on(const std::function<std::size_t(const Digest&, Awaited&)>& how_many);
  void each_awaited(const std::function<void(const Digest&, Awaited&)>& visit);
  void go_on_with(const Digest& key);
  void put_back(std::vector<Waiting> waiting);
  void forget_waiting(const std::function<bool(const Taken&)>& chosen);
  void watch_leases();
  std::map<Uuid, std::int64_t> leases_of_holders();
  void release(const std::optional<Digest>& key);
  void announce_later();

  // attempts
  struct LayingJob;
  struct Laying {
    Taken taken;
    std::stop_source stop;
    bool waits_only = false;  // for what is laid out for others
  };
  bool is_laid_out(const Taken& taken);
  void lay_out(const Taken& taken, std::shared_ptr<LayingJob> job);
  void on_laid_out(std::uint64_t id, const LayingJob& job);
  void fail_laying(const Taken& taken, const std::exception_ptr& error);
  static bool is_of_execution(const Error& error);
  void forget_laying(const std::function<bool(const Taken&)>& chosen);
  std::optional<std::string> checkpoint_left(const Taken& taken, const Digest& work) const;
  std::optional<Digest> checkpoint_of(const Taken& taken);
  void remove_checkpoint(const Attempt& attempt);
  void reuse(const Taken& taken, const CachedResult& result);
  void start_attempt(const Taken& taken, std::optional<CacheOffer> offer);
  void require_datasets(const Task& task, const std::vector<const Json*>& values);
  void on_ended(const AttemptPtr& attempt, const ExitRecord& record);
  void collect(const AttemptPtr& attempt);
  void commit_success(const AttemptPtr& attempt, CollectedOutputs outputs, AttemptLogs logs);
  void on_committed(const AttemptPtr& attempt, const Committed& result,
                    const std::vector<OutputValue>& outputs);
  void commit_failure(const AttemptPtr& attempt, ErrorCode code, std::string message);
  static AttemptFailed end_of(const Attempt& attempt, ErrorCode code, const std::string& message);
  void push_failure(const AttemptPtr& attempt, AttemptFailed end);
  // Calls `then` with what `job` gives: at once, or later after a worker has done it. collecting_ counts it until then.
  template <typename Job, typename Then>
  void read_in(Amount amount, Job job, Then then);
  // `then` is done once it is committed; the run's end waits for it.
  void push_result(Change change, CommitQueue::Urgency urgency, std::function<void()> then = {});
  void stop_running(const std::function<bool(const NodeOf&)>& chosen, const InvalidOutput& reason,
                    std::int64_t grace_ns);
  std::optional<InvalidOutput> verdict(const Attempt& attempt);

  void tell(NodeNews::Kind kind, const NodePath& execution, std::int64_t attempt, std::int64_t duration_ns);
  void tell(const NodeNews& news);
  void guard(const std::function<void()>& action);
  void give_up(std::exception_ptr error);
  void renew_lease(CommitQueue::Urgency urgency);
  void renew_lease_later();
  CommitQueue::Urgency urgency() const;

  DriverResources with_;
  RunRecord run_;
  Claim claim_;
  Plans plans_;
  Emissions emissions_;
  std::int64_t executions_ = 0;  // of the nodes that have been released
  std::size_t emitted_nodes_ = 0;
  VersionReader versions_;  // that earlier drivers ran
  Frame root_;
  // At work, besides the root; by the frame around each.
  std::map<std::pair<const Frame*, const Frame*>, std::unique_ptr<Frame>> frames_;
  std::vector<FrameFailed> frame_failures_;                // not yet handed to the writer
  std::vector<std::unique_ptr<Frame>> closed_;             // kept until nothing on the stack can use them
  Earlier earlier_;
  std::optional<Recovery> recovery_;
  std::map<NodePath, Again> again_;  // what is not taken over
  std::vector<Reuse> recovered_;     // taken over, not yet handed to the writer
  BlobLocks::Hold relying_;  // on the bytes of what was recovered, until it is handed to the writer
  std::map<NodeOf, std::vector<SpentOutput>> temporary_;  // that somebody may still read
  std::vector<SpentOutput> spent_;  // that nobody reads any more, not yet handed to the writer
  std::map<std::pair<Uuid, std::string>, std::int64_t> temporary_users_;  // nodes that have given one of them
  Checkpoints checkpoints_;
  std::vector<NodeOf> released_;
  bool releasing_ = false;
  std::string run_folder_;
  AttemptFolders folders_;
  StagedInputs staged_;
  std::set<std::pair<std::string, Digest>> datasets_;  // by type: that have been looked into
  CacheReader cache_;
  std::int64_t slots_ = 1;  // attempts at the same time
  Reservations reservations_;
  std::unordered_map<Digest, Awaited, DigestHash> awaited_;
  std::uint64_t next_turn_ = 0;
  std::map<NodePath, Tries> tries_;         // of executions that failed, and that earlier drivers began
  std::map<NodePath, PendingRetry> retries_;
  std::map<NodePath, Total> totals_;        // of executions that have begun
  std::map<NodeOf, TimerId> queue_timers_;  // of nodes that were released
  std::map<std::string, Taken> gates_;      // open ones, by path
  std::optional<TimerId> gate_timer_;       // for the first of them that is due
  std::unordered_set<Digest, DigestHash> overdue_;  // held by drivers that are silent past their lease
  std::set<pid_t> told_;                            // holders that the observer knows
  std::set<std::string> noted_twins_;  // nodes of which one has waited for another execution of the run
  bool watching_ = false;
  bool watching_leases_ = false;
  bool announcing_ = false;
  std::deque<ReadyRange> ready_;
  std::optional<Capacity> capacity_;  // once somebody asks
  SharedRoom machine_room_;
  bool machine_is_full_ = false;  // what waits for room waits for other runs
  bool told_of_room_ = false;
  std::set<std::pair<std::string, bool>>
      noted_room_;                   // nodes that have waited for it, and whether others had it
  std::deque<ReadyRange> roomless_;  // that wait for it
  std::map<PoolNeeds, PoolLine> lines_;  // that wait for tokens
  std::set<NodePath> tokens_of_;         // executions that have some
  std::uint64_t questions_ = 0;
  TokenHolders holders_;
  bool begun_ = false;                   // or the run waits for others of its workflow
  std::int64_t overtaking_ = 0;      // attempts that were begun before the first of these
  std::map<NodeOf, std::vector<ReadyRange>> held_;  // by their node's own limit
  std::int64_t look_ahead_ = 1;                     // executions to ask the cache for at once
  std::map<std::uint64_t, Laying> laying_;          // executions whose inputs are being laid out
  std::unordered_map<std::uint64_t, AttemptPtr> running_;
  std::vector<Reuse> reuses_;     // found in this pump, not yet handed to the writer
  std::int64_t collecting_ = 0;   // attempts that have ended and are being read in
  std::int64_t uncommitted_ = 0;  // results on their way into the store
  std::uint64_t next_id_ = 1;
  RunSummary summary_;
  bool stopping_ = false;  // nothing new is started at all
  Json why_stopping_;
  bool pump_posted_ = false;
  bool ending_ = false;
  std::exception_ptr fatal_;
  std::unique_ptr<CommitQueue> commits_;  // ends before what it calls back into
  std::deque<ImageLookup> lookups_;
  std::optional<std::stop_source> looking_up_;  // for the first of them
  WorkerPool workers_;                    // ends first: its jobs use the commits' blob store
  WorkerPool finder_{1};
};

}  // namespace wf
