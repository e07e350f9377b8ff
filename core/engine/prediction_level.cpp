#include "core/engine/prediction_level.hpp"

#include "core/engine/codes.hpp"
#include "core/engine/emissions.hpp"

namespace wf {

Hangs outputs_hang_on(const Level& level) {
  std::vector<Hangs> all;
  for (const WorkflowOutput& output : level.frame.plan().workflow->outputs)
    all.push_back(level.unknowns.of(output.binding).all());
  return united(all);
}

std::vector<OutputValue> known_outputs(Level& inner, const PlanNode& planned, std::vector<Hangs>& hangs) {
  const std::vector<WorkflowOutput>& outputs = inner.frame.plan().workflow->outputs;
  std::vector<OutputValue> known;
  for (std::size_t i = 0; i < planned.outputs->size(); ++i) {
    auto output = std::find_if(outputs.begin(), outputs.end(), [&](const WorkflowOutput& one) {
      return one.name == (*planned.outputs)[i].name;
    });
    hangs[i] = inner.unknowns.of(output->binding).all();
    if (hangs[i]) continue;
    Json value = inner.frame.values().evaluate(output->binding, output->type);
    known.push_back({output->name, output->type, std::move(value)});
  }
  return planned.task == nullptr ? known : promised_outputs(*planned.task->task, known);
}

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

bool may_end_otherwise(const Level& level, std::span<const PredictedExecution> inside) {
  return level.failed.empty() && std::any_of(inside.begin(), inside.end(), [](const PredictedExecution& one) {
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
