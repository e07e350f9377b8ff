#include "core/engine/prediction_level.hpp"

#include "core/engine/codes.hpp"

namespace wf {

Hangs cases_hang_on(const Level& level, NodeIndex node) {
  std::vector<Hangs> all;
  for (const PlanNode& one : level.frame.node(node).cases)
    if (one.node->when) all.push_back(level.unknowns.of(*one.node->when));
  return united(all);
}

bool may_not_be_needed(const Frame& frame, NodeIndex node, std::int64_t i) {
  const Each& each = frame.node(node).node->each;
  return may_be_stopped(frame, node) && (i >= frame.state(node).needed || each.parallelism > 0);
}

bool may_be_stopped(const Frame& frame, NodeIndex node) {
  const NodeState& state = frame.state(node);
  return frame.node(node).node->each.stop_early && state.needed < state.total;
}

bool something_runs(std::span<const PredictedExecution> some) {
  return std::any_of(some.begin(), some.end(), [](const PredictedExecution& one) {
    return one.fate == Fate::run || one.fate == Fate::wait || one.fate == Fate::unknown;
  });
}

SureFailure::When when_not_begun(const PlanNode& node, const Error& problem) {
  bool waits = node.node->attempts || node.task->task->attempts;
  bool at_once = problem.code().id == codes::k_beyond_machine.id ||
                 !(waits || problem.code().id == codes::k_not_started.id);
  return at_once ? SureFailure::When::started : SureFailure::When::later;
}

}  // namespace wf
