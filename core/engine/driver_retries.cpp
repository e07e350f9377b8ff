// Attempts that take too long, and executions that wait to be tried again: they take no slot.
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

constexpr std::int64_t k_for_ever_ns = INT64_MAX / 2;  // a time of any clock can be added

// From 0 to 1, and never the same for two attempts.
double chance_of(const std::string& attempt) {
  constexpr std::size_t k_digits = 8;
  constexpr double k_largest = 0xffffffffp0;
  return static_cast<double>(std::stoul(sha256(attempt).hex().substr(0, k_digits), nullptr, 16)) / k_largest;
}

}  // namespace

// By the clock that stands still while the machine sleeps.
void Driver::watch_time(const AttemptPtr& attempt) {
  const PlanNode& plan = attempt->node.plan();
  std::optional<std::int64_t> limit_ns = attempt_timeout(*plan.node, *plan.task->task);
  if (!limit_ns) return;
  attempt->timer = with_.loop.add_timer(
      TimerClock::awake, timer_now_ns(TimerClock::awake) + std::min(*limit_ns, k_for_ever_ns),
      [this, weak = std::weak_ptr<Attempt>(attempt), limit_ns] {
        AttemptPtr late = weak.lock();
        if (!late || late->stopped) return;
        std::string limit = value_to_text(Type(Kind::duration), *limit_ns);
        late->stopped = InvalidOutput{codes::k_attempt_timeout, cat("took longer than its timeout, ", limit)};
        guard([&] { with_.executor.stop(late->prepared.spec.id, k_grace_ns); });
      });
}

// How long its execution waits for another attempt; nullopt: there is none.
std::optional<std::int64_t> Driver::next_try_of(const Attempt& attempt, ErrorCode code) {
  if (stopping_ || is_called_off(attempt.node)) return std::nullopt;
  auto known = tries_.find(attempt.execution);
  SpentRetries spent = known == tries_.end() ? SpentRetries{} : known->second.spent;
  const PlanNode& plan = attempt.node.plan();
  return next_try(retry_policy(*plan.node, *plan.task->task), {code, attempt.record}, spent,
                  chance_of(attempt.prepared.spec.name));
}

void Driver::try_again(const AttemptPtr& attempt, AttemptFailed end) {
  Tries& tries = tries_[attempt->execution];
  tries.attempts = attempt->number;
  ++tries.spent.at(static_cast<std::size_t>(end.category));
  std::int64_t delay_ns = *end.retry_in_ns;
  std::string detail = cat(end.cause.at("message").as_string(), "; again in ", human_duration_us(delay_ns / 1000));
  Taken taken{attempt->node, attempt->execution.element};
  push_result(std::move(end), urgency(), [this, taken, delay_ns] { wait_for_retry(taken, delay_ns); });
  tell({NodeNews::Kind::retried, attempt->execution, attempt->number, 0, detail});
}

// It is not under way meanwhile: others of its node may be.
void Driver::wait_for_retry(const Taken& taken, std::int64_t delay_ns) {
  if (stopping_) return;
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
