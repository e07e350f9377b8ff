// One workflow at work within a run: who waits for whom, how each node ended, and the values so far. A frame
// starts nothing; the driver asks it what may start and tells it what has ended.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/engine/plan.hpp"
#include "core/engine/records.hpp"
#include "core/engine/run_values.hpp"

namespace wf {

enum class Outcome : std::uint8_t {
  open,
  succeeded,
  skipped,  // its condition is false, or it needs a node that was skipped
  failed,
  blocked  // not all of it was run: it needs a node that failed, or the frame was failing already
};

struct NodeState {
  std::uint32_t waiting = 0;  // predecessors that have not ended
  Outcome outcome = Outcome::open;
  bool after_skipped = false;  // a predecessor was skipped: this one first …
  NodeIndex skipped_with = 0;
  bool after_failed = false;  // … or failed, or was blocked
  std::optional<std::size_t> chosen;  // of its cases
  bool wanted = true;         // its condition is true
  std::int64_t total = 0;     // executions, once they are counted
  std::int64_t needed = 0;    // how many of them have to succeed
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::int64_t left_out = 0;          // stopped, or will not be run
  std::int64_t over = 0;              // of all of these, those of which nothing is on its way into the store
  std::int64_t active = 0;            // taken to be run, and not over
  std::int64_t ending = 0;  // of these: have exited well, and that they succeeded is not committed yet
  std::vector<Json> shared;           // values of inputs bound by `with`; lists of those bound by `map`
  std::vector<std::int64_t> strides;  // of a map: so many elements take the same value of that input
  std::map<std::pair<std::size_t, std::size_t>, Error> refused;  // by input and item of the list mapped over
};

// What a run of more than k_most_executions fails with.
Error too_many_executions();

class Frame;

// An execution of a node in a frame.
struct FrameElement {
  Frame* frame = nullptr;
  NodeIndex node = 0;
  std::int64_t element = k_no_element;
};

class Frame {
 public:
  // `prefix` begins the path of each of its nodes: "" for the run's own workflow, which no node runs. `plan`
  // must outlive it.
  Frame(const Plan& plan, std::string prefix, const std::vector<RunInput>& inputs, FrameElement run_by = {});

  const Plan& plan() const { return plan_; }
  const std::string& prefix() const { return prefix_; }
  // Of the execution that runs it; "" for the run's own.
  std::string path() const { return prefix_.empty() ? prefix_ : prefix_.substr(0, prefix_.size() - 1); }
  const FrameElement& run_by() const { return run_by_; }
  // What it runs; of a node with cases the chosen one, once that is known.
  const PlanNode& node(NodeIndex node) const {
    const PlanNode& planned = plan_.nodes[node];
    return states_[node].chosen ? planned.cases[*states_[node].chosen] : planned;
  }
  NodeState& state(NodeIndex node) { return states_[node]; }
  const NodeState& state(NodeIndex node) const { return states_[node]; }
  RunValues& values() { return values_; }
  NodePath path(NodeIndex node, std::int64_t element = k_no_element) const;

  // The nodes that wait for nothing.
  std::vector<NodeIndex> first_nodes() const;

