// Whether the process that drives a run still lives.
#include "core/base/process.hpp"
#include "core/catalog/runs.hpp"

namespace wf {

DriverState state_of(const DriverInfo& driver) {
  MachineId here = this_machine();
  // The machine has been started again since: no process outlives that. Should two machines bear one name,
  // the fence still keeps the loser's results out.
  if (here.host == driver.host && here.boot_id != driver.boot_id) return DriverState::dead;
  bool same =
      here.boot_id == driver.boot_id && static_cast<std::int64_t>(here.pid_namespace) == driver.pid_ns;
  if (!same) return DriverState::elsewhere;
  ProcessId process{static_cast<pid_t>(driver.pid), driver.start_ticks};
  return is_alive(process) ? DriverState::alive : DriverState::dead;
}

}  // namespace wf
