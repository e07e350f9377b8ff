// Time behind a seam: tests replace the clock, nothing else in wf asks the system for the time.
#pragma once
#include <cstdint>

namespace wf {

class Clock {
 public:
  virtual ~Clock() = default;
  // Microseconds since 1970-01-01T00:00:00Z. For display and identifiers, never for order or timeouts.
  virtual std::int64_t wall_us() const = 0;
  // Nanoseconds since boot, suspended time included. For timeouts and leases, with the boot id beside it.
  virtual std::int64_t boottime_ns() const = 0;
};

class SystemClock final : public Clock {
 public:
  std::int64_t wall_us() const override;
  std::int64_t boottime_ns() const override;
};

}  // namespace wf
