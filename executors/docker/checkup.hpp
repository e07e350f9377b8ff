// What there is for attempts that are containers.
#pragma once
#include <vector>

#include "core/engine/checkup.hpp"
#include "executors/docker/engine_address.hpp"

namespace wf {

std::vector<Checkup> check_containers(const FindVariable& variable);

}  // namespace wf
