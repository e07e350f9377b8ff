// Control groups that keep the limits of attempts, where this process may make them: version 1 of cgroups(7), below
// the groups it is in itself. An attempt that is in one cannot leave it, and the kernel counts what it killed there.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/file.hpp"
#include "core/definition/resources.hpp"

namespace wf {

// The groups of one attempt; they go with this, once nothing runs in them.
class LimitGroup {
 public:
  LimitGroup() = default;
  LimitGroup(LimitGroup&&) noexcept = default;
  LimitGroup& operator=(LimitGroup&&) noexcept = default;
  ~LimitGroup();

  // Makes a group and takes it on. Throws Error(k_limit_group).
  void add(const std::string& folder);
  // A process that writes "0" to each is in the groups.
  const std::vector<Fd>& doors() const { return doors_; }
  // Whether the kernel ended something in it for want of memory.
  bool has_killed() const;

 private:
  std::vector<std::string> folders_;
  std::vector<Fd> doors_;
};

class LimitGroups {
 public:
  // Finds out what can be kept here, and removes what earlier processes have left: groups whose names begin with
  // `prefix`, and older ones of other runs.
  explicit LimitGroups(const std::string& prefix);

  bool keeps(Resource resource) const;
  // For limits that are not 0 and that it keeps. Throws Error(k_limit_group) when the kernel refuses.
  LimitGroup make(const std::string& name, const ResourceAmounts& limits) const;

 private:
  std::string memory_;  // the folder that this process may make groups in; empty: none
  std::string cpu_;
};

}  // namespace wf
