#include "core/engine/plan.hpp"

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "core/definition/temporary.hpp"

namespace wf {

namespace {

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

// All nodes, and for on_exit also on_failure.
std::vector<NodeIndex> all_before(Hook hook, const Names& names) {
  std::vector<NodeIndex> found;
  for (const auto& [name, index] : names) {
    if (hook_of(name) < hook) found.push_back(index);
  }
  std::sort(found.begin(), found.end());
  return found;
}

// The distinct nodes that `node` waits for, by their place in the workflow.
std::vector<NodeIndex> predecessors_of(const PlanNode& node, const Names& names) {
  std::vector<NodeIndex> found;
  each_predecessor(*node.node, [&](const std::string& name) { found.push_back(names.at(name)); });
  if (node.node->hook != Hook::none) return all_before(node.node->hook, names);
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

// Who reads what is temporary, by the places the nodes have now.
void note_readers(const std::vector<TemporaryOutputs>& temporary, const std::vector<NodeIndex>& place,
                  std::vector<PlanNode>& nodes) {
  for (std::size_t old = 0; old < temporary.size(); ++old) {
    PlanNode& node = nodes[place[old]];
    node.temporary = temporary[old].spent;
    for (std::size_t reader : temporary[old].readers) {
      node.readers.push_back(place[reader]);
      nodes[place[reader]].reads.push_back(place[old]);
    }
  }
}

// In a topological order, each with the numbers of those behind it.
std::vector<PlanNode> arranged(std::vector<PlanNode> nodes, const std::vector<TemporaryOutputs>& temporary) {
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
  note_readers(temporary, place, out);
  return out;
}

}  // namespace

Plans::Plans(const Workflow& workflow, const Digest& version, Environments environments)
    : environments_(std::move(environments)), root_(add(workflow, version)) {}

void Plans::run_used(const UsedVersion& used, PlanNode& out) {
  const Plan* plan = add(*used.workflow, used.version);
  out.ports = &used.inputs;
  out.outputs = &used.outputs;
  if (used.task.empty()) {
    out.workflow = plan;
    return;
  }
  auto meant = [&](const auto& one) { return one->task->name == used.task; };
  out.task = std::find_if(plan->tasks.begin(), plan->tasks.end(), meant)->get();
}

PlanNode Plans::planned(const Node& node, const Tasks& tasks) {
  static const std::vector<Port> k_none;
  PlanNode out;
  out.node = &node;
  out.mapped = !node.map.empty();
  if (node.used) {
    run_used(*node.used, out);
  } else if (!node.task.empty()) {
    out.task = tasks.at(node.task);
    out.ports = &out.task->task->inputs;
    out.outputs = &outputs_of(*out.task->task);
  } else {
    for (const Node& one : node.cases) out.cases.push_back(planned(one, tasks));  // a gate has none
    out.ports = &k_none;
    out.outputs = &node.outputs;
  }
  out.inputs = inputs_of(node, *out.ports);
  return out;
}

const Plan* Plans::find(const Digest& version) const {
  auto known = plans_.find(version);
  return known == plans_.end() ? nullptr : known->second.get();
}

std::set<std::string> Plans::unknown_images(const Plan& plan) const {
  std::set<std::string> unknown;
  std::set<const Plan*> seen;
  std::vector<const Plan*> open{&plan};
  const auto visit = [&](const PlanNode& node) {
    if (node.workflow != nullptr) open.push_back(node.workflow);
    if (node.task != nullptr) open.push_back(node.task->plan);
  };
  while (!open.empty()) {
    const Plan* one = open.back();
    open.pop_back();
    if (!seen.insert(one).second) continue;
    for (const auto& task : one->tasks)
      if (!task->task->image.empty() && environments_.find(task->task->image) == nullptr)
        unknown.insert(task->task->image);
    for (const PlanNode& node : one->nodes) {
      visit(node);
      for (const PlanNode& chosen : node.cases) visit(chosen);
    }
  }
  return unknown;
}

void Plans::learn(const std::vector<ImageIdentity>& images) {
  std::set<std::string_view> learned;
  for (const ImageIdentity& image : images) {
    if (environments_.find(image.reference) != nullptr) continue;
    environments_.images.push_back(image);
    learned.insert(image.reference);
  }
  for (auto& [version, plan] : plans_) {
    for (const auto& task : plan->tasks) {
      if (!learned.contains(task->task->image)) continue;
      task->key = TaskKey(*task->task, environments_.part_of(*task->task));
      task->wanted = environments_.wanted_of(*task->task);
    }
  }
}

const Plan& Plans::add(std::shared_ptr<const Workflow> workflow, const Digest& version) {
  if (const Plan* known = find(version)) return *known;
  kept_.push_back(std::move(workflow));
  return *add(*kept_.back(), version);
}

const Plan* Plans::add(const Workflow& workflow, const Digest& version) {
  if (const Plan* known = find(version)) return known;
  auto plan = std::make_unique<Plan>();
  plan->workflow = &workflow;
  plan->version = version;
  Tasks tasks;
  for (const Task& task : workflow.tasks) {
    plan->tasks.push_back(std::make_unique<PlanTask>(PlanTask{
        &task, TaskKey(task, environments_.part_of(task)), plan.get(), environments_.wanted_of(task)}));
    tasks.emplace(task.name, plan->tasks.back().get());
  }
  std::vector<PlanNode> nodes;
  nodes.reserve(workflow.nodes.size());
  for (const Node& node : workflow.nodes) nodes.push_back(planned(node, tasks));
  plan->nodes = arranged(std::move(nodes), temporary_outputs(workflow));
  return plans_.emplace(version, std::move(plan)).first->second.get();
}

}  // namespace wf
