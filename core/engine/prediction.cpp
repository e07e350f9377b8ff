#include "core/engine/prediction.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/engine/cause.hpp"
#include "core/engine/partial_inputs.hpp"
#include "core/engine/same_results.hpp"
#include "core/engine/sure_failure.hpp"
#include "core/engine/unknowns.hpp"

namespace wf {

namespace {

// What a node's predecessors leave open for it.
struct Before {
  std::vector<Hangs> may_skip;
  std::vector<Hangs> may_fail;
};

// A frame, with what is not known in it.
struct Level {
  Level(const Plan& plan, std::string prefix, const std::vector<RunInput>& inputs,
        std::unordered_map<std::string, Unknown> unknown, const FrameElement& run_by)
      : frame(plan, std::move(prefix), inputs, run_by),
        unknowns(plan, std::move(unknown)),
        before(plan.nodes.size()) {}

  Frame frame;
  Unknowns unknowns;
  std::vector<Before> before;
  std::vector<NodeIndex> failed;  // nodes that are sure to fail
};

class Predictor {
 public:
  Predictor(Store& store, const PredictionRequest& request)
      : cache_(store, request.scope, request.cache, request.verify), use_(request.cache) {}

  std::vector<PredictedExecution> predict(const Plan& plan, const std::vector<RunInput>& inputs) {
    walk(plan, "", inputs, {}, {});
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
    bool fails_fast = plan.workflow->failure_policy == FailurePolicy::fail_fast;
    if (!level.frame.failure().is_null() && fails_fast) doubt_others(level, begin);
    return level;
  }

  void visit(Level& level, NodeIndex node) {
    Frame& frame = level.frame;
    const Node& definition = *frame.node(node).node;
    const Before& before = level.before[node];
    Frame::Verdict verdict = frame.verdict(node);
    if (verdict == Frame::Verdict::block) {
      add(level, node, k_no_element, Fate::never);
      return end(level, node, Outcome::blocked);
    }
    bool if_failed = verdict == Frame::Verdict::skip && definition.run_if == RunIf::any_failed;
    if (Hangs hangs = if_failed ? united(before.may_fail) : nullptr) return maybe(level, node, hangs);
    if (verdict == Frame::Verdict::skip) return skip(level, node);
    bool skips_along = definition.run_if == RunIf::all_success;
    if (Hangs hangs = skips_along ? united(before.may_skip) : nullptr) return maybe(level, node, hangs);
    if (Hangs hangs = definition.when ? level.unknowns.of(*definition.when) : nullptr)
      return maybe(level, node, hangs);
    try {
      frame.judge(node);
      if (!frame.state(node).wanted) return skip(level, node);
      if (Hangs hangs = cases_hang_on(level, node)) return may_choose(level, node, hangs);
      frame.choose(node);
      if (definition.gate)
        wait(level, node);
      else
        run(level, node);
    } catch (const Error& error) {
      if (error.code().exit != Exit::run_failed) throw;
      NodeState& state = frame.state(node);
      state.total = state.needed = 1;
      fail(level, node, k_no_element, make_cause(error.code(), with_hint(error), frame.path(node)));
      end(level, node, Outcome::failed);
    }
  }

