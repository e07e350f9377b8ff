// A frame as a prediction walks it.
#pragma once
#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

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

  bool is_sure_to_fail(NodeIndex node) const {
    return std::any_of(failed.begin(), failed.end(), [&](const SureFailure& one) { return one.node == node; });
  }
};

// What the outputs of a node hang on, execution by execution.
struct FrameOutputs {
  std::vector<Unknown> unknown;
  bool running = false;  // something in it runs, or may

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
