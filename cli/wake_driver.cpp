#include "cli/wake_driver.hpp"

#include "cli/run_session.hpp"
#include "core/base/process.hpp"

namespace wf::cli {

void wake_driver(const DriverInfo& driver) {
  auto pidfd = open_pidfd(static_cast<pid_t>(driver.pid));
  if (pidfd && state_of(driver) == DriverState::alive)
    static_cast<void>(send_signal(*pidfd, k_look_for_requests));
}

}  // namespace wf::cli
