// Workflows that nodes run: each execution of such a node is a frame of its own.
#include <algorithm>
#include <utility>

#include "core/base/text.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/driver.hpp"
#include "core/engine/run_writer.hpp"

namespace wf {

namespace {

FramePlace place_of(const FrameElement& by) {
  std::string parent = by.frame->prefix();
  if (!parent.empty()) parent.pop_back();
  return {std::move(parent), {by.frame->node(by.node).node->name, by.element}};
}

// "inputs" or "outputs" of what an execution emitted.
NodePath part_of(const NodePath& execution, std::string_view part) {
  return {cat(execution.text(), ".", part), k_no_element};
}

RunState state_of(Outcome outcome) {
  if (outcome == Outcome::succeeded) return RunState::succeeded;
  return outcome == Outcome::failed ? RunState::failed : RunState::aborted;
}

}  // namespace

std::vector<Frame*> Driver::frames_in(const Frame& around,
                                      const std::function<bool(const FrameElement&)>& chosen) const {
  std::vector<Frame*> found;
  for (auto one = frames_.lower_bound({&around, nullptr}); one != frames_.end() && one->first.first == &around; ++one) {
    if (chosen(one->second->run_by())) found.push_back(one->second.get());
  }
  return found;
}

// Its inputs are put together.
void Driver::open_frame(const Taken& taken) {
  const auto& [node, element] = taken;
  const PlanNode& plan = node.plan();
  std::vector<const Json*> values = node.frame->inputs(node.node, element);
  std::vector<RunInput> inputs;
  for (std::size_t i = 0; i < values.size(); ++i)
    inputs.push_back({(*plan.ports)[i].name, (*plan.ports)[i].type, *values[i], {}, {}, {}});
  if (!plan.mapped) node.frame->unbind(node.node);
  open_frame(taken, *plan.workflow, inputs, nullptr);
}

// What an earlier driver saw fail in it counts: nothing is begun then that the failure would have kept from
// beginning.
void Driver::open_frame(const Taken& taken, const Plan& plan, const std::vector<RunInput>& inputs,
                        std::shared_ptr<const Workflow> emitted) {
  const auto& [node, element] = taken;
  FrameElement run_by{node.frame, node.node, element};
  auto made = std::make_unique<Frame>(plan, taken.path().text() + ".", inputs, run_by);
  Frame& frame = *made;
  frames_.emplace(std::pair(node.frame, &frame), std::move(made));
  auto earlier = earlier_.frames.find(frame.prefix());
  const std::int64_t spent_ns = earlier == earlier_.frames.end() ? 0 : earlier->second.spent_ns;
  watch_total(taken, plan.workflow->timeout_ns, spent_ns);
  if (const AttemptPolicyPtr& own = node.plan().node->attempts; own && node.plan().workflow != nullptr)
    watch_total(taken, own->total_timeout_ns, spent_ns);
  push_result(FrameOpened{place_of(run_by), plan.version, std::move(emitted)}, CommitQueue::Urgency::deferred);
  restore_failure(frame);
  expire_again(frame);
  auto decided = earlier_.decided.find(frame.prefix());
  if (decided != earlier_.decided.end() && frame.fails_fast())
    frame.fail(decided->second);
  else if (is_called_off(node))
    frame.fail(node.frame->holds_up(node.node) ? node.frame->why_failing()
                                               : cause_at(why_called_off(node), node.path()));
  release(frame, frame.first_nodes());
  if (plan.nodes.empty()) close_frame(frame);
}

// With what an execution gave: its outputs or, of a dynamic task, the definition that is run in its place.
void Driver::take_result(const Taken& taken, const Uuid& artifact, const std::vector<OutputValue>& outputs) {
  note_temporary(taken, artifact, outputs);
  if (!taken.node.plan().task->task->promised) return finish_execution(taken.node, taken.element, outputs);
  for (std::string_view at : {"inputs", "outputs"}) {
    const NodePath part = part_of(taken.path(), at);
    auto failed = earlier_.failed.find(part);
    if (failed == earlier_.failed.end() || is_at_work(taken.path().text() + ".")) continue;
    note_failure(taken.node, {part, failed->second});
    return execution_over(taken.node);
  }
  try {
    open_emitted(taken, outputs);
  } catch (const Error& error) {
    if (error.code().exit != Exit::run_failed) throw;
    fail_emitted(taken, error);
  }
}

// What was emitted cannot begin; its task has not failed.
void Driver::fail_emitted(const Taken& taken, const Error& error) {
  const NodePath inputs = part_of(taken.path(), "inputs");
  fail_as(taken.node, inputs, make_cause(error.code(), with_hint(error), inputs));
}

void Driver::open_emitted(const Taken& taken, const std::vector<OutputValue>& outputs) {
  end_total(taken.path());  // that of its attempts, of which there are no more
  const Plan& plan = emitted_plan(taken, outputs);
  bound_emissions(taken, plan);
  if (!with_.find_images || plans_.unknown_images(plan).empty()) return begin_emitted(taken, plan);
  lookups_.push_back({taken, &plan});
  look_up_next();
}

void Driver::begin_emitted(const Taken& taken, const Plan& plan) {
  const auto& [node, element] = taken;
  bool mapped = node.plan().mapped;
  if (!mapped) node.frame->bind(node.node);  // they were only kept for its attempt
  std::vector<RunInput> inputs =
      emitted_inputs(*plan.workflow, *node.plan().task->task, node.frame->inputs(node.node, element));
  if (!mapped) node.frame->unbind(node.node);
  // The plan's workflow outlives the commits.
  open_frame(taken, plan, inputs, {std::shared_ptr<const void>(), plan.workflow});
}

// What goes beyond the bounds ends the run: it might take for ever to come to all that has begun.
void Driver::end_at_bound(const Error& error, const NodePath& at) {
  const Json cause = make_cause(error.code(), with_hint(error), at);
  fail_run(cause);
  shut(root_, {error.code(), error.message()}, cause);
}

void Driver::bound_emissions(const Taken& taken, const Plan& plan) {
  try {
    require_shallow(taken.path().text() + ".");
    emitted_nodes_ += plan.nodes.size();
    if (emitted_nodes_ > k_most_emitted_nodes)
      throw Error(codes::k_bad_definition,
                  cat("the dynamic tasks of the run have emitted more than ", k_most_emitted_nodes, " nodes"),
                  "map a task over a list instead, or let them emit fewer");
  } catch (const Error& error) {
    end_at_bound(error, part_of(taken.path(), "inputs"));
    throw;
  }
}

// Whether what was made for a dynamic task, maybe of another workflow, can be run here; else it has failed.
bool Driver::can_run_emitted(const Taken& taken, const std::vector<OutputValue>& outputs) {
  if (!taken.node.plan().task->task->promised) return true;
  try {
    emitted_plan(taken, outputs);
    return true;
  } catch (const Error& error) {
    if (error.code().exit != Exit::run_failed) throw;
    fail_execution(taken.node, taken.element, error.code(), with_hint(error));
    return false;
  }
}

// A resumed run replays what was recorded.
const Plan& Driver::emitted_plan(const Taken& taken, const std::vector<OutputValue>& outputs) {
  const Plan* earlier = earlier_plan(taken.path().text() + ".");
  return earlier != nullptr ? *earlier : emissions_.plan_of(*taken.node.plan().task, outputs);
}

// What was at work in a frame that an earlier driver opened, else nullptr.
const Plan* Driver::earlier_plan(const std::string& prefix) {
  auto frame = earlier_.frames.find(prefix);
  if (frame == earlier_.frames.end()) return nullptr;
  if (const Plan* known = plans_.find(frame->second.version)) return known;
  return &plans_.add(versions_.read(frame->second.version)->workflow, frame->second.version);
}

// Whether an earlier driver has begun a frame, and not ended it.
bool Driver::is_at_work(const std::string& prefix) const {
  auto frame = earlier_.frames.find(prefix);
  return frame != earlier_.frames.end() && frame->second.state == RunState::running;
}

// Of what will not be begun: a frame in which an earlier driver saw something fail, for that to be known.
bool Driver::reopen(const Taken& taken) {
  if (taken.node.plan().workflow == nullptr) return false;
  const std::string prefix = taken.path().text() + ".";
  if (!earlier_.frames.contains(prefix) && !(recovery_ && recovery_->has_frame(prefix))) return false;
  ++taken.node.state().active;
  if (taken.node.plan().mapped || prepare(taken.node, &Frame::bind)) open_frame(taken);
  return true;
}

void Driver::close_frame(Frame& frame) {
  const FrameElement by = frame.run_by();
  std::optional<std::vector<OutputValue>> outputs;
  if (frame.outcome() == Outcome::succeeded) outputs = try_outputs(frame);
  Outcome outcome = frame.outcome();
  if (frame.has_failed_over_outputs()) {
    const NodePath failed = frame.failed_as();
    end_frame(frame, outcome);
    return fail_as({by.frame, by.node}, failed, frame.failure());
  }
  end_frame(frame, outcome);
  NodeOf node{by.frame, by.node};
  end_total(node.path(by.element));
  if (outcome == Outcome::succeeded) return finish_execution(node, by.element, *outputs);
  if (outcome == Outcome::failed) {
    ++node.state().failed;
    decide(node, frame.failure());
  } else {
    ++node.state().left_out;
  }
  execution_over(node);
}

void Driver::end_frame(Frame& frame, Outcome outcome) {
  end_totals(frame);
  push_result(FrameClosed{place_of(frame.run_by()), state_of(outcome)}, urgency());
  std::erase_if(temporary_, [&](const auto& known) { return known.first.frame == &frame; });
  auto own = frames_.extract({frame.run_by().frame, &frame});
  closed_.push_back(std::move(own.mapped()));
}

}  // namespace wf