  PredictedExecution& add(Level& level, NodeIndex node, std::int64_t element, Fate fate) {
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

  void fail(Level& level, NodeIndex node, std::int64_t element, Json cause) {
    note_failure(level, node, cause);
    add(level, node, element, Fate::fail).cause = std::move(cause);
  }

  void note_failure(Level& level, NodeIndex node, const Json& cause) {
    ++level.frame.state(node).failed;
    if (level.frame.can_succeed(node)) return;
    level.failed.push_back(node);
    level.frame.note_failed(cause);
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
    if (planned.task != nullptr)
      same_.add_doubtful(place, *planned.task, values);
    else
      same_.add_doubtful(place, planned);
  }

  void set_outputs(Level& level, NodeIndex node, const Unknown& unknown) {
    for (const Port& port : *level.frame.plan().nodes[node].outputs)
      level.unknowns.set(node, port.name, unknown);
  }

  // What the choice among its cases hangs on, if there is one.
  static Hangs cases_hang_on(Level& level, NodeIndex node) {
    std::vector<Hangs> all;
    for (const PlanNode& one : level.frame.node(node).cases)
      if (one.node->when) all.push_back(level.unknowns.of(*one.node->when));
    return united(all);
  }

  void may_choose(Level& level, NodeIndex node, const Hangs& hangs) {
    add_unknown(level, node, k_no_element, Doubt::choice, hangs);
    same_.add_doubtful({&level.frame, node, k_no_element}, level.frame.node(node));
    set_outputs(level, node, {hangs, {}});
    end_running(level, node);
  }

  // What it is given is known when it has let the run go on.
  void wait(Level& level, NodeIndex node) {
    add(level, node, k_no_element, Fate::wait);
    set_outputs(level, node, {hanging_on(level.frame.path(node).text()), {}});
    end_running(level, node);
  }

  void run(Level& level, NodeIndex node) {
    PartialInputs inputs(level.frame, node, level.unknowns);
    const PlanNode& planned = level.frame.node(node);
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
    if (planned.workflow != nullptr)
      run_workflow(level, node, inputs);
    else
      run_task(level, node, inputs);
  }

  static std::int64_t element_of(const PlanNode& planned, std::int64_t i) {
    return planned.mapped ? i : k_no_element;
  }

  // Elements begin in their order: as many as have to succeed are sure to begin. With a limit of its own a
  // node may begin later ones before one that was put back.
  static bool may_not_be_needed(const Frame& frame, NodeIndex node, std::int64_t i) {
    const Each& each = frame.node(node).node->each;
    const NodeState& state = frame.state(node);
    return each.stop_early && state.needed < state.total && (i >= state.needed || each.parallelism > 0);
  }

  // ---- tasks

  void run_task(Level& level, NodeIndex node, const PartialInputs& inputs) {
    Frame& frame = level.frame;
    const PlanNode& planned = frame.node(node);
    const NodeState& state = frame.state(node);
    std::vector<Hangs> outputs(static_cast<std::size_t>(state.total));
    std::vector<CacheQuestion> questions;
    std::vector<std::int64_t> asked;
    std::size_t first = found_.size();
    for (std::int64_t i = 0; i < state.total; ++i) {
      std::int64_t element = element_of(planned, i);
      bool enough = may_not_be_needed(frame, node, i);
      Hangs hangs = enough ? hanging_on(frame.path(node).text()) : inputs.missing(element);
      if (!hangs) {
        add(level, node, element, Fate::run);
        questions.push_back({planned.task, frame.inputs(node, element)});
        asked.push_back(i);
        continue;
      }
      add_unknown(level, node, element, enough ? Doubt::enough : Doubt::input, hangs);
      same_.add_doubtful({&frame, node, element}, *planned.task, inputs.known(element));
      outputs[static_cast<std::size_t>(i)] = hangs;
    }
    std::vector<CacheAnswer> answers = cache_.ask(questions);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      std::int64_t element = element_of(planned, asked[i]);
      outputs[static_cast<std::size_t>(asked[i])] = settle(
          level, {&frame, node, element}, first + static_cast<std::size_t>(asked[i]), std::move(answers[i]));
    }
    finish_task(level, node, std::move(outputs));
  }

  // What the outputs of an execution hang on: nothing when there is a result.
  Hangs settle(Level& level, const FrameElement& place, std::size_t number, CacheAnswer answer) {
    PredictedExecution& one = found_[number];
    one.offer = std::move(answer.offer);
    if (answer.hit) {
      one.fate = Fate::reuse;
      one.artifact = answer.hit->artifact;
      one.producer = answer.hit->producer;
      level.frame.values().set(place.node, place.element, answer.hit->outputs);
      return nullptr;
    }
    bool shares = one.offer && use_ != CacheUse::refresh;
    std::size_t maker = shares ? same_.add(number, place, one.offer->key) : number;
    return hanging_on(found_[maker].path.text());
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
    const std::int64_t total = frame.state(node).total;
    std::vector<Unknown> outputs(planned.outputs->size());
    bool running = false;
    for (std::int64_t i = 0; i < total; ++i) {
      FrameElement place{&frame, node, element_of(planned, i)};
      bool enough = may_not_be_needed(frame, node, i);
      std::vector<Hangs> hangs = enough ? leave_open(level, place) : open(level, place, inputs, running);
      running = running || enough;
      for (std::size_t o = 0; o < outputs.size() && !planned.mapped; ++o) outputs[o].whole = hangs[o];
      for (std::size_t o = 0; o < outputs.size() && planned.mapped; ++o)
        outputs[o].elements.push_back(hangs[o]);
    }
    for (std::size_t o = 0; o < outputs.size(); ++o)
      if (outputs[o].all()) level.unknowns.set(node, (*planned.outputs)[o].name, std::move(outputs[o]));
    bool failed = std::find(level.failed.begin(), level.failed.end(), node) != level.failed.end();
    if (failed) return end(level, node, Outcome::failed);
    if (running)
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
    NodePath path = level.frame.path(place.node, place.element);
    std::size_t begin = found_.size();
    Level& inner = walk(*planned.workflow, path.text() + ".", given, std::move(unknown), place);
    running = running || std::any_of(found_.begin() + static_cast<std::ptrdiff_t>(begin), found_.end(),
                                     [](const PredictedExecution& one) {
                                       return one.fate == Fate::run || one.fate == Fate::wait ||
                                              one.fate == Fate::unknown;
                                     });
    return close(level, place, inner);
  }

