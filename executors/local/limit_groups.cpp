#include "executors/local/limit_groups.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>

#include "core/base/text.hpp"
#include "executors/local/codes.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_period_us = 100'000;
constexpr std::int64_t k_most_cpu = 1'000'000'000;  // thousandths; more is no limit

// Whether a list such as "cpu,cpuacct" has the word.
bool lists(std::string_view list, std::string_view word, char separator) {
  for (std::string_view one : split(list, separator))
    if (one == word) return true;
  return false;
}

// The group of this process, as a path from the top of a hierarchy: that with these controllers, or the
// unified one, which names none. Its lines are NUMBER:CONTROLLERS:PATH. nullopt: it is in none.
std::optional<std::string> own_group(const GroupTree& tree, std::string_view controller) {
  const std::string text = read_file(tree.own);
  for (std::string_view line : split(text, '\n')) {
    std::vector<std::string_view> parts = split(line, ':');
    if (parts.size() < 3 || !lists(parts[1], controller, ',')) continue;
    std::string_view path = line.substr(static_cast<std::size_t>(parts[2].data() - line.data()));
    return std::string(path == "/" ? "" : path);
  }
  return std::nullopt;
}

bool can_write(const std::string& path) { return ::access(path.c_str(), W_OK) == 0; }

// Of version 2 the nearest group around this process that gives its children the controller: groups with
// processes in them cannot, and what others have arranged stays as it is. Moving a process takes the right to
// do so in the group around both places, too.
std::string giving_group(const GroupTree& tree, std::string_view controller) {
  std::string root = tree.root;
  if (!stat_if_exists(root + "/cgroup.controllers")) root += "/unified";  // beside version 1
  std::optional<std::string> path =
      stat_if_exists(root + "/cgroup.controllers") ? own_group(tree, "") : std::nullopt;
  if (!path) return {};
  for (std::string group = *path;; group.erase(group.rfind('/'))) {
    const std::string folder = root + group;
    auto given = stat_if_exists(folder + "/cgroup.subtree_control");
    bool gives = given && lists(trim(read_file(folder + "/cgroup.subtree_control")), controller, ' ');
    if (gives && can_write(folder) && can_write(folder + "/cgroup.procs")) return folder;
    if (group.empty()) return {};
  }
}

bool try_set(const std::string& folder, std::string_view file, const std::string& text) {
  const std::string path = cat(folder, "/", file);
  Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

void set(const std::string& folder, std::string_view file, const std::string& text) {
  if (try_set(folder, file, text)) return;
  throw Error(codes::k_limit_group, cat("cannot set the limit ", folder, "/", file, ": ", std::strerror(errno)));
}

// Swap is no memory more; not every kernel counts it.
void limit_memory(const std::string& folder, bool unified, std::int64_t bytes) {
  const std::string amount = std::to_string(bytes);
  set(folder, unified ? "memory.max" : "memory.limit_in_bytes", amount);
  if (unified && stat_if_exists(folder + "/memory.swap.max")) set(folder, "memory.swap.max", "0");
  if (!unified && stat_if_exists(folder + "/memory.memsw.limit_in_bytes"))
    set(folder, "memory.memsw.limit_in_bytes", amount);
}

void limit_cpu(const std::string& folder, bool unified, std::int64_t thousandths) {
  const std::string period = std::to_string(k_period_us);
  const std::string quota = std::to_string(std::min(thousandths, k_most_cpu) * k_period_us / 1000);
  if (unified) return set(folder, "cpu.max", cat(quota, " ", period));
  set(folder, "cpu.cfs_period_us", period);
  // A group around this one that has less is obeyed all the same, and refuses more.
  if (!try_set(folder, "cpu.cfs_quota_us", quota) && errno != EINVAL) set(folder, "cpu.cfs_quota_us", quota);
}

// The number behind a word, in lines such as "oom_kill 3"; 0 where there is none.
std::int64_t counted(const std::string& path, std::string_view word) {
  if (!stat_if_exists(path)) return 0;
  const std::string text = read_file(path);
  for (std::string_view line : split(text, '\n')) {
    bool here = word.empty() || (line.starts_with(word) && line.substr(word.size()).starts_with(' '));
    if (here) return std::strtoll(line.data() + (word.empty() ? 0 : word.size()), nullptr, 10);
  }
  return 0;
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
  if (std::find(folders_.begin(), folders_.end(), folder) != folders_.end()) return;
  make_group(folder);
  folders_.push_back(folder);
  doors_.push_back(open_file(folder + "/cgroup.procs", O_WRONLY));
}

LimitGroup::~LimitGroup() {
  for (const std::string& folder : folders_) ::rmdir(folder.c_str());
}

std::optional<MemoryEvents> LimitGroup::memory_events() const {
  if (memory_.empty()) return std::nullopt;
  if (stat_if_exists(memory_ + "/memory.events"))
    return MemoryEvents{counted(memory_ + "/memory.events", "max"),
                        counted(memory_ + "/memory.events", "oom_kill")};
  return MemoryEvents{counted(memory_ + "/memory.failcnt", ""),
                      counted(memory_ + "/memory.oom_control", "oom_kill")};
}

LimitGroups::Home LimitGroups::find_home(std::string_view controller, std::string_view file,
                                         const GroupTree& tree) {
  if (std::optional<std::string> group = own_group(tree, controller)) {
    const std::string folder = cat(tree.root, "/", controller, *group);
    if (can_write(cat(folder, "/", file)) && can_write(folder)) return {folder, false};
  }
  return {giving_group(tree, controller), true};
}

LimitGroups::LimitGroups(const std::string& prefix, const GroupTree& tree)
    : memory_(find_home("memory", "memory.limit_in_bytes", tree)),
      cpu_(find_home("cpu", "cgroup.procs", tree)) {
  // A process cannot be in two groups of version 2. Where memory has none, cpu keeps its own.
  bool apart = memory_.unified && cpu_.unified && !memory_.folder.empty() && memory_.folder != cpu_.folder;
  if (apart) cpu_.folder.clear();
  for (const Home& home : {memory_, cpu_}) sweep(home.folder, prefix);
}

bool LimitGroups::keeps(Resource resource) const {
  if (resource == Resource::memory) return !memory_.folder.empty();
  return resource == Resource::cpu && !cpu_.folder.empty();
}

LimitGroup LimitGroups::make(const std::string& name, const ResourceAmounts& limits) const {
  LimitGroup group;  // what it has is removed again if the rest cannot be had
  auto limit = [&](Resource resource, const Home& home, auto set_limit) {
    const std::int64_t amount = limits.at(static_cast<std::size_t>(resource));
    if (amount == 0 || home.folder.empty()) return;
    const std::string folder = cat(home.folder, "/", name);
    group.add(folder);
    set_limit(folder, home.unified, amount);
  };
  limit(Resource::memory, memory_, [&](const std::string& folder, bool unified, std::int64_t amount) {
    limit_memory(folder, unified, amount);
    group.counts_memory(folder);
  });
  limit(Resource::cpu, cpu_, limit_cpu);
  return group;
}

}  // namespace wf
