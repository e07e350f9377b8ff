#include "core/base/timer_queue.hpp"

#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

namespace wf {

namespace {

constexpr std::int64_t k_second_ns = 1'000'000'000;

clockid_t id_of(TimerClock clock) { return clock == TimerClock::boot ? CLOCK_BOOTTIME : CLOCK_MONOTONIC; }

}  // namespace

std::int64_t timer_now_ns(TimerClock clock) {
  timespec now{};
  ::clock_gettime(id_of(clock), &now);
  return static_cast<std::int64_t>(now.tv_sec) * k_second_ns + now.tv_nsec;
}

std::int64_t time_after(TimerClock clock, std::int64_t duration_ns) {
  return timer_now_ns(clock) + std::min(duration_ns, INT64_MAX / 2);
}

TimerQueue::TimerQueue(TimerClock clock)
    : clock_(clock), fd_(::timerfd_create(id_of(clock), TFD_CLOEXEC | TFD_NONBLOCK)) {
  if (!fd_) throw_errno("create", "timerfd");
}

TimerId TimerQueue::add(std::int64_t deadline_ns, std::function<void()> callback) {
  TimerId id{clock_, deadline_ns, next_serial_++};
  timers_.emplace(std::pair{deadline_ns, id.serial}, std::move(callback));
  arm();
  return id;
}

void TimerQueue::cancel(const TimerId& id) { timers_.erase(std::pair{id.deadline_ns, id.serial}); }

void TimerQueue::fire() {
  std::uint64_t expirations = 0;
  [[maybe_unused]] ssize_t got = ::read(fd_.get(), &expirations, sizeof expirations);
  armed_ns_ = 0;
  const std::int64_t now = timer_now_ns(clock_);
  const std::uint64_t newer = next_serial_;
  for (auto it = timers_.begin(); it != timers_.end() && it->first.first <= now;) {
    if (it->first.second >= newer) {
      ++it;
      continue;
    }
    auto callback = std::move(it->second);
    timers_.erase(it);
    callback();
    it = timers_.begin();  // the callback may have added or cancelled any
  }
  arm();
}

void TimerQueue::arm() {
  if (timers_.empty()) return;
  // 0 would disarm the timerfd; a deadline in the past fires at once.
  const std::int64_t earliest = std::max<std::int64_t>(timers_.begin()->first.first, 1);
  if (armed_ns_ != 0 && armed_ns_ <= earliest) return;
  itimerspec spec{};
  spec.it_value.tv_sec = earliest / k_second_ns;
  spec.it_value.tv_nsec = earliest % k_second_ns;
  if (::timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &spec, nullptr) != 0) throw_errno("arm", "timerfd");
  armed_ns_ = earliest;
}

}  // namespace wf
