#include "core/base/clock.hpp"

#include <time.h>

namespace wf {

namespace {
std::int64_t read_ns(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}
}  // namespace

std::int64_t SystemClock::wall_us() const { return read_ns(CLOCK_REALTIME) / 1000; }
std::int64_t SystemClock::boottime_ns() const { return read_ns(CLOCK_BOOTTIME); }

}  // namespace wf
