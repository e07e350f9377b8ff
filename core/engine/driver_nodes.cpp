// How nodes are released, and what their executions' ends mean for them and for those behind them.
#include <algorithm>
#include <utility>

#include "core/base/text.hpp"
#include "core/definition/run_size.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/driver.hpp"
#include "core/engine/pools.hpp"
#include "core/engine/run_writer.hpp"

namespace wf {

namespace {

const std::string& node_of(const NodePath& path) { return path.node; }
template <typename Value>
const std::string& node_of(const std::pair<const NodePath, Value>& entry) {
  return entry.first.node;
}

}  // namespace

// What earlier drivers of this run committed, and how many attempts they made. When one of them committed a
// failure that decides the run, nothing is begun that the failure would have kept from beginning.
void Driver::load_earlier() {
  if (claim_.fence == 1) return;
  Database& database = with_.store.database();
  for (const CommittedExecution& done : read_committed(database, run_.key))
    earlier_.committed.emplace(done.execution, done.artifact);
  for (FailedExecution& failed : read_failed(database, run_.key))
    earlier_.failed.emplace(std::move(failed.execution), std::move(failed.cause));
  tries_ = read_tries(database, run_.key);
  std::erase_if(tries_, [this](const auto& known) {
    return earlier_.committed.contains(known.first) || earlier_.failed.contains(known.first);
  });
  earlier_.skipped = read_skipped(database, run_.key);
  earlier_.frames = read_frames(database, run_.key);
  earlier_.failures = read_frame_failures(database, run_.key);
  earlier_.gates = read_passed_gates(database, run_.key);
  for (const auto& [failed, cause] : earlier_.failed) note_earlier_failure(failed, cause);
  auto decided = earlier_.decided.find("");
  if (decided != earlier_.decided.end() && root_.fails_fast()) root_.fail(decided->second);
  restore_failure(root_);
  if (!root_.failure().is_null()) fail_run(root_.failure());
  if (root_.has_failed_over_outputs()) summary_.failures.push_back({root_.failed_as(), root_.failure()});
  if (run_.cause.is_null()) return;
  fail_run(run_.cause);
  summary_.cause = run_.cause;  // whatever has failed before
  root_.fail(run_.cause);
}

// A failure decides the frame it is in, unless its node may leave elements out; and so on outwards.
void Driver::note_earlier_failure(const NodePath& failed, const Json& cause) {
  const Plan* plan = &plans_.root();
  std::string prefix;
  std::vector<std::pair<std::string, const Node*>> levels;
  for (std::string_view step : split(failed.node, '.')) {
    const Node* node = plan == nullptr ? nullptr : plan->workflow->find_node(step.substr(0, step.find('[')));
    if (node == nullptr) break;  // "inputs" or "outputs" of what was emitted
    levels.emplace_back(prefix, node);
    prefix += cat(step, ".");
    plan = earlier_plan(prefix);
  }
  bool decided = true;
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    decided = decided && !level->second->each.may_leave_out();
    if (decided) earlier_.decided.emplace(level->first, cause);
  }
}

// Without recursion: a chain of nodes that are skipped may be as long as the workflow.
void Driver::release(Frame& frame, const std::vector<NodeIndex>& nodes) {
  // Of a frame that has begun the next is done first; so as many are under way as there is room for.
  if (&frame == &root_)
    for (NodeIndex node : nodes) released_.push_back({&frame, node});
  else
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) released_.push_back({&frame, *node});
  if (std::exchange(releasing_, true)) return;
  for (std::size_t i = 0; i < released_.size() && !stopping_; ++i) release(NodeOf(released_[i]));
  released_.clear();
  releasing_ = false;
}

