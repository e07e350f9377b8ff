#include "core/definition/handed_on.hpp"

namespace wf {

namespace {

const std::vector<Port>& inputs_of(const Workflow& workflow, const Node& node) {
  return node.used ? node.used->inputs : task_of(workflow, node)->inputs;
}

template <typename Visit>
void each_reference_of(const Node& node, const Visit& visit) {
  for (const auto* bindings : {&node.with, &node.map})
    for (const auto& [input, binding] : *bindings) each_reference(binding, visit);
  if (node.when) each_reference(*node.when, visit);
  if (node.gate) each_reference(node.gate->value, visit);
  for (const Node& one : node.cases) each_reference_of(one, visit);
}

}  // namespace

void HandedOn::note_node(const Workflow& workflow, std::size_t at, Uses& uses) {
  const Node& node = workflow.nodes[at];
  each_reference_of(node, [&](const Reference& one) { uses.readers[{one.root, one.name}].insert(at); });
  each_choice(node, [&](const Node& one) {
    if (!runs_workflow(workflow, one)) return;
    for (const auto* bindings : {&one.with, &one.map}) {
      for (const auto& [input, binding] : *bindings) {
        const Port* port = find_port(inputs_of(workflow, one), input);
        if (port == nullptr || !port->type.has_content()) continue;
        each_reference(binding, [&](const Reference& taken) {
          uses.taken[{taken.root, taken.name}].push_back({&one, input});
        });
      }
    }
  });
}

HandedOn::Uses& HandedOn::uses_of(const Workflow& workflow) {
  auto [found, is_new] = uses_.try_emplace(&workflow);
  Uses& uses = found->second;
  if (!is_new) return uses;
  for (std::size_t i = 0; i < workflow.nodes.size(); ++i) note_node(workflow, i, uses);
  for (const WorkflowOutput& output : workflow.outputs) {
    if (!output.type.has_content()) continue;
    each_reference(output.binding, [&](const Reference& one) {
      uses.given[{one.root, one.name}].insert(output.name);
    });
  }
  return uses;
}

std::set<Named> HandedOn::holders(const Workflow& workflow, const Named& from) {
  std::set<Named> found{from};
  std::vector<Named> open{from};
  while (!open.empty()) {
    const Named at = std::move(open.back());
    open.pop_back();
    for (const Taken& taken : uses_of(workflow).taken[at]) {
      for (const std::string& output : handed_on(workflow, taken)) {
        if (found.emplace(taken.node->name, output).second) open.emplace_back(taken.node->name, output);
      }
    }
  }
  return found;
}

// The outputs of a node that may be what that input is given.
std::set<std::string> HandedOn::handed_on(const Workflow& workflow, const Taken& taken) {
  const UsedVersion* used = used_workflow(*taken.node);
  if (used != nullptr && used->workflow) return given_of_input(*used->workflow, taken.input);
  std::set<std::string> any;
  for (const Port& port : outputs_of(workflow, *taken.node))
    if (port.type.has_content()) any.insert(port.name);
  return any;
}

const std::set<std::string>& HandedOn::given_of_input(const Workflow& workflow, const std::string& input) {
  auto [found, is_new] = given_of_input_.try_emplace({&workflow, input});
  if (!is_new) return found->second;
  for (const Named& held : holders(workflow, {"inputs", input})) {
    const std::set<std::string>& given = uses_of(workflow).given[held];
    found->second.insert(given.begin(), given.end());
  }
  return found->second;
}

}  // namespace wf
