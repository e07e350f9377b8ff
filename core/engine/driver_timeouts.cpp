// How long a run, a workflow in it and an execution may take, and how long one may wait for its first attempt. All by
// the clock that stands still while the machine sleeps.
#include <algorithm>
#include <utility>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/engine/attempt_end.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/driver.hpp"

namespace wf {

namespace {

std::int64_t now_ns() { return timer_now_ns(TimerClock::awake); }

}  // namespace

// A resumed run has all its time again.
void Driver::watch_run() {
  if (!run_.cause.is_null()) return;  // an earlier driver has seen it expire
  std::optional<std::int64_t> limit_ns = run_.settings.timeout_ns;
  if (!limit_ns) limit_ns = root_.plan().workflow->timeout_ns;
  if (!limit_ns) return;
  with_.loop.add_timer(TimerClock::awake, time_after(TimerClock::awake, *limit_ns), [this, limit_ns] {
    guard([&] { expire(root_, cat("the run took longer than its timeout, ", format_duration(*limit_ns))); });
  });
}

// Of several limits the one that comes first counts.
void Driver::watch_total(const Taken& taken, std::optional<std::int64_t> limit_ns, std::int64_t spent_ns) {
  if (!limit_ns) return;
  const NodePath execution = taken.path();
  std::int64_t end_ns = time_after(TimerClock::awake, std::max<std::int64_t>(*limit_ns - spent_ns, 0));
  if (auto known = totals_.find(execution); known != totals_.end() && known->second.end_ns <= end_ns) return;
  end_total(execution);
  TimerId timer = with_.loop.add_timer(TimerClock::awake, end_ns, [this, execution] {
    guard([&] { total_over(execution); });
  });
  totals_[execution] = {taken, *limit_ns, end_ns, timer};
}

// Those of executions in a frame that goes.
void Driver::end_totals(const Frame& frame) {
  std::erase_if(totals_, [&](const auto& one) {
    bool inside = one.second.taken.node.frame == &frame;
    if (inside) with_.loop.cancel_timer(one.second.timer);
    return inside;
  });
}

void Driver::end_total(const NodePath& execution) {
  if (auto known = totals_.extract(execution)) with_.loop.cancel_timer(known.mapped().timer);
}

// An attempt that runs is stopped by the executor: it has no more time than this.
void Driver::total_over(const NodePath& execution) {
  const Total total = totals_.at(execution);
  const NodeOf node = total.taken.node;
  const std::int64_t element = total.taken.element;
  auto runs_it = [&](const FrameElement& by) { return by.node == node.node && by.element == element; };
  for (Frame* frame : frames_in(*node.frame, runs_it))
    return expire(*frame, cat("took longer than its timeout, ", format_duration(total.limit_ns)));
  fail_queued(
      node, [&](const NodePath& one) { return one == execution; },
      [&](const Queued&) { return beyond_total_timeout(total.limit_ns); });
}

// The time of all attempts runs from the first of them; false when none is left, and it has failed over that.
bool Driver::has_begun_in_time(const Taken& taken) {
  const NodePath execution = taken.path();
  const PlanNode& plan = taken.node.plan();
  if (!totals_.contains(execution)) {
    auto tries = tries_.find(execution);
    watch_total(taken, total_timeout(*plan.node, *plan.task->task), tries == tries_.end() ? 0 : tries->second.time_ns);
  }
  auto total = totals_.find(execution);
  if (total == totals_.end() || total->second.end_ns > now_ns()) return true;
  const InvalidOutput reason = beyond_total_timeout(total->second.limit_ns);
  fail_execution(taken.node, taken.element, reason.code, reason.message);
  return false;
}

void Driver::limit_attempt(Attempt& attempt) const {
  const PlanNode& plan = attempt.node.plan();
  std::int64_t& timeout_ns = attempt.prepared.spec.timeout_ns;
  timeout_ns = attempt_timeout(*plan.node, *plan.task->task).value_or(0);
  auto total = totals_.find(attempt.execution);
  if (total == totals_.end()) return;
  std::int64_t left_ns = std::max<std::int64_t>(total->second.end_ns - now_ns(), 1);
  attempt.is_last_of_total = timeout_ns == 0 || left_ns < timeout_ns;
  if (attempt.is_last_of_total) timeout_ns = left_ns;
}

InvalidOutput Driver::late(const Attempt& attempt) const {
  return attempt.is_last_of_total ? beyond_total_timeout(totals_.at(attempt.execution).limit_ns)
                                  : beyond_timeout(attempt.prepared.spec.timeout_ns);
}

// Why no attempt can begin after so long; empty: one can.
std::string Driver::too_late_for(const NodePath& execution, std::int64_t delay_ns) const {
  auto total = totals_.find(execution);
  if (total == totals_.end() || total->second.end_ns - now_ns() > delay_ns) return {};
  return cat("not tried again: after a wait of ", human_duration_us(delay_ns / 1000), " its total timeout, ",
             format_duration(total->second.limit_ns), ", would be over");
}

// For all elements together: they are there at the same time.
void Driver::watch_queue(NodeOf node) {
  const PlanNode& plan = node.plan();
  if (plan.task == nullptr) return;
  std::optional<std::int64_t> limit_ns = queue_timeout(*plan.node, *plan.task->task);
  if (!limit_ns) return;
  queue_timers_[node] = with_.loop.add_timer(
      TimerClock::awake, time_after(TimerClock::awake, *limit_ns), [this, node, limit_ns] {
        auto late = [&](const Queued& one) {
          return InvalidOutput{codes::k_queue_timeout,
                               cat("waited longer than its queue timeout, ", format_duration(*limit_ns),
                                   ", for its first attempt: at last for ", one.lacks)};
        };
        guard([&] {
          fail_queued(
              node, [this](const NodePath& one) { return !tries_.contains(one); }, late);
        });
      });
}

// Fails the chosen executions of a node that wait for an attempt.
void Driver::fail_queued(NodeOf node, const std::function<bool(const NodePath&)>& chosen,
                         const std::function<InvalidOutput(const Queued&)>& reason) {
  if (stopping_) return;
  for (const Queued& one :
       withdraw([&](const Taken& other) { return other.node == node && chosen(other.path()); })) {
    const auto [code, message] = reason(one);
    ++node.state().active;
    fail_execution(node, one.taken.element, code, message);
  }
  pump();
  finish_if_done();
}

// Ends a workflow at work, which is recorded at once: a driver that takes the run over finds it ended. What is to be run
// after failures still is.
void Driver::expire(Frame& frame, const std::string& message) {
  const bool is_run = &frame == &root_;
  // What is stopped already, or has failed with all that is in it over, is not late, too; but the run has no
  // more time whatever has failed in it.
  const bool is_over = frame.is_failing() || frame.has_failed_over_outputs();
  if (ending_ || stopping_ || (is_over && !is_run)) return;
  Json why;
  InvalidOutput reason{codes::k_workflow_timeout, message};
  if (is_run) {
    // Whatever has failed before: this is what ends it.
    summary_.state = RunState::failed;
    summary_.cause = make_cause(reason.code, message);
    why = summary_.cause;
    note_failed(root_, why);
    push_result(RunDecided{summary_.cause}, CommitQueue::Urgency::urgent);
  } else {
    const FrameElement by = frame.run_by();
    const NodePath execution = frame.failed_as();
    const std::string runner = by.frame->path(by.node, by.element).text();
    const bool emitted = execution.text() != runner;
    reason.message = cat(emitted ? cat("what ", runner, " emitted") : runner, " ", message);
    Json cause = make_cause(reason.code, emitted ? reason.message : message, execution);
    why = cause;
    note_failed(frame, cause);
    ++summary_.progress.failed;
    summary_.failures.push_back({execution, cause});
    tell(NodeNews::Kind::failed, execution, 0, 0);
    push_result(NodeFailed{execution, std::move(cause)}, CommitQueue::Urgency::urgent);
  }
  shut(frame, reason, why);
  pump();
  finish_if_done();
}

// What an earlier driver has seen take too long: only what is to be run after failures still is.
void Driver::expire_again(Frame& frame) {
  auto expired = earlier_.failed.find(frame.failed_as());
  if (expired == earlier_.failed.end()) return;
  note_failed(frame, expired->second);
  ++summary_.progress.failed;
  summary_.failures.push_back({expired->first, expired->second});
  frame.fail(expired->second);
}

}  // namespace wf
