// A frame as a prediction walks it.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "core/engine/frame.hpp"
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
  std::vector<NodeIndex> failed;  // nodes that are sure to fail
};

}  // namespace wf
