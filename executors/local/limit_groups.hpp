// Control groups that keep the limits of attempts, where this process may make them: cgroups(7), both
// versions. An attempt that is in one cannot leave it, and the kernel counts what it killed there.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/file.hpp"
#include "core/definition/resources.hpp"
#include "core/engine/executor.hpp"

namespace wf {

// The groups of one attempt; they go with this, once nothing runs in them.
class LimitGroup {
 public:
  LimitGroup() = default;
  LimitGroup(LimitGroup&&) noexcept = default;
  LimitGroup& operator=(LimitGroup&&) noexcept = default;
  ~LimitGroup();

  // Makes a group and takes it on, once. Throws Error(k_limit_group).
  void add(const std::string& folder);
  // One of those, which keeps a limit of memory.
  void counts_memory(const std::string& folder) { memory_ = folder; }
  // A process that writes "0" to each is in the groups.
  const std::vector<Fd>& doors() const { return doors_; }
  // What the kernel has counted so far; nullopt: its memory has no limit.
  std::optional<MemoryEvents> memory_events() const;

 private:
  std::vector<std::string> folders_;
  std::string memory_;  // empty: no limit
  std::vector<Fd> doors_;
};

// Where the kernel shows its groups, and in which of them this process is.
struct GroupTree {
  std::string root = "/sys/fs/cgroup";
  std::string own = "/proc/self/cgroup";
};

class LimitGroups {
 public:
  // Finds out what can be kept here, and removes what earlier processes have left: groups whose names begin with
  // `prefix`, and older ones of other runs.
  explicit LimitGroups(const std::string& prefix, const GroupTree& tree = {});

  bool keeps(Resource resource) const;
  // For limits that are not 0 and that it keeps. Throws Error(k_limit_group) when the kernel refuses.
  LimitGroup make(const std::string& name, const ResourceAmounts& limits) const;

 private:
  // The folder that groups with a controller can be made in; empty: none.
  struct Home {
    std::string folder;
    bool unified = false;  // version 2: a group has all controllers, and a process is in one group alone
  };
  static Home find_home(std::string_view controller, std::string_view file, const GroupTree& tree);

  Home memory_;
  Home cpu_;
};

}  // namespace wf
