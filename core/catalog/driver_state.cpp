// Whether the process that drives a run still lives.
#include "core/base/process.hpp"
#include "core/catalog/runs.hpp"

namespace wf {

DriverState state_of(const DriverInfo& driver) {
  MachineId here = this_machine();
  bool same =
      here.boot_id == driver.boot_id && static_cast<std::int64_t>(here.pid_namespace) == driver.pid_ns;
  if (!same) return DriverState::elsewhere;
  ProcessId process{static_cast<pid_t>(driver.pid), driver.start_ticks};
  return is_alive(process) ? DriverState::alive : DriverState::dead;
}

}  // namespace wf
