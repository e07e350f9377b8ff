// landlock(7): a process gives up all files but those it names, for itself and all it starts.
#pragma once
#include <string>
#include <vector>

#include "core/base/file.hpp"

namespace wf {

enum class PathRight { read, write };  // write: read as well, and make and remove what is below

struct PathRule {
  std::string path;  // with all that is below, if it is a folder
  PathRight right = PathRight::read;
};

// Of the kernel's landlock; 0: there is none.
int landlock_version();
// From this on files can be moved from one folder to another that may be written.
inline constexpr int k_least_landlock = 2;

// What landlock_restrict_self(2) takes. A rule about what is not there is passed over. No rule allows to make devices.
Fd make_path_rules(const std::vector<PathRule>& rules);

}  // namespace wf
