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

std::vector<PlanInput> inputs_of(const Node& node, const std::vector<Port>& ports) {
  std::vector<PlanInput> inputs;
  inputs.reserve(ports.size());
  for (const Port& port : ports) {
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

// In a topological order, each with the numbers of those behind it.
std::vector<PlanNode> arranged(std::vector<PlanNode> nodes) {
  Names names;
  for (NodeIndex i = 0; i < nodes.size(); ++i) names.emplace(nodes[i].node->name, i);
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
  std::vector<PlanNode> out;
  out.reserve(nodes.size());
  for (NodeIndex old : order) {
    PlanNode& node = out.emplace_back(std::move(nodes[old]));
    node.predecessors = waiting[old];
    for (NodeIndex next : successors[old]) node.successors.push_back(place[next]);
  }
  return out;
}

}  // namespace

Plans::Plans(const Workflow& workflow, const Digest& version, std::string platform)
    : platform_(std::move(platform)), root_(add(workflow, version)) {}

const Plan* Plans::add(const Workflow& workflow, const Digest& version) {
  auto known = plans_.find(version);
  if (known != plans_.end()) return known->second.get();
  auto plan = std::make_unique<Plan>();
  plan->workflow = &workflow;
  plan->version = version;
  std::unordered_map<std::string_view, const PlanTask*> tasks;
  for (const Task& task : workflow.tasks) {
    plan->tasks.push_back(std::make_unique<PlanTask>(PlanTask{&task, TaskKey(task, platform_)}));
    tasks.emplace(task.name, plan->tasks.back().get());
  }
  std::vector<PlanNode> nodes(workflow.nodes.size());
  for (NodeIndex i = 0; i < nodes.size(); ++i) {
    const Node& node = workflow.nodes[i];
    PlanNode& planned = nodes[i];
    planned.node = &node;
    if (node.workflow) {
      planned.workflow = add(*node.workflow->workflow, node.workflow->version);
      planned.ports = &node.workflow->inputs;
      planned.outputs = &node.workflow->outputs;
    } else {
      planned.task = tasks.at(node.task);
      planned.ports = &planned.task->task->inputs;
      planned.outputs = &planned.task->task->outputs;
    }
    planned.inputs = inputs_of(node, *planned.ports);
    planned.mapped = !node.map.empty();
  }
  plan->nodes = arranged(std::move(nodes));
  return plans_.emplace(version, std::move(plan)).first->second.get();
}

}  // namespace wf
