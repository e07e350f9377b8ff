#include "core/engine/prediction.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "core/base/text.hpp"
#include "core/definition/run_size.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/emissions.hpp"
#include "core/engine/partial_inputs.hpp"
#include "core/engine/prediction_level.hpp"
#include "core/engine/same_results.hpp"
#include "core/engine/sleep.hpp"
#include "core/engine/sure_failure.hpp"

namespace wf {

namespace {

// Executions that the cache is asked for at once: more take much memory, fewer more time.
constexpr std::size_t k_most_asked = 16'384;

using When = SureFailure::When;

class Predictor {
 public:
  Predictor(Store& store, Plans& plans, const PredictionRequest& request)
      : plans_(plans),
        emissions_(plans, store.blobs()),
        cache_(store, request.scope, request.cache, request.verify),
        start_(store, request.ground),
        request_(request) {}

  std::vector<PredictedExecution> predict(const std::vector<RunInput>& inputs) {
    try_outputs(walk(plans_.root(), "", inputs, {}, {}));
    same_.settle(found_);
    return std::move(found_);
  }

 private:
  Level& walk(const Plan& plan, std::string prefix, const std::vector<RunInput>& inputs,
              std::unordered_map<std::string, Unknown> unknown, const FrameElement& run_by) {
    std::size_t begin = found_.size();
    levels_.push_back(std::make_unique<Level>(plan, std::move(prefix), inputs, std::move(unknown), run_by));
    Level& level = *levels_.back();
    for (NodeIndex node = 0; node < plan.nodes.size(); ++node) visit(level, node);
    if (!level.failed.empty() && level.frame.fails_fast())
      doubt_others(level.frame, level.failed, std::span(found_).subspan(begin));
    return level;
  }

  // Once all else has ended, before what is run at the end: that is told when they cannot be put together.
  void try_outputs(Level& level) {
    if (std::exchange(level.outputs_tried, true) || level.frame.outcome() != Outcome::succeeded) return;
    if (level.frame.run_by().frame == nullptr) add_outputs(level);
    if (!outputs_hang_on(level)) static_cast<void>(level.frame.try_outputs());
  }

  // What the run gives, where that is sure to be nothing.
  void add_outputs(Level& root) {
    try {
      for (const WorkflowOutput& output : root.frame.plan().workflow->outputs)
        if (!root.unknowns.of(output.binding).all())
          root.frame.values().evaluate(output.binding, output.type);
    } catch (const Error& error) {
      if (error.code().exit != Exit::run_failed) throw;
      PredictedExecution& one = found_.emplace_back();
      one.path = root.frame.failed_as();
      one.plan = &root.frame.plan();
      one.fate = Fate::fail;
      one.cause = make_cause(error.code(), with_hint(error), one.path);
    }
  }

  void visit(Level& level, NodeIndex node) {
    Frame& frame = level.frame;
    const Node& definition = *frame.node(node).node;
    const Before& before = level.before[node];
    const bool at_end = definition.hook != Hook::none;
    if (at_end) try_outputs(level);
    Frame::Verdict verdict = frame.verdict(node);
    if (verdict == Frame::Verdict::block) {
      add(level, node, k_no_element, Fate::never);
      return end(level, node, Outcome::blocked);
    }
    // Over the outputs it fails if nothing else has failed before.
    bool is_sure = verdict == Frame::Verdict::run && !frame.has_failed_over_outputs();
    bool if_failed = !is_sure && definition.run_if == RunIf::any_failed;
    if (Hangs hangs = if_failed ? united(before.may_fail) : nullptr) return maybe(level, node, hangs);
    if (Hangs hangs = if_failed && at_end ? outputs_hang_on(level) : nullptr)
      return maybe(level, node, hangs);
    if (verdict == Frame::Verdict::skip) return skip(level, node);
    bool skips_along = definition.run_if == RunIf::all_success;
    if (Hangs hangs = skips_along ? united(before.may_skip) : nullptr) return maybe(level, node, hangs);
    if (Hangs hangs = definition.when ? level.unknowns.of(*definition.when) : nullptr)
      return maybe(level, node, hangs);
    When when = When::released;
    try {
      frame.judge(node);
      if (!frame.state(node).wanted) return skip(level, node);
      if (Hangs hangs = cases_hang_on(level, node)) return may_choose(level, node, hangs);
      frame.choose(node);
      if (definition.gate)
        wait(level, node, when);
      else
        run(level, node, when);
    } catch (const Error& error) {
      if (error.code().exit != Exit::run_failed) throw;
      NodeState& state = frame.state(node);
      state.total = state.needed = 1;
      fail(level, node, k_no_element, error, when);
      end(level, node, Outcome::failed);
    }
  }

