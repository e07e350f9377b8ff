// One-shot timers of one clock behind one timerfd.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "core/base/file.hpp"

namespace wf {

// `boot` counts suspended time (leases), `awake` does not: a laptop that was closed for a night does not fire
// the timeouts of all its tasks.
enum class TimerClock { boot, awake };

// Nanoseconds of that clock: CLOCK_BOOTTIME or CLOCK_MONOTONIC.
std::int64_t timer_now_ns(TimerClock clock);
// When that much more of it has passed; of any length, so that "for ever" needs no case of its own.
std::int64_t time_after(TimerClock clock, std::int64_t duration_ns);

struct TimerId {
  TimerClock clock = TimerClock::awake;
  std::int64_t deadline_ns = 0;
  std::uint64_t serial = 0;  // 0: no timer
};

class TimerQueue {
 public:
  explicit TimerQueue(TimerClock clock);

  int fd() const { return fd_.get(); }  // readable when fire() has work
  TimerId add(std::int64_t deadline_ns, std::function<void()> callback);
  void cancel(const TimerId& id);
  // Calls what is due, earliest first. Timers added by the callbacks wait for the next call.
  void fire();

 private:
  void arm();

  TimerClock clock_;
  Fd fd_;
  std::int64_t armed_ns_ = 0;  // 0: not armed. May be earlier than needed: cancelling does not re-arm
  std::uint64_t next_serial_ = 1;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> timers_;
};

}  // namespace wf
