#include "executors/local/machine.hpp"

#include <sched.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <cstdlib>

#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

std::int64_t processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? std::max(CPU_COUNT(&set), 1) : 1;
}

std::int64_t memory() {
  struct sysinfo info {};
  return ::sysinfo(&info) == 0 ? static_cast<std::int64_t>(info.totalram) * info.mem_unit : 0;
}

std::int64_t free_bytes(const std::string& folder) {
  struct statvfs info {};
  return ::statvfs(folder.c_str(), &info) == 0 ? static_cast<std::int64_t>(info.f_bavail * info.f_frsize) : 0;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> graphics_processors() {
  std::vector<std::string> found;
  if (const char* named = std::getenv("CUDA_VISIBLE_DEVICES")) {
    for (std::string_view one : split(named, ','))
      if (!one.empty() && one != "-1") found.emplace_back(one);
    return found;
  }
  constexpr std::string_view k_device = "nvidia";
  for (const std::string& name : list_folder("/dev")) {
    if (name.starts_with(k_device) && is_number(std::string_view(name).substr(k_device.size())))
      found.push_back(name.substr(k_device.size()));
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

MachineResources local_machine(const std::string& folder) {
  MachineResources machine;
  machine.gpus = graphics_processors();
  machine.total = {processors() * 1000, memory(), static_cast<std::int64_t>(machine.gpus.size()), free_bytes(folder)};
  return machine;
}

}  // namespace wf