  // What is skipped is none, as in a run. Beyond the bound it throws, which reaches the caller of all this.
  PredictedExecution& add(Level& level, NodeIndex node, std::int64_t element, Fate fate) {
    if (fate != Fate::skip && ++counted_ + static_cast<std::int64_t>(levels_.size()) > k_most_executions)
      throw too_many_executions();
    PredictedExecution& one = found_.emplace_back();
    one.path = level.frame.path(node, element);
    one.plan = &level.frame.plan();
    one.node = &level.frame.node(node);
    one.fate = fate;
    return one;
  }

  void add_unknown(Level& level, NodeIndex node, std::int64_t element, Doubt doubt, const Hangs& hangs) {
    PredictedExecution& one = add(level, node, element, Fate::unknown);
    one.doubt = doubt;
    one.until.assign(hangs->begin(), hangs->end());
  }

  void end(Level& level, NodeIndex node, Outcome outcome) {
    bool goes_along = level.frame.plan().nodes[node].node->run_if == RunIf::all_success;
    const Before& before = level.before[node];
    end(level, node, outcome, goes_along ? united(before.may_skip) : nullptr,
        goes_along ? united(before.may_fail) : nullptr);
  }
  void end(Level& level, NodeIndex node, Outcome outcome, const Hangs& may_skip, const Hangs& may_fail) {
    for (NodeIndex next : level.frame.plan().nodes[node].successors) {
      level.before[next].may_skip.push_back(may_skip);
      level.before[next].may_fail.push_back(may_fail);
    }
    level.frame.end(node, outcome);
  }
  // Of a node of which something runs, or may run.
  void end_running(Level& level, NodeIndex node, const Hangs& may_skip = nullptr) {
    end(level, node, Outcome::succeeded, may_skip, hanging_on(level.frame.path(node).text()));
  }

  void skip(Level& level, NodeIndex node) {
    add(level, node, k_no_element, Fate::skip).cause = level.frame.skip_cause(node);
    end(level, node, Outcome::skipped);
  }

  void fail(Level& level, NodeIndex node, std::int64_t element, const Error& error, When when) {
    Json cause = make_cause(error.code(), with_hint(error), level.frame.path(node, element));
    note_failure(level, {node, element, when}, cause);
    add(level, node, element, Fate::fail).cause = std::move(cause);
  }

  // A node fails as late as the latest of those that it fails with.
  void note_failure(Level& level, SureFailure failure, const Json& cause) {
    When& latest = level.latest[failure.node];
    failure.when = latest = std::max(latest, failure.when);
    ++level.frame.state(failure.node).failed;
    if (level.frame.can_succeed(failure.node)) return;
    if (!level.is_sure_to_fail(failure.node)) level.failed.push_back(failure);
    level.frame.note_failed(cause);
  }

  // Of its node it alone fails, whatever the others are given.
  bool refuse(Level& level, const FrameElement& place) {
    const Error* refusal = level.frame.refusal(place.node, place.element);
    if (refusal != nullptr) fail(level, place.node, place.element, *refusal, When::taken);
    return refusal != nullptr;
  }

  // One that may be skipped, whatever it runs.
  void maybe(Level& level, NodeIndex node, const Hangs& hangs) {
    add_unknown(level, node, k_no_element, Doubt::condition, hangs);
    try {
      doubt(level, node, PartialInputs(level.frame, node, level.unknowns).known_by_all());
    } catch (const Error& error) {
      if (error.code().exit != Exit::run_failed) throw;
      same_.add_doubtful({&level.frame, node, k_no_element}, level.frame.node(node));
    }
    set_outputs(level, node, {hangs, {}});
    end_running(level, node, hangs);
  }

  // Notes what a node of which nothing more is known may come to ask for.
  void doubt(Level& level, NodeIndex node, const std::vector<const Json*>& values) {
    const PlanNode& planned = level.frame.node(node);
    FrameElement place{&level.frame, node, k_no_element};
    if (planned.task != nullptr && !planned.task->task->promised)
      same_.add_doubtful(place, *planned.task, values);
    else
      same_.add_doubtful(place, planned);
  }

