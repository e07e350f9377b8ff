// What a task with secrets left on disk.
#pragma once
#include <string>
#include <vector>

#include "core/secrets/mask.hpp"

namespace wf {

// Removes every file and link below the folder, and every folder in it, whose content, target or name has the
// value of a secret in it; links are not followed. The paths of what was removed, relative to the folder,
// names masked.
std::vector<std::string> remove_leaks(const std::string& folder, const Mask& mask);

}  // namespace wf