void Driver::release(NodeOf node) {
  bool at_end = node.plan().node->hook != Hook::none;
  if (at_end && node.frame->outcome() == Outcome::succeeded) try_outputs(*node.frame);
  switch (node.frame->verdict(node.node)) {
    case Frame::Verdict::skip:
      return skip(node);
    case Frame::Verdict::block:
      return end_node(node, Outcome::blocked);
    case Frame::Verdict::run:
      break;
  }
  // What an earlier driver had begun before the failure counts; else it is not begun here either.
  if (node.frame->holds_up(node.node) && !was_begun(node)) return end_node(node, Outcome::blocked);
  if (!prepare(node, &Frame::judge)) return;
  if (!node.state().wanted) return skip(node);
  if (!prepare(node, &Frame::choose)) return;
  if (node.state().chosen) push_result(CaseChosen{node.path(), *node.state().chosen}, CommitQueue::Urgency::deferred);
  bool mapped = node.plan().mapped;
  if (mapped && !prepare(node, &Frame::bind)) return;
  if (!prepare(node, &Frame::count) || !is_within_bounds(node)) return;
  std::int64_t total = node.state().total;
  bool counts = node.plan().task != nullptr || node.plan().node->gate;
  if (counts) summary_.progress.known += total;
  if (total == 0) return end_if_over(node);
  queue({node, mapped ? 0 : k_no_element, mapped ? total : k_no_element + 1});
}

// Counted as it is released. What runs at the end of a workflow does so all the same.
bool Driver::is_within_bounds(NodeOf node) {
  NodeState& state = node.state();
  bool fits = executions_ + state.total <= k_most_executions;
  if (fits) executions_ += state.total;
  if (fits || node.plan().node->hook != Hook::none) return true;
  const Error error = too_many_executions();
  state.total = state.needed = state.active = 1;
  end_at_bound(error, node.path());
  fail_execution(node, k_no_element, error.code(), with_hint(error));
  return false;
}

// What earlier drivers have done comes first, be it only known once its workflow is opened: it may decide
// that no more is needed.
void Driver::queue(const ReadyRange& all) {
  std::vector<ReadyRange> ranges;
  std::vector<ReadyRange> rest;
  auto add = [&](std::vector<ReadyRange>& to, std::int64_t element) {
    if (to.empty() || to.back().end != element) to.push_back({all.node, element, element});
    to.back().end = element + 1;
  };
  const bool first = claim_.fence == 1 && !recovery_;
  if (first) rest.push_back(all);
  for (std::int64_t element = all.next; !first && element < all.end; ++element) {
    const Taken taken{all.node, element};
    if (!restore(taken)) add(has_run_well(taken) ? ranges : rest, element);
  }
  ranges.insert(ranges.end(), rest.begin(), rest.end());
  if (!ranges.empty()) watch_queue(all.node);
  const bool in_root = all.node.frame == &root_;
  if (!in_root) std::reverse(ranges.begin(), ranges.end());
  for (const ReadyRange& range : ranges) {
    if (is_called_off(all.node))
      drop(range);
    else if (in_root)
      ready_.push_back(range);
    else
      ready_.push_front(range);
  }
}

// Whether the workflow that it runs has succeeded under an earlier driver, or in a run that is recovered.
bool Driver::has_run_well(const Taken& taken) const {
  if (taken.node.plan().workflow == nullptr) return false;
  const std::string prefix = taken.path().text() + ".";
  auto earlier = earlier_.frames.find(prefix);
  return (earlier != earlier_.frames.end() && earlier->second.state == RunState::succeeded) ||
         (recovery_ && recovery_->has_succeeded(prefix));
}

bool Driver::was_begun(NodeOf node) const {
  const NodePath first{node.path().node, k_no_element};
  auto holds = [&](const auto& known) {
    auto found = known.lower_bound(first);
    return found != known.end() && node_of(*found) == first.node;
  };
  // Of a workflow that is run its frame, whatever came of it.
  auto opened = [&](std::string_view end) {
    const std::string prefix = cat(first.node, end);
    auto found = earlier_.frames.lower_bound(prefix);
    return found != earlier_.frames.end() && found->first.starts_with(prefix);
  };
  bool recoverable = recovery_ && recovery_->has_begun(first.node);
  return opened(".") || opened("[") || recoverable || earlier_.gates.contains(first.node) || holds(earlier_.committed) ||
         holds(earlier_.failed) || holds(tries_) || holds(earlier_.skipped);
}