  void set_outputs(Level& level, NodeIndex node, const Unknown& unknown) {
    for (const Port& port : *level.frame.plan().nodes[node].outputs)
      level.unknowns.set(node, port.name, unknown);
  }

  void may_choose(Level& level, NodeIndex node, const Hangs& hangs) {
    add_unknown(level, node, k_no_element, Doubt::choice, hangs);
    same_.add_doubtful({&level.frame, node, k_no_element}, level.frame.node(node));
    set_outputs(level, node, {hangs, {}});
    end_running(level, node);
  }

  // What it is given is known when it has let the run go on.
  void wait(Level& level, NodeIndex node, When& when) {
    when = When::taken;
    const Gate& gate = *level.frame.node(node).node->gate;
    if (level.unknowns.of(gate.value).is_known()) {
      const Json value = level.frame.gate_value(node);
      auto late = gate.kind == Gate::Kind::sleep ? why_too_long(gate, value) : std::nullopt;
      when = When::later;
      if (late) throw Error(codes::k_gate_timeout, *late);
    }
    add(level, node, k_no_element, Fate::wait);
    set_outputs(level, node, {hanging_on(level.frame.path(node).text()), {}});
    end_running(level, node);
  }

  // `when` is set to when it fails with what is thrown.
  void run(Level& level, NodeIndex node, When& when) {
    const PlanNode& planned = level.frame.node(node);
    if (!planned.mapped) when = When::taken;
    PartialInputs inputs(level.frame, node, level.unknowns);
    when = When::released;
    if (Hangs hangs = inputs.length()) {
      add_unknown(level, node, k_no_element, Doubt::length, hangs);
      doubt(level, node, inputs.known_by_all());
      set_outputs(level, node, {hangs, {}});
      return end_running(level, node);
    }
    level.frame.count(node);
    if (level.frame.state(node).total == 0) {
      add(level, node, k_no_element, Fate::nothing);
      return end(level, node, Outcome::succeeded);
    }
    bool frames = planned.workflow != nullptr || planned.task->task->promised;
    if (frames && may_be_stopped(level.frame, node))
      leave_all_open(level, node);
    else if (planned.workflow != nullptr)
      run_workflow(level, node, inputs);
    else
      run_task(level, node, inputs);
  }

  // ---- tasks

  void run_task(Level& level, NodeIndex node, const PartialInputs& inputs) {
    if (level.frame.node(node).task->task->promised) return run_dynamic(level, node, inputs);
    std::vector<Answer> answers = ask(level, node, inputs);
    std::vector<Hangs> outputs;
    for (Answer& one : answers) {
      if (one.hit) level.frame.values().set(node, found_[one.number].path.element, one.hit->outputs);
      outputs.push_back(std::move(one.hangs));
    }
    if (level.is_sure_to_fail(node)) return end(level, node, Outcome::failed);
    finish_task(level, node, std::move(outputs));
  }

  // One for each execution of the node.
  std::vector<Answer> ask(Level& level, NodeIndex node, const PartialInputs& inputs) {
    Frame& frame = level.frame;
    const PlanNode& planned = frame.node(node);
    std::vector<Answer> answers;
    std::vector<CacheQuestion> questions;
    std::vector<std::size_t> asked;
    auto ask_these = [&] {
      std::vector<CacheAnswer> found = cache_.ask(std::exchange(questions, {}));
      for (std::size_t i = 0; i < asked.size(); ++i)
        settle(level, {&frame, node, found_[answers[asked[i]].number].path.element}, std::move(found[i]),
               answers[asked[i]]);
      asked.clear();
    };
    for (std::int64_t i = 0; i < frame.state(node).total; ++i) {
      std::int64_t element = element_of(planned, i);
      bool enough = may_not_be_needed(frame, node, i);
      if (!enough && refuse(level, {&frame, node, element})) {
        answers.push_back({found_.size() - 1, nullptr, {}, true});
        continue;
      }
      Hangs hangs = enough ? hanging_on(frame.path(node).text()) : inputs.missing(element);
      answers.push_back({found_.size(), hangs, {}});
      if (!hangs) {
        add(level, node, element, Fate::run);
        questions.push_back({planned.task, frame.inputs(node, element)});
        asked.push_back(answers.size() - 1);
        if (asked.size() == k_most_asked) ask_these();
        continue;
      }
      add_unknown(level, node, element, enough ? Doubt::enough : Doubt::input, hangs);
      same_.add_doubtful({&frame, node, element}, *planned.task, inputs.known(element));
    }
    ask_these();
    return answers;
  }

