#include "core/engine/plan.hpp"

#include <algorithm>
#include <deque>
#include <unordered_map>

namespace wf {

namespace {

const Binding* find_binding(const std::vector<std::pair<std::string, Binding>>& bindings,
                            const std::string& name) {
  for (const auto& [input, binding] : bindings) {
    if (input == name) return &binding;
  }
  return nullptr;
}

std::vector<PlanInput> inputs_of(const Node& node, const Task& task) {
  std::vector<PlanInput> inputs;
  inputs.reserve(task.inputs.size());
  for (const Port& port : task.inputs) {
    if (const Binding* mapped = find_binding(node.map, port.name))
      inputs.push_back({mapped, true});
    else
      inputs.push_back({find_binding(node.with, port.name), false});
  }
  return inputs;
}

using Names = std::unordered_map<std::string_view, NodeIndex>;

// The distinct nodes that `node` waits for, by their place in the workflow.
std::vector<NodeIndex> predecessors_of(const PlanNode& node, const Names& names) {
  std::vector<NodeIndex> found;
  each_predecessor(*node.node, [&](const std::string& name) { found.push_back(names.at(name)); });
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

// Kahn's algorithm; the checker has refused cycles, so every node is placed.
std::vector<NodeIndex> topological_order(const std::vector<std::vector<NodeIndex>>& successors,
                                         std::vector<std::uint32_t> waiting) {
  std::deque<NodeIndex> ready;
  for (NodeIndex i = 0; i < waiting.size(); ++i) {
    if (waiting[i] == 0) ready.push_back(i);
  }
  std::vector<NodeIndex> order;
  order.reserve(waiting.size());
  while (!ready.empty()) {
    NodeIndex node = ready.front();
    ready.pop_front();
    order.push_back(node);
    for (NodeIndex next : successors[node]) {
      if (--waiting[next] == 0) ready.push_back(next);
    }
  }
  return order;
}

}  // namespace

Plan make_plan(const Workflow& workflow, const std::string& platform) {
  Plan plan;
  plan.workflow = &workflow;
  std::unordered_map<std::string_view, const PlanTask*> tasks;
  for (const Task& task : workflow.tasks) {
    plan.tasks.push_back(std::make_unique<PlanTask>(PlanTask{&task, TaskKey(task, platform)}));
    tasks.emplace(task.name, plan.tasks.back().get());
  }
  Names names;
  std::vector<PlanNode> nodes(workflow.nodes.size());
  for (NodeIndex i = 0; i < nodes.size(); ++i) {
    const Node& node = workflow.nodes[i];
    names.emplace(node.name, i);
    nodes[i].node = &node;
    nodes[i].task = tasks.at(node.task);
    nodes[i].inputs = inputs_of(node, *nodes[i].task->task);
    nodes[i].mapped = !node.map.empty();
  }
  std::vector<std::vector<NodeIndex>> successors(nodes.size());
  std::vector<std::uint32_t> waiting(nodes.size());
  for (NodeIndex i = 0; i < nodes.size(); ++i) {
    for (NodeIndex before : predecessors_of(nodes[i], names)) {
      successors[before].push_back(i);
      ++waiting[i];
    }
  }
  std::vector<NodeIndex> order = topological_order(successors, waiting);
  std::vector<NodeIndex> place(nodes.size());
  for (NodeIndex i = 0; i < order.size(); ++i) place[order[i]] = i;
  plan.nodes.reserve(nodes.size());
  for (NodeIndex old : order) {
    PlanNode& node = plan.nodes.emplace_back(std::move(nodes[old]));
    node.predecessors = waiting[old];
    for (NodeIndex next : successors[old]) node.successors.push_back(place[next]);
  }
  return plan;
}

}  // namespace wf