// Whether no more of the node is to be begun.
bool Driver::is_called_off(NodeOf node) {
  bool enough = node.plan().node->each.stop_early && node.frame->has_enough(node.node);
  return enough || node.frame->holds_up(node.node);
}

// That enough of it, or of what is around it, has succeeded, or that something else has failed.
Json Driver::why_called_off(NodeOf node) {
  const Json enough = make_cause(codes::k_enough_elements, "enough elements have succeeded");
  for (FrameElement at{node.frame, node.node}; at.frame != nullptr; at = at.frame->run_by()) {
    const Json& failure = at.frame->failure();
    if (at.frame->node(at.node).node->each.stop_early && at.frame->has_enough(at.node)) return enough;
    if (failure.is_null()) continue;
    // A workflow that took too long is no sibling of what is in it.
    bool around =
        at.frame->run_by().frame != nullptr && at.frame->failed_as().text() == execution_of(failure);
    return around ? failure : cause_of_siblings(failure);
  }
  return make_cause(codes::k_sibling_failed, "a sibling failed");
}

// Ends an execution that has begun and whose next attempt or answer is not waited for any more.
void Driver::end_waiting(const NodePath& execution, const Json& reason) {
  ++summary_.progress.aborted;
  tell(NodeNews::Kind::aborted, execution, 0, 0);
  push_result(NodeAborted{execution, cause_at(reason, execution)}, urgency());
}

// Whether it was between two attempts, where it is not any more.
bool Driver::leave_between(const NodePath& execution) {
  auto known = tries_.find(execution);
  return known != tries_.end() && std::exchange(known->second.between, false);
}

void Driver::skip(NodeOf node) {
  NodePath path = node.path();
  if (!earlier_.skipped.contains(path))
    push_result(NodeSkipped{path, node.frame->skip_cause(node.node)}, urgency());
  ++summary_.progress.skipped;
  tell(NodeNews::Kind::skipped, path, 0, 0);
  end_node(node, Outcome::skipped);
}

// One step towards running a node; false when it has failed over it.
bool Driver::prepare(NodeOf node, void (Frame::*step)(NodeIndex)) {
  try {
    (node.frame->*step)(node.node);
    return true;
  } catch (const Error& error) {
    if (error.code().exit != Exit::run_failed) throw;
    NodeState& state = node.state();
    state.total = state.needed = state.active = 1;
    fail_execution(node, k_no_element, error.code(), with_hint(error));
    return false;
  }
}

// True when an earlier driver of this run committed the execution's end, or the run that it recovers has its
// result.
bool Driver::restore(const Taken& taken) {
  if (claim_.fence == 1) return take_over(taken);
  NodePath execution = taken.path();
  if (auto done = earlier_.committed.find(execution); done != earlier_.committed.end()) {
    ++summary_.progress.resumed;
    tell(NodeNews::Kind::done_before, execution, 0, 0);
    ++taken.node.state().active;
    take_result(taken, done->second, read_artifact(with_.store.database(), scope_of(run_.key), done->second));
    return true;
  }
  if (auto gate = earlier_.gates.find(execution.node); gate != earlier_.gates.end() && taken.node.plan().node->gate) {
    ++summary_.progress.resumed;
    ++taken.node.state().active;
    pass(taken, gate->second);
    return true;
  }
  auto failed = earlier_.failed.find(execution);
  if (failed == earlier_.failed.end()) return take_over(taken);
  // It took too long, and what is to be run then is not all over.
  if (is_at_work(execution.text() + ".")) return reopen(taken);
  ++taken.node.state().active;
  note_failure(taken.node, {execution, failed->second});
  execution_over(taken.node);
  return true;
}

void Driver::finish_execution(NodeOf node, std::int64_t element, const std::vector<OutputValue>& outputs) {
  end_total(node.path(element));
  node.frame->values().set(node.node, element, outputs);
  ++node.state().succeeded;
  stop_if_enough(node);
  execution_over(node);
}

// A failure before any attempt.
void Driver::fail_execution(NodeOf node, std::int64_t element, ErrorCode code, const std::string& message) {
  const NodePath execution = node.path(element);
  fail_as(node, execution, make_cause(code, message, execution));
}

