// What is still sure in a frame of which it is sure that it fails fast.
#pragma once
#include <span>
#include <vector>

#include "core/engine/frame.hpp"
#include "core/engine/prediction.hpp"

namespace wf {

// A node that is sure to fail: as it is released; when an execution of it is taken from the queue, where those that
// stand before it have begun; or some time after that.
struct SureFailure {
  NodeIndex node = 0;
  std::int64_t element = k_no_element;
  enum class When : std::uint8_t { released, taken, later } when = When::taken;
};

// By node: whether its end is the same whenever the frame fails. All of its nodes have ended; `failed` are
// those that are sure to fail, at least one.
std::vector<bool> nodes_still_sure(const Frame& frame, const std::vector<SureFailure>& failed);

// Marks what may be begun before one of `failed` fails, or may not: of what is predicted inside a frame that
// fails fast, all but what they need.
void doubt_others(const Frame& frame, const std::vector<SureFailure>& failed, std::span<PredictedExecution> inside);

}  // namespace wf
