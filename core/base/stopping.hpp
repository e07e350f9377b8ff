// Long work that another thread may call off.
#pragma once
#include <stop_token>

namespace wf {

// Thrown by what was called off; no Error, since nothing is wrong.
struct Stopped {};

inline void require_going(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Stopped{};
}

}  // namespace wf
