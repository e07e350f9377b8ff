// Executions that wait to be tried again: they take no slot.
#include <algorithm>
#include <utility>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/definition/value.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/driver.hpp"

namespace wf {

namespace {

// From 0 to 1, and never the same for two attempts.
double chance_of(const std::string& attempt) {
  constexpr std::size_t k_digits = 8;
  constexpr double k_largest = 0xffffffffp0;
  return static_cast<double>(std::stoul(sha256(attempt).hex().substr(0, k_digits), nullptr, 16)) / k_largest;
}

}  // namespace

SpentRetries Driver::spent_on(const NodePath& execution) const {
  auto known = tries_.find(execution);
  return known == tries_.end() ? SpentRetries{} : known->second.spent;
}

// How long its execution would wait for another attempt; nullopt: there is none.
std::optional<std::int64_t> Driver::next_try_of(const Attempt& attempt, ErrorCode code) {
  const PlanNode& plan = attempt.node.plan();
  const Task& task = *plan.task->task;
  return next_try(retry_policy(*plan.node, task), {code, attempt.record, is_interruptible(*plan.node, task)},
                  spent_on(attempt.execution), chance_of(attempt.prepared.spec.name));
}

// Said of a failure that there is a budget for; else empty.
std::string Driver::why_left_out(const Attempt& attempt, ErrorCode code) const {
  const PlanNode& plan = attempt.node.plan();
  const Task& task = *plan.task->task;
  const AttemptEnd end{code, attempt.record, is_interruptible(*plan.node, task)};
  const auto exit_code =
      left_out_by_on_exit(retry_policy(*plan.node, task), end, spent_on(attempt.execution));
  return exit_code ? cat("; not tried again: 'on_exit' leaves out exit code ", *exit_code) : "";
}

void Driver::charge(const AttemptFailed& end) {
  Tries& tries = tries_[end.execution];
  tries.attempts = end.attempt;
  ++tries.spent.at(static_cast<std::size_t>(end.category));
}

// It is not under way meanwhile: others of its node may be.
void Driver::wait_for_retry(const Taken& taken, std::int64_t delay_ns) {
  if (stopping_) {
    if (leave_between(taken.path())) end_waiting(taken.path(), why_stopping_);
    return;
  }
  const ReadyRange again{taken.node, taken.element, taken.element + 1};
  leave_turn(taken.node);
  if (is_called_off(taken.node)) return drop(again);
  TimerId timer = with_.loop.add_timer(TimerClock::awake, timer_now_ns(TimerClock::awake) + delay_ns, [this, again] {
    guard([&] {
      retries_.erase(again.node.path(again.next));
      ready_.push_front(again);
      pump();
      finish_if_done();
    });
  });
  retries_.emplace(taken.path(), PendingRetry{taken, timer});
}

void Driver::forget_retries(const std::function<bool(const Taken&)>& chosen) {
  std::erase_if(retries_, [&](const auto& one) {
    if (!chosen(one.second.taken)) return false;
    with_.loop.cancel_timer(one.second.timer);
    return true;
  });
}

}  // namespace wf