  void settle(Level& level, const FrameElement& place, CacheAnswer found, Answer& answer) {
    PredictedExecution& one = found_[answer.number];
    one.offer = std::move(found.offer);
    if (found.hit) {
      one.fate = Fate::reuse;
      one.artifact = found.hit->artifact;
      one.producer = found.hit->producer;
      answer.hit = std::move(found.hit);
      return;
    }
    if (auto problem = start_.problem(level.frame.node(place.node), level.frame.inputs(place.node, place.element))) {
      one.fate = Fate::fail;
      one.cause = make_cause(problem->code(), with_hint(*problem), one.path);
      answer.failed = true;
      When when = when_not_begun(level.frame.node(place.node), *problem);
      return note_failure(level, {place.node, place.element, when}, one.cause);
    }
    bool shares = one.offer && request_.cache != CacheUse::refresh;
    std::size_t maker = shares ? same_.add(answer.number, place, one.offer->key) : answer.number;
    answer.hangs = hanging_on(found_[maker].path.text());
  }

  void finish_task(Level& level, NodeIndex node, std::vector<Hangs> outputs) {
    bool known = std::none_of(outputs.begin(), outputs.end(), [](const Hangs& one) { return one; });
    if (known) return end(level, node, Outcome::succeeded);
    bool mapped = level.frame.node(node).mapped;
    set_outputs(level, node, mapped ? Unknown{nullptr, std::move(outputs)} : Unknown{outputs.front(), {}});
    end_running(level, node);
  }

  // ---- workflows that nodes run

  void run_workflow(Level& level, NodeIndex node, const PartialInputs& inputs) {
    Frame& frame = level.frame;
    const PlanNode& planned = frame.node(node);
    FrameOutputs outputs{std::vector<Unknown>(planned.outputs->size())};
    for (std::int64_t i = 0; i < frame.state(node).total; ++i) {
      FrameElement place{&frame, node, element_of(planned, i)};
      bool refused = refuse(level, place);
      outputs.add(planned, refused ? std::vector<Hangs>(planned.outputs->size())
                                   : open(level, place, inputs, outputs.running));
    }
    finish_frames(level, node, std::move(outputs));
  }

  void leave_all_open(Level& level, NodeIndex node) {
    const PlanNode& planned = level.frame.node(node);
    FrameOutputs outputs{std::vector<Unknown>(planned.outputs->size()), true};
    for (std::int64_t i = 0; i < level.frame.state(node).total; ++i)
      outputs.add(planned, leave_open(level, {&level.frame, node, element_of(planned, i)}));
    finish_frames(level, node, std::move(outputs));
  }

  // What its definition does is known where the definition is. Else it may run any task of the workflow that
  // its own belongs to.
  void run_dynamic(Level& level, NodeIndex node, const PartialInputs& inputs) {
    const PlanNode& planned = level.frame.node(node);
    FrameOutputs outputs{std::vector<Unknown>(planned.outputs->size())};
    for (const Answer& one : ask(level, node, inputs)) {
      FrameElement place{&level.frame, node, found_[one.number].path.element};
      if (one.hit) {
        outputs.add(planned, open_emitted(level, place, one, outputs.running));
        continue;
      }
      if (one.failed) {
        outputs.add(planned, std::vector<Hangs>(planned.outputs->size()));
        continue;
      }
      same_.add_doubtful(place, planned);
      outputs.add(planned, std::vector<Hangs>(planned.outputs->size(), one.hangs));
      outputs.running = true;
    }
    finish_frames(level, node, std::move(outputs));
  }

  void finish_frames(Level& level, NodeIndex node, FrameOutputs outputs) {
    const PlanNode& planned = level.frame.node(node);
    for (std::size_t o = 0; o < outputs.unknown.size(); ++o)
      if (outputs.unknown[o].all())
        level.unknowns.set(node, (*planned.outputs)[o].name, std::move(outputs.unknown[o]));
    if (level.is_sure_to_fail(node)) return end(level, node, Outcome::failed);
    if (outputs.running)
      end_running(level, node);
    else
      end(level, node, Outcome::succeeded);
  }

  std::vector<Hangs> leave_open(Level& level, const FrameElement& place) {
    Hangs hangs = hanging_on(level.frame.path(place.node).text());
    add_unknown(level, place.node, place.element, Doubt::enough, hangs);
    same_.add_doubtful(place, level.frame.node(place.node));
    return std::vector<Hangs>(level.frame.node(place.node).outputs->size(), hangs);
  }

