// What this machine has for attempts.
#pragma once
#include <string>

#include "core/engine/executor.hpp"

namespace wf {

// The processors and the memory that this process may use, the graphics processors that CUDA_VISIBLE_DEVICES names,
// else those of NVIDIA's driver, and the free bytes of the file system of `folder`.
MachineResources local_machine(const std::string& folder);

}  // namespace wf
