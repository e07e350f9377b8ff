// A frame as a prediction walks it.
#pragma once
#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/engine/cache_reader.hpp"
#include "core/engine/frame.hpp"
#include "core/engine/sure_failure.hpp"
#include "core/engine/unknowns.hpp"

namespace wf {

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
  std::vector<SureFailure> failed;
  bool outputs_tried = false;
  std::unordered_map<NodeIndex, SureFailure::When> latest;  // of the nodes of which something is sure to fail

  bool is_sure_to_fail(NodeIndex node) const {
    return std::any_of(failed.begin(), failed.end(), [&](const SureFailure& one) { return one.node == node; });
  }
};

// What the outputs of a frame hang on.
Hangs outputs_hang_on(const Level& level);
// Those outputs of what a node runs that are known; what the others hang on goes to `hangs`, by the node's
// outputs. Throws Error(Exit::run_failed).
std::vector<OutputValue> known_outputs(Level& inner, const PlanNode& planned, std::vector<Hangs>& hangs);

inline std::int64_t element_of(const PlanNode& planned, std::int64_t i) {
  return planned.mapped ? i : k_no_element;
}
// What the choice among the cases of a node hangs on, if there is one.
Hangs cases_hang_on(const Level& level, NodeIndex node);
// Elements begin in their order: as many as have to succeed are sure to begin. With a limit of its own a
// node may begin later ones before one that was put back.
bool may_not_be_needed(const Frame& frame, NodeIndex node, std::int64_t i);
// Whether enough elements may have succeeded while one is under way: of a workflow not all is run then.
bool may_be_stopped(const Frame& frame, NodeIndex node);
// Whether something in a frame runs, or may, on which its end hangs: one that is sure to fail does so
// whatever else runs in it.
bool may_end_otherwise(const Level& level, std::span<const PredictedExecution> inside);
// When an execution fails that could not begin. What needs room or tokens may have to wait for those first,
// and a secret is looked for by what has begun.
SureFailure::When when_not_begun(const PlanNode& node, const Error& problem);

// What an execution was found to give: nothing yet, and what that hangs on, or a result.
struct Answer {
  std::size_t number = 0;  // in the list
  Hangs hangs;
  std::optional<CachedResult> hit;
  bool failed = false;
};

// What the outputs of a node hang on, execution by execution.
struct FrameOutputs {
  std::vector<Unknown> unknown;
  bool running = false;  // something in it runs, or may, on which its end hangs

  void add(const PlanNode& planned, const std::vector<Hangs>& hangs) {
    for (std::size_t o = 0; o < unknown.size(); ++o) {
      if (planned.mapped)
        unknown[o].elements.push_back(hangs[o]);
      else
        unknown[o].whole = hangs[o];
    }
  }
};

}  // namespace wf
