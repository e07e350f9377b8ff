#include "executors/local/limit_groups.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <optional>

#include "core/base/text.hpp"
#include "executors/local/codes.hpp"

namespace wf {

namespace {

constexpr std::string_view k_root = "/sys/fs/cgroup";
constexpr std::int64_t k_period_us = 100'000;
constexpr std::int64_t k_most_cpu = 1'000'000'000;  // thousandths; more is no limit

// Whether a list such as "cpu,cpuacct" has the word.
bool lists(std::string_view list, std::string_view word) {
  for (std::string_view one : split(list, ','))
    if (one == word) return true;
  return false;
}

// Where this process stands in the hierarchy of a controller; its lines are NUMBER:CONTROLLERS:PATH.
std::string own_group(std::string_view controller) {
  for (std::string_view line : split(read_file("/proc/self/cgroup"), '\n')) {
    std::vector<std::string_view> parts = split(line, ':');
    if (parts.size() < 3 || !lists(parts[1], controller)) continue;
    std::string_view path = line.substr(static_cast<std::size_t>(parts[2].data() - line.data()));
    return cat(k_root, "/", controller, path == "/" ? "" : path);
  }
  return {};
}

// The folder, if groups with that file can be made in it.
std::string usable(std::string_view controller, std::string_view file) {
  const std::string folder = own_group(controller);
  bool there = !folder.empty() && ::access(cat(folder, "/", file).c_str(), W_OK) == 0;
  return there && ::access(folder.c_str(), W_OK) == 0 ? folder : std::string();
}

bool try_set(const std::string& folder, std::string_view file, std::int64_t value) {
  const std::string path = cat(folder, "/", file);
  Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  const std::string text = std::to_string(value);
  return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

void set(const std::string& folder, std::string_view file, std::int64_t value) {
  if (try_set(folder, file, value)) return;
  throw Error(codes::k_limit_group, cat("cannot set the limit ", folder, "/", file, ": ", std::strerror(errno)));
}

void make_group(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0755) == 0 || errno == EEXIST) return;
  throw Error(codes::k_limit_group, cat("cannot make the control group ", folder, ": ", std::strerror(errno)));
}

// What is in use cannot be removed; what is about to be used is young, or of a driver that is no more.
void sweep(const std::string& folder, const std::string& prefix) {
  if (folder.empty()) return;
  constexpr std::int64_t k_young_s = 60;
  for (const std::string& name : list_folder(folder)) {
    auto info = name.starts_with("wf-") ? stat_if_exists(cat(folder, "/", name)) : std::nullopt;
    bool old = info && info->st_mtime + k_young_s < ::time(nullptr);
    if (old || name.starts_with(prefix)) ::rmdir(cat(folder, "/", name).c_str());
  }
}

}  // namespace

void LimitGroup::add(const std::string& folder) {
  make_group(folder);
  folders_.push_back(folder);
  doors_.push_back(open_file(folder + "/cgroup.procs", O_WRONLY));
}

LimitGroup::~LimitGroup() {
  for (const std::string& folder : folders_) ::rmdir(folder.c_str());
}

bool LimitGroup::has_killed() const {
  for (const std::string& folder : folders_) {
    const std::string path = folder + "/memory.oom_control";
    if (!stat_if_exists(path)) continue;
    for (std::string_view line : split(read_file(path), '\n'))
      if (line.starts_with("oom_kill ") && line != "oom_kill 0") return true;
  }
  return false;
}

LimitGroups::LimitGroups(const std::string& prefix)
    : memory_(usable("memory", "memory.limit_in_bytes")), cpu_(usable("cpu", "cgroup.procs")) {
  for (const std::string& folder : {memory_, cpu_}) sweep(folder, prefix);
}

bool LimitGroups::keeps(Resource resource) const {
  if (resource == Resource::memory) return !memory_.empty();
  return resource == Resource::cpu && !cpu_.empty();
}

LimitGroup LimitGroups::make(const std::string& name, const ResourceAmounts& limits) const {
  const std::int64_t memory = limits.at(static_cast<std::size_t>(Resource::memory));
  const std::int64_t cpu = limits.at(static_cast<std::size_t>(Resource::cpu));
  LimitGroup group;  // what it has is removed again if the rest cannot be had
  if (memory > 0 && !memory_.empty()) {
    const std::string folder = cat(memory_, "/", name);
    group.add(folder);
    set(folder, "memory.limit_in_bytes", memory);
    // Swap is no memory more; not every kernel counts it.
    if (stat_if_exists(folder + "/memory.memsw.limit_in_bytes")) set(folder, "memory.memsw.limit_in_bytes", memory);
  }
  if (cpu > 0 && !cpu_.empty()) {
    const std::string folder = cat(cpu_, "/", name);
    group.add(folder);
    set(folder, "cpu.cfs_period_us", k_period_us);
    // A group around this one that has less is obeyed all the same, and refuses more.
    bool is_set = try_set(folder, "cpu.cfs_quota_us", std::min(cpu, k_most_cpu) * k_period_us / 1000);
    if (!is_set && errno != EINVAL) set(folder, "cpu.cfs_quota_us", cpu * k_period_us / 1000);
  }
  return group;
}

}  // namespace wf