  std::vector<Hangs> close(Level& level, const FrameElement& place, Level& inner) {
    std::vector<Hangs> hangs(level.frame.node(place.node).outputs->size());
    if (inner.frame.outcome() == Outcome::failed) {
      note_failure(level, place.node, inner.frame.failure());
      return hangs;
    }
    std::vector<OutputValue> known;
    try {
      const std::vector<WorkflowOutput>& outputs = inner.frame.plan().workflow->outputs;
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        hangs[i] = inner.unknowns.of(outputs[i].binding).all();
        if (hangs[i]) continue;
        known.push_back({outputs[i].name, outputs[i].type,
                         inner.frame.values().evaluate(outputs[i].binding, outputs[i].type)});
      }
    } catch (const Error& error) {
      if (error.code().exit != Exit::run_failed) throw;
      NodePath path = level.frame.path(place.node, place.element);
      fail(level, place.node, place.element, make_cause(error.code(), with_hint(error), path));
      return hangs;
    }
    level.frame.values().set(place.node, place.element, known);
    return hangs;
  }

  // ---- failures that are sure

  // What has not begun by then is not begun when the frame fails; only what the failing nodes need has.
  void doubt_others(Level& level, std::size_t begin) {
    const Plan& plan = level.frame.plan();
    std::vector<bool> sure = nodes_still_sure(level.frame, level.failed);
    const std::string by = level.frame.path(level.failed.front()).text();
    const std::size_t depth = level.frame.prefix().size();
    for (std::size_t i = begin; i < found_.size(); ++i) {
      PredictedExecution& one = found_[i];
      std::string_view name = std::string_view(one.path.node).substr(depth);
      if (one.fate == Fate::unknown || sure[node_named(plan, name.substr(0, name.find_first_of(".[")))])
        continue;
      one.fate = Fate::unknown;
      one.doubt = Doubt::failure;
      one.until = {by};
    }
  }

  static NodeIndex node_named(const Plan& plan, std::string_view name) {
    NodeIndex node = 0;
    while (plan.nodes[node].node->name != name) ++node;
    return node;
  }

  CacheReader cache_;
  CacheUse use_;
  std::vector<std::unique_ptr<Level>> levels_;
  std::vector<PredictedExecution> found_;
  SameResults same_;
};

}  // namespace

std::string_view fate_name(Fate fate) {
  constexpr std::array<std::string_view, 8> k_names{"run",   "reuse",   "skip", "fail",
                                                    "never", "nothing", "wait", "unknown"};
  return k_names.at(static_cast<std::size_t>(fate));
}

std::string_view doubt_name(Doubt doubt) {
  constexpr std::array<std::string_view, 7> k_names{"input",       "length", "condition", "choice",
                                                    "same_result", "enough", "failure"};
  return k_names.at(static_cast<std::size_t>(doubt));
}

Prediction predict(Store& store, const Workflow& workflow, const PredictionRequest& request) {
  Transaction snapshot(store.database(), Transaction::Mode::read);
  Prediction prediction;
  prediction.plans = std::make_unique<Plans>(workflow, request.version, host_platform());
  prediction.executions = Predictor(store, request).predict(prediction.plans->root(), request.inputs);
  return prediction;
}

}  // namespace wf
