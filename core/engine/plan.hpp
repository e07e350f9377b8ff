// A workflow compiled for running: nodes by number, who waits for whom, and where each input comes from.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/definition/model.hpp"
#include "core/engine/cache_key.hpp"

namespace wf {

using NodeIndex = std::uint32_t;

// A task as its executions share it.
struct PlanTask {
  const Task* task = nullptr;
  TaskKey key;
};

struct PlanInput {
  const Binding* binding = nullptr;  // nullptr: the port's default, or null
  bool mapped = false;
};

struct PlanNode {
  const Node* node = nullptr;
  const PlanTask* task = nullptr;
  std::vector<PlanInput> inputs;      // in the order of the task's inputs
  std::vector<NodeIndex> successors;  // each once
  std::uint32_t predecessors = 0;     // how many distinct nodes it waits for
  bool mapped = false;
};

struct Plan {
  const Workflow* workflow = nullptr;
  std::vector<std::unique_ptr<PlanTask>> tasks;
  std::vector<PlanNode> nodes;  // in a topological order, ties in the workflow's own order
};

// `workflow` must outlive the plan.
Plan make_plan(const Workflow& workflow, const std::string& platform);

}  // namespace wf
