// What is still sure in a frame of which it is sure that it fails fast.
#pragma once
#include <vector>

#include "core/engine/frame.hpp"

namespace wf {

// By node: whether its end is the same whenever the frame fails. All of its nodes have ended; `failed` are
// those that are sure to fail, at least one.
std::vector<bool> nodes_still_sure(const Frame& frame, const std::vector<NodeIndex>& failed);

}  // namespace wf
