// What is still sure in a frame of which it is sure that it fails fast.
#pragma once
#include <span>
#include <vector>

#include "core/engine/frame.hpp"
#include "core/engine/prediction.hpp"

namespace wf {

// A node that is sure to fail: as it is released; when an execution of it is taken from the queue, where
// those that stand before it have begun; right after that, as its attempt would begin; or some time later.
struct SureFailure {
  NodeIndex node = 0;
  std::int64_t element = k_no_element;
  enum class When : std::uint8_t { released, taken, started, later } when = When::taken;
};

// Whether a frame with these fails before anything in it has to end, and as fast as an execution is taken.
bool fails_at_once(const Frame& frame, const std::vector<SureFailure>& failed);

// Marks what may be begun before one of `failed` fails, or may not: of what is predicted inside a frame that
// fails fast, all but what they need. They are all that are sure to fail, at least one; all nodes have ended.
void doubt_others(const Frame& frame, const std::vector<SureFailure>& failed, std::span<PredictedExecution> inside);

}  // namespace wf
