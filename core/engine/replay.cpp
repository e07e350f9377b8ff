#include "core/engine/replay.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/emissions.hpp"
#include "core/engine/gates.hpp"
#include "core/engine/run_writer.hpp"

namespace wf {

namespace {

[[noreturn]] void refuse(const RunRecord& run, const NodePath& path, const std::string& why) {
  throw Error(codes::k_no_execution, cat(path.text(), ": ", why),
              cat("'wf show ", run.key.id.tail(), "' lists the executions of the run"));
}

// Of a mapped node that is named without an element, or with one that there is not.
std::string mapped_text(const NodePath& path, std::int64_t length) {
  const std::string over = cat("it is mapped, over ", length, length == 1 ? " element" : " elements");
  return length == 0 ? over : cat(over, ": name one, from ", path.node, "[0]");
}

}  // namespace

Replay::Place::Place(const Plan& plan, std::string prefix, const std::vector<RunInput>& inputs,
                     FrameElement run_by)
    : frame(plan, std::move(prefix), inputs, run_by), begun(plan.nodes.size(), Begun::unknown) {
  for (NodeIndex i = 0; i < plan.nodes.size(); ++i) names.emplace(plan.nodes[i].node->name, i);
}

Replay::Replay(Store& store, const RunKey& run)
    : store_(store),
      run_(*load_run(store.database(), run)),
      versions_(store.database()),
      workflow_(versions_.read(run_.version)->workflow),
      plans_(*workflow_, run_.version, environments_of(run_.settings)),
      opened_(read_frames(store.database(), run)),
      failures_(read_frame_failures(store.database(), run)),
      gates_(read_passed_gates(store.database(), run)),
      root_(plans_.root(), "", read_run_inputs(store.database(), run)) {
  for (const CommittedExecution& done : read_committed(store.database(), run))
    committed_.emplace(done.execution, done.artifact);
  for (FailedExecution& failed : read_failed(store.database(), run))
    failed_.emplace(failed.execution, std::move(failed.cause));
  note_recorded_failure(root_.frame);
}

// What is run at its end was told of this one, whatever else has failed.
void Replay::note_recorded_failure(Frame& frame) const {
  auto known = failures_.find(frame.prefix());
  if (known != failures_.end()) frame.restore_failure(known->second);
}

// By itself, or the workflow that it runs.
bool Replay::has_failed(const NodePath& execution) const {
  auto frame = opened_.find(execution.text() + ".");
  return failed_.contains(execution) || (frame != opened_.end() && frame->second.state == RunState::failed);
}

Replay::Execution Replay::execution(const NodePath& path) {
  std::vector<Step> steps = steps_to(path);
  Place* place = &root_;
  for (std::size_t i = 0;; ++i) {
    Frame& frame = place->frame;
    NodeIndex node = find_node(*place, steps[i], path);
    settle(*place, node);
    if (!begin(*place, node))
      refuse(run_, path, "it was not run: what is before it did not end well, or its condition is false");
    const PlanNode& planned = frame.node(node);
    bool whole = planned.mapped == (steps[i].element != k_no_element);
    if (!whole || steps[i].element >= frame.state(node).total)
      refuse(run_, path,
             planned.mapped ? mapped_text(frame.path(node), frame.state(node).total)
                            : "it is not mapped: leave the brackets out");
    if (i + 1 == steps.size()) {
      if (planned.task == nullptr) refuse(run_, path, "it runs no task itself");
      hold(frame, node);
      return {&planned, frame.inputs(node, steps[i].element)};
    }
    place = inner(frame, node, steps[i].element);
    if (place == nullptr) refuse(run_, path, "it runs no workflow, or that was not begun");
  }
}

// Keeps the inputs of this node at hand, and those of no other.
void Replay::hold(Frame& frame, NodeIndex node) {
  bool is_other = held_.frame != &frame || held_.node != node;
  if (is_other && held_.frame != nullptr) held_.frame->unbind(held_.node);
  held_ = {&frame, node, k_no_element};
}

std::vector<Replay::Step> Replay::steps_to(const NodePath& path) {
  std::vector<Step> steps;
  for (std::string_view part : split(path.node, '.')) {
    std::size_t bracket = std::min(part.find('['), part.size());
    Step step{std::string(part.substr(0, bracket))};
    if (bracket < part.size()) std::from_chars(part.data() + bracket + 1, part.data() + part.size(), step.element);
    steps.push_back(std::move(step));
  }
  steps.back().element = path.element;
  return steps;
}

NodeIndex Replay::find_node(const Place& place, const Step& step, const NodePath& path) const {
  auto known = place.names.find(step.name);
  if (known != place.names.end()) return known->second;
  std::vector<std::string> names;
  for (const PlanNode& node : place.frame.plan().nodes) names.push_back(node.node->name);
  std::string near = did_you_mean(step.name, names);
  refuse(run_, path, cat("there is no node '", step.name, "'", near.empty() ? "" : "; ", near));
}

// Those before a node in a topological order: it needs no others.
void Replay::settle(Place& place, NodeIndex end) {
  for (; place.settled < end; ++place.settled) settle_node(place, place.settled);
}

void Replay::settle_node(Place& place, NodeIndex node) {
  Frame& frame = place.frame;
  Frame::Verdict verdict = frame.verdict(node);
  if (verdict == Frame::Verdict::block) {
    frame.end(node, Outcome::blocked);
    return;
  }
  if (!begin(place, node)) {
    auto failed = failed_.find(frame.path(node));
    if (failed != failed_.end()) frame.note_failed(failed->second);
    frame.end(node, failed != failed_.end() ? Outcome::failed : Outcome::skipped);
    return;
  }
  settle_executions(frame, node);
  frame.end(node, frame.outcome(node));
}

void Replay::settle_executions(Frame& frame, NodeIndex node) {
  NodeState& state = frame.state(node);
  for (std::int64_t i = 0; i < state.total; ++i) {
    std::int64_t element = frame.node(node).mapped ? i : k_no_element;
    auto result = result_of(frame, node, element);
    if (result) {
      frame.values().set(node, element, *result);
      ++state.succeeded;
      continue;
    }
    const NodePath execution = frame.path(node, element);
    ++(has_failed(execution) ? state.failed : state.left_out);
    auto failed = failed_.find(execution);
    if (failed != failed_.end() && !frame.can_succeed(node)) frame.note_failed(failed->second);
  }
}

// Puts the inputs of a node together, unless they are at hand; false when it was not run at all.
bool Replay::begin(Place& place, NodeIndex node) {
  Begun& begun = place.begun[node];
  if (begun == Begun::unknown)
    begun = try_begin(place.frame, node) ? Begun::yes : Begun::no;
  else if (begun == Begun::yes && place.frame.state(node).shared.empty())
    place.frame.bind(node);
  return begun == Begun::yes;
}

bool Replay::try_begin(Frame& frame, NodeIndex node) {
  bool at_end = frame.node(node).node->hook != Hook::none;
  if (at_end && frame.outcome() == Outcome::succeeded) frame.try_outputs();
  if (frame.verdict(node) != Frame::Verdict::run) return false;
  try {
    frame.judge(node);
    if (!frame.state(node).wanted) return false;
    frame.choose(node);
    frame.bind(node);
    frame.count(node);
    return true;
  } catch (const Error& error) {
    if (error.code().exit != Exit::run_failed) throw;
    return false;
  }
}

std::optional<std::vector<OutputValue>> Replay::result_of(Frame& frame, NodeIndex node, std::int64_t element) {
  const PlanNode& planned = frame.node(node);
  if (planned.node->gate) {
    auto passed = gates_.find(frame.path(node).node);
    if (passed == gates_.end()) return std::nullopt;
    std::vector<OutputValue> outputs;
    for (const Port& port : *planned.outputs) outputs.push_back({port.name, port.type, passed->second});
    return outputs;
  }
  if (planned.workflow != nullptr) return result_of_frame(frame, node, element);
  auto done = committed_.find(frame.path(node, element));
  if (done == committed_.end()) return std::nullopt;
  if (planned.task->task->promised) return result_of_frame(frame, node, element);
  return read_artifact(store_.database(), scope_of(run_.key), done->second);
}

std::optional<std::vector<OutputValue>> Replay::result_of_frame(Frame& frame, NodeIndex node, std::int64_t element) {
  Place* child = inner(frame, node, element);
  if (child == nullptr) return std::nullopt;
  settle(*child, static_cast<NodeIndex>(child->frame.plan().nodes.size()));
  if (child->frame.outcome() != Outcome::succeeded) return std::nullopt;
  return child->frame.try_outputs();
}

// The workflow that an execution runs or has emitted; nullptr when that was never opened.
Replay::Place* Replay::inner(Frame& frame, NodeIndex node, std::int64_t element) {
  const PlanNode& planned = frame.node(node);
  std::string prefix = frame.path(node, element).text() + ".";
  if (auto known = inner_.find(prefix); known != inner_.end()) return &known->second;
  const Plan* plan = plan_of(prefix);
  if (plan == nullptr) return nullptr;
  std::vector<const Json*> values = frame.inputs(node, element);
  std::vector<RunInput> inputs;
  if (planned.workflow == nullptr) {
    inputs = emitted_inputs(*plan->workflow, *planned.task->task, values);
  } else {
    for (std::size_t i = 0; i < values.size(); ++i)
      inputs.push_back({(*planned.ports)[i].name, (*planned.ports)[i].type, *values[i], {}, {}, {}});
  }
  Place& place =
      inner_.try_emplace(prefix, *plan, prefix, inputs, FrameElement{&frame, node, element}).first->second;
  note_recorded_failure(place.frame);
  // Where not all of it was run without a failure of its own, this is what stopped it.
  place.frame.fail(run_.cause.is_null() ? enough_elements(frame.path(node)) : run_.cause);
  return &place;
}

const Plan* Replay::plan_of(const std::string& prefix) {
  auto frame = opened_.find(prefix);
  if (frame == opened_.end()) return nullptr;
  if (const Plan* known = plans_.find(frame->second.version)) return known;
  return &plans_.add(versions_.read(frame->second.version)->workflow, frame->second.version);
}

}  // namespace wf