// `execution` is what the record says of it.
void Driver::fail_as(NodeOf node, const NodePath& execution, Json cause) {
  auto earlier = earlier_.failed.find(execution);
  if (earlier != earlier_.failed.end()) cause = earlier->second;
  note_failure(node, {execution, cause});
  leave_between(execution);
  return_tokens(execution);
  if (earlier != earlier_.failed.end()) return execution_over(node);
  tell(NodeNews::Kind::failed, execution, 0, 0);
  push_result(NodeFailed{execution, std::move(cause)}, urgency(), [this, node] { execution_over(node); });
}

// Counts at once, so that nothing more is started; the node ends when the failure is committed.
void Driver::note_failure(NodeOf node, FailureReport report) {
  end_total(report.execution);
  ++summary_.progress.failed;
  ++node.state().failed;
  Json cause = report.cause;
  summary_.failures.push_back(std::move(report));
  decide(node, cause);
}

// Whether a node with a failure more can still succeed, and what it means for its frame if not.
void Driver::decide(NodeOf node, const Json& cause) {
  Frame& frame = *node.frame;
  if (frame.can_succeed(node.node)) return;
  if (&frame == &root_)
    fail_run(cause);
  else
    note_failed(frame, cause);
  if (frame.fails_fast())
    shut(frame, {codes::k_sibling_failed, cat("sibling ", execution_of(cause), " failed")}, cause);
}

// The first failure counts, also for a driver that takes the run over, and for who looks into it later.
void Driver::note_failed(Frame& frame, const Json& cause) {
  if (!frame.failure().is_null()) return;
  frame.note_failed(cause);
  keep_failure(frame);
}

// What is run at its end and has begun was told that nothing had failed, and so will be who repeats it.
void Driver::keep_failure(const Frame& frame) {
  if (earlier_.failures.contains(frame.prefix()) || frame.has_begun_its_end()) return;
  frame_failures_.push_back({frame.path(), frame.failure()});
}

// As an earlier driver has seen it.
void Driver::restore_failure(Frame& frame) {
  auto known = earlier_.failures.find(frame.prefix());
  if (known != earlier_.failures.end()) frame.restore_failure(known->second);
}

// Behind what has failed: that may not be known without it.
void Driver::record_failures() {
  if (ending_) return;
  for (FrameFailed& failed : std::exchange(frame_failures_, {}))
    push_result(std::move(failed), CommitQueue::Urgency::deferred);
}

void Driver::fail_run(const Json& cause) {
  note_failed(root_, cause);
  if (summary_.state != RunState::succeeded) return;
  summary_.state = RunState::failed;
  summary_.cause = root_.failure();
}

// Nothing more is begun in the frame, and what runs is stopped; except for nodes that run after failures.
void Driver::shut(Frame& frame, const InvalidOutput& reason, const Json& why) {
  if (frame.is_failing()) return;
  set_failing(frame, why);
  auto held_up = [](const NodeOf& node) { return node.frame->holds_up(node.node); };
  stop_running(held_up, reason, k_grace_ns);
  drop_ready(held_up);
}

// With all that is at work in it.
void Driver::set_failing(Frame& frame, const Json& why) {
  if (frame.is_failing()) return;
  frame.fail(why);
  for (Frame* one : frames_in(frame, [&](const FrameElement& by) { return frame.holds_up(by.node); }))
    set_failing(*one, why);
}

// Ends what waits of the chosen nodes.
void Driver::drop_ready(const std::function<bool(const NodeOf&)>& chosen) {
  std::vector<Queued> dropped = withdraw([&](const Taken& one) { return chosen(one.node); });
  std::vector<Taken> gates;
  std::erase_if(gates_, [&](const auto& open) {
    bool out = chosen(open.second.node);
    if (out) gates.push_back(open.second);
    return out;
  });
  for (const Taken& gate : gates) drop_gate(gate);
  for (const auto& [one, lacks] : dropped) drop({one.node, one.element, one.element + 1});
}

