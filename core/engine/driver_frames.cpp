// Workflows that nodes run: each execution of such a node is a frame of its own.
#include <utility>

#include "core/base/text.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/driver.hpp"
#include "core/engine/run_writer.hpp"

namespace wf {

namespace {

FramePlace place_of(const FrameElement& by) {
  std::string parent = by.frame->prefix();
  if (!parent.empty()) parent.pop_back();
  return {std::move(parent), {by.frame->node(by.node).node->name, by.element}};
}

RunState state_of(Outcome outcome) {
  if (outcome == Outcome::succeeded) return RunState::succeeded;
  return outcome == Outcome::failed ? RunState::failed : RunState::aborted;
}

}  // namespace

std::vector<Frame*> Driver::frames_of(const std::function<bool(const FrameElement&)>& chosen) const {
  std::vector<Frame*> found;
  for (const auto& [key, frame] : frames_) {
    if (chosen(frame->run_by())) found.push_back(frame.get());
  }
  return found;
}

// Its inputs are put together. What an earlier driver saw fail in it counts: nothing is begun then that the
// failure would have kept from beginning.
void Driver::open_frame(const Taken& taken) {
  const auto& [node, element] = taken;
  const PlanNode& plan = node.plan();
  std::vector<const Json*> values = node.frame->inputs(node.node, element);
  std::vector<RunInput> inputs;
  for (std::size_t i = 0; i < values.size(); ++i)
    inputs.push_back({(*plan.ports)[i].name, (*plan.ports)[i].type, *values[i], {}, {}, {}});
  if (!plan.mapped) node.frame->unbind(node.node);
  FrameElement run_by{node.frame, node.node, element};
  auto made = std::make_unique<Frame>(*plan.workflow, taken.path().text() + ".", inputs, run_by);
  Frame& frame = *made;
  frames_.emplace(&frame, std::move(made));
  push_result(FrameOpened{place_of(run_by), plan.workflow->version}, CommitQueue::Urgency::deferred);
  bool decided = earlier_.decided.contains(frame.prefix()) &&
                 plan.workflow->workflow->failure_policy == FailurePolicy::fail_fast;
  if (decided || node.frame->holds_up(node.node)) frame.fail();
  release(frame, frame.first_nodes());
  if (plan.workflow->nodes.empty()) close_frame(frame);
}

// Of what will not be begun: a frame in which an earlier driver saw something fail, for that to be known.
bool Driver::reopen(const Taken& taken) {
  if (taken.node.plan().workflow == nullptr) return false;
  if (!earlier_.touched.contains(taken.path().text() + ".")) return false;
  ++taken.node.state().active;
  if (taken.node.plan().mapped || prepare(taken.node, &Frame::bind)) open_frame(taken);
  return true;
}

void Driver::close_frame(Frame& frame) {
  const FrameElement by = frame.run_by();
  Outcome outcome = frame.outcome();
  std::vector<OutputValue> outputs;
  try {
    if (outcome == Outcome::succeeded) outputs = frame.outputs();
  } catch (const Error& error) {
    if (error.code().exit != Exit::run_failed) throw;
    end_frame(frame, Outcome::failed);
    return fail_execution({by.frame, by.node}, by.element, error.code(), with_hint(error));
  }
  end_frame(frame, outcome);
  NodeOf node{by.frame, by.node};
  if (outcome == Outcome::succeeded) return finish_execution(node, by.element, outputs);
  if (outcome == Outcome::failed) {
    ++node.state().failed;
    decide(node, frame.failure());
  } else {
    ++node.state().left_out;
  }
  execution_over(node);
}

void Driver::end_frame(Frame& frame, Outcome outcome) {
  push_result(FrameClosed{place_of(frame.run_by()), state_of(outcome)}, urgency());
  auto own = frames_.extract(&frame);
  closed_.push_back(std::move(own.mapped()));
}

}  // namespace wf
