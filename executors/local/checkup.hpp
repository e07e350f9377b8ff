// What this machine can do for attempts that are its processes.
#pragma once
#include <vector>

#include "core/engine/checkup.hpp"

namespace wf {

std::vector<Checkup> check_machine();

}  // namespace wf