// Takes the chosen ones out of all queues for an attempt: none of them is under way then.
std::vector<Driver::Queued> Driver::withdraw(const std::function<bool(const Taken&)>& chosen) {
  std::vector<Queued> found;
  std::string lacks;  // all that is looked at
  auto take = [&](const Taken& one) {
    bool out = chosen(one);
    if (out) found.push_back({one, lacks});
    return out;
  };
  auto thin_out = [&](auto& ranges) {
    auto queued = std::exchange(ranges, {});
    for (const ReadyRange& range : queued) {
      for (std::int64_t element = range.next; element < range.end; ++element) {
        if (take({range.node, element})) continue;
        bool joins = !ranges.empty() && ranges.back().node == range.node && ranges.back().end == element;
        if (!joins) ranges.push_back({range.node, element, element});
        ranges.back().end = element + 1;
      }
    }
  };
  lacks = "a slot";
  thin_out(ready_);
  lacks = cat("room that other ", machine_is_full_ ? "runs" : "attempts of the run", " have");
  const std::size_t roomless = roomless_.size();
  thin_out(roomless_);
  if (roomless_.size() != roomless) {  // the first may be another one now
    overtaking_ = 0;
    machine_is_full_ = false;
    pump_later();
  }
  lacks = "its turn of 'each'";
  for (auto& [node, ranges] : held_) thin_out(ranges);
  for (auto& [needs, line] : lines_) {
    lacks = needs_text(needs);
    thin_out(line.waiting);
  }
  mend_lines();
  auto take_active = [&](const Taken& one) {
    if (!take(one)) return false;
    --one.node.state().active;
    return true;
  };
  lacks = "its result, which another execution is making";
  forget_waiting(take_active);
  lacks = "its inputs to be laid out";
  forget_laying(take_active);
  lacks = "another attempt";
  forget_retries(take);
  return found;
}

// Executions that will not begin. What an earlier driver did of them counts.
void Driver::drop(const ReadyRange& range) {
  for (std::int64_t element = range.next; element < range.end; ++element) {
    Taken dropped{range.node, element};
    if (restore(dropped) || reopen(dropped)) continue;
    if (leave_between(dropped.path())) end_waiting(dropped.path(), why_called_off(dropped.node));
    return_tokens(dropped.path());
    ++range.node.state().left_out;
    ++range.node.state().over;
  }
  if (!awaited_.empty()) announce_later();  // one of these may have been the next to make what others wait for
  end_if_over(range.node);
}

void Driver::stop_if_enough(NodeOf node) {
  const Each& each = node.plan().node->each;
  if (!each.stop_early || !node.frame->has_enough(node.node)) return;
  const InvalidOutput reason{codes::k_enough_elements, "enough elements have succeeded"};
  for (Frame* one : frames_in(*node.frame, [&](const FrameElement& by) { return by.node == node.node; }))
    set_failing(*one, enough_elements(node.path()));
  auto not_needed = [&](const NodeOf& other) { return other == node || other.frame->holds_up(other.node); };
  stop_running(not_needed, reason, k_grace_ns);
  drop_ready(not_needed);
}

void Driver::execution_over(NodeOf node) {
  leave_turn(node);
  ++node.state().over;
  end_if_over(node);
}

// One less is under way: what the node's own limit held back may go on.
void Driver::leave_turn(NodeOf node) {
  --node.state().active;
  if (auto held = held_.extract(node)) {
    for (const ReadyRange& range : held.mapped()) ready_.push_front(range);
  }
}

void Driver::end_if_over(NodeOf node) {
  const NodeState& state = node.state();
  if (state.over < state.total || state.outcome != Outcome::open) return;
  end_node(node, node.frame->outcome(node.node));
}

void Driver::end_node(NodeOf node, Outcome outcome) {
  if (auto timer = queue_timers_.extract(node)) with_.loop.cancel_timer(timer.mapped());
  Frame& frame = *node.frame;
  std::vector<NodeIndex> next = frame.end(node.node, outcome);
  spend_after(node);
  release(frame, next);
  // Those behind it may have ended meanwhile, and the frame with them.
  if (frame.is_done() && frames_.contains({frame.run_by().frame, &frame})) close_frame(frame);
}

}  // namespace wf
