// Whether the process that drives a run still lives.
#include "core/base/process.hpp"
#include "core/catalog/runs.hpp"

namespace wf {

DriverState state_of(const DriverInfo& driver) {
  MachineId here = this_machine();
  // The same host after a reboot: none of its processes lives.
  if (driver.host == here.host && driver.boot_id != here.boot_id) return DriverState::dead;
  bool visible =
      driver.boot_id == here.boot_id && static_cast<std::uint64_t>(driver.pid_ns) == here.pid_namespace;
  if (!visible) return DriverState::elsewhere;
  ProcessId process{static_cast<pid_t>(driver.pid), driver.start_ticks};
  return is_alive(process) ? DriverState::alive : DriverState::dead;
}

}  // namespace wf