  // Finds whether the condition of a node is true. This, bind() and count() throw Error(Exit::run_failed)
  // when the values do not fit.
  void judge(NodeIndex node);
  // Why a node is skipped that is not wanted, or whose verdict is skip: {"code","message",…}.
  Json skip_cause(NodeIndex node) const;
  // Chooses among the cases of a node; of others nothing. Throws Error(k_no_case) where the last one fails.
  void choose(NodeIndex node);
  // What a gate is about: the text to approve, or the time to sleep.
  Json gate_value(NodeIndex node) const;
  // Puts the inputs of a node together.
  void bind(NodeIndex node);
  // One of them; throws as bind(). Of a list mapped over, what is not allowed is refused, and null in it.
  Json bound(NodeIndex node, std::size_t input);
  // One item of such a list; throws as bind().
  Json bound_item(NodeIndex node, std::size_t input, std::size_t item, const Binding& binding) const;
  void refuse(NodeIndex node, std::size_t input, std::size_t item, const Error& why);
  // Why an execution is not allowed, alone of its node; nullptr: it is. The node has been counted.
  const Error* refusal(NodeIndex node, std::int64_t element) const;
  // How many executions the node has, and how many must succeed; a mapped one is bound before.
  void count(NodeIndex node);
  void unbind(NodeIndex node) { states_[node].shared = {}; }
  // The inputs of one execution, in the task's order; valid until unbind().
  std::vector<const Json*> inputs(NodeIndex node, std::int64_t element) const;
  // Which item of the list that it is mapped over an input takes from; the node has been counted.
  std::size_t item_of(NodeIndex node, std::size_t input, std::int64_t element) const;

  // What becomes of a node whose predecessors have all ended.
  enum class Verdict { run, skip, block };
  Verdict verdict(NodeIndex node) const;
  // Whether enough executions can still succeed; and whether enough have.
  bool can_succeed(NodeIndex node) const;
  bool has_enough(NodeIndex node) const;
  // How a node has ended all of whose executions are over.
  Outcome outcome(NodeIndex node) const;
  // Ends a node; the successors that now wait for nothing.
  std::vector<NodeIndex> end(NodeIndex node, Outcome outcome);
  bool is_done() const { return open_ == 0; }
  // How it has ended when it is done: blocked where something was not run, without a failure of its own.
  Outcome outcome() const;
  // Whether a task that runs it has emitted it.
  bool is_emitted() const {
    return run_by_.frame != nullptr && run_by_.frame->node(run_by_.node).task != nullptr;
  }
  // What the record says of it when it fails as a whole, as it does over its outputs: it is the node that
  // runs it; but a task that has emitted it has not failed.
  NodePath failed_as() const;
  // What the workflow gives, once all but what is run at its end is over and nothing has failed; nullopt: it
  // has failed over that, and what is run at its end is told.
  std::optional<std::vector<OutputValue>> try_outputs();
  bool has_failed_over_outputs() const { return failed_over_outputs_; }

  // Too much of it has failed for it to succeed. The first cause counts.
  void note_failed(const Json& cause) {
    if (!failure_.is_null()) return;
    failure_ = cause;
    values_.set_error(cause);
  }
  const Json& failure() const { return failure_; }
  // The same as it was recorded of a frame that had failed before.
  void restore_failure(const Json& cause);
  // Whether anything that is run at its end has begun: that has been told already.
  bool has_begun_its_end() const;
  // Fails fast: of the nodes that run only if all before them succeeded, no more are started. Where nothing
  // has failed in it, `why` is told to what is run at its end.
  void fail(const Json& why) {
    failing_ = true;
    why_failing_ = why;
  }
  bool is_failing() const { return failing_; }
  bool fails_fast() const { return plan_.workflow->failure_policy == FailurePolicy::fail_fast; }
  const Json& why_failing() const { return failure_.is_null() ? why_failing_ : failure_; }
  // Whether a node is held up by that.
  bool holds_up(NodeIndex node) const {
    return failing_ && plan_.nodes[node].node->run_if == RunIf::all_success;
  }

 private:
  void fail_over_outputs(const Json& cause);
  std::string condition_text(NodeIndex node) const;
  Json bound_list(NodeIndex node, std::size_t input);
  std::vector<OutputValue> outputs() const;

  const Plan& plan_;
  std::string prefix_;
  std::vector<NodeState> states_;
  RunValues values_;
  std::size_t open_;  // nodes that have not ended
  bool failing_ = false;
  Json why_failing_;         // what stopped it, which may be something outside
  Json failure_;             // null: none that decides it
  bool failed_over_outputs_ = false;
  bool incomplete_ = false;  // a node was blocked
  FrameElement run_by_;
};

}  // namespace wf