  std::vector<Hangs> open_emitted(Level& level, const FrameElement& place, const Answer& answer, bool& running) {
    const PlanNode& planned = level.frame.node(place.node);
    try {
      require_shallow(level.frame.path(place.node, place.element).text() + ".");
      const Plan& plan = emissions_.plan_of(*planned.task, answer.hit->outputs);
      if (request_.find_images) plans_.learn(request_.find_images(plans_.unknown_images(plan), {}));
      std::vector<RunInput> inputs = emitted_inputs(*plan.workflow, *planned.task->task,
                                                    level.frame.inputs(place.node, place.element));
      return walk_into(level, place, plan, inputs, {}, running);
    } catch (const Error& error) {
      if (error.code().exit != Exit::run_failed) throw;
      fail_emitted(level, place, "inputs", error);
      return std::vector<Hangs>(planned.outputs->size());
    }
  }

  // As the driver's.
  void fail_emitted(Level& level, const FrameElement& place, std::string_view at, const Error& error) {
    NodePath path{cat(level.frame.path(place.node, place.element).text(), ".", at), k_no_element};
    Json cause = make_cause(error.code(), with_hint(error), path);
    note_failure(level, {place.node, place.element, When::later}, cause);
    PredictedExecution& one = add(level, place.node, k_no_element, Fate::fail);
    one.path = std::move(path);
    one.cause = std::move(cause);
  }

  // What each of its outputs hangs on; `running` is set when something in it runs, or may.
  std::vector<Hangs> open(Level& level, const FrameElement& place, const PartialInputs& inputs,
                          bool& running) {
    const PlanNode& planned = level.frame.node(place.node);
    std::vector<const Json*> values = level.frame.inputs(place.node, place.element);
    std::vector<RunInput> given;
    std::unordered_map<std::string, Unknown> unknown;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Port& port = (*planned.ports)[i];
      given.push_back({port.name, port.type, *values[i], {}, {}, {}});
      Unknown own = inputs.of(i, place.element);
      if (!own.is_known()) unknown.emplace(port.name, std::move(own));
    }
    return walk_into(level, place, *planned.workflow, given, std::move(unknown), running);
  }

  std::vector<Hangs> walk_into(Level& level, const FrameElement& place, const Plan& plan,
                               const std::vector<RunInput>& inputs,
                               std::unordered_map<std::string, Unknown> unknown, bool& running) {
    NodePath path = level.frame.path(place.node, place.element);
    std::size_t begin = found_.size();
    Level& inner = walk(plan, path.text() + ".", inputs, std::move(unknown), place);
    running = running || may_end_otherwise(inner, std::span(found_).subspan(begin));
    return close(level, place, inner);
  }

  std::vector<Hangs> close(Level& level, const FrameElement& place, Level& inner) {
    std::vector<Hangs> hangs(level.frame.node(place.node).outputs->size());
    if (!inner.failed.empty()) {
      bool at_once =
          level.frame.node(place.node).workflow != nullptr && fails_at_once(inner.frame, inner.failed);
      When when = at_once ? When::taken : When::later;
      note_failure(level, {place.node, place.element, when}, inner.frame.failure());
      return hangs;
    }
    std::vector<OutputValue> known;
    try {
      known = known_outputs(inner, level.frame.node(place.node), hangs);
    } catch (const Error& error) {
      if (error.code().exit != Exit::run_failed) throw;
      if (level.frame.node(place.node).task != nullptr)
        fail_emitted(level, place, "outputs", error);
      else
        fail(level, place.node, place.element, error, When::later);
      return hangs;
    }
    level.frame.values().set(place.node, place.element, known);
    return hangs;
  }

  Plans& plans_;
  Emissions emissions_;
  CacheReader cache_;
  StartCheck start_;
  const PredictionRequest& request_;
  std::vector<std::unique_ptr<Level>> levels_;
  std::vector<PredictedExecution> found_;
  std::int64_t counted_ = 0;  // executions among them
  SameResults same_;
};

}  // namespace

Prediction predict(Store& store, const Workflow& workflow, const PredictionRequest& request) {
  Transaction snapshot(store.database(), Transaction::Mode::read);
  Prediction prediction;
  prediction.plans = std::make_unique<Plans>(workflow, request.version, request.environments);
  prediction.executions = Predictor(store, *prediction.plans, request).predict(request.inputs);
  return prediction;
}

}  // namespace wf
