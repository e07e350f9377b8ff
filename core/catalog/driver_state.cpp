// Whether the process that drives a run still lives.
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/catalog/runs.hpp"

namespace wf {

namespace {

constexpr std::size_t k_start_field =
    20;  // of /proc/PID/stat, counted behind the name, which may hold blanks

std::optional<std::int64_t> start_ticks_of(std::int64_t pid) {
  std::optional<std::string> stat = read_file_if_exists(cat("/proc/", pid, "/stat"));
  if (!stat) return std::nullopt;
  std::size_t behind_name = stat->rfind(')');
  if (behind_name == std::string::npos) return std::nullopt;
  std::vector<std::string_view> fields = split(std::string_view(*stat).substr(behind_name + 1), ' ');
  return fields.size() > k_start_field ? parse_int(fields[k_start_field]) : std::nullopt;
}

}  // namespace

DriverState state_of(const DriverInfo& driver) {
  std::optional<std::string> boot_id = read_file_if_exists("/proc/sys/kernel/random/boot_id");
  std::optional<struct stat> pid_ns = stat_if_exists("/proc/self/ns/pid");
  bool here = boot_id && trim(*boot_id) == driver.boot_id && pid_ns &&
              static_cast<std::int64_t>(pid_ns->st_ino) == driver.pid_ns;
  if (!here) return DriverState::elsewhere;
  return start_ticks_of(driver.pid) == driver.start_ticks ? DriverState::alive : DriverState::dead;
}

}  // namespace wf
