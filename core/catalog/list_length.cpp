#include "core/catalog/list_length.hpp"

#include <algorithm>

#include "core/definition/access.hpp"
#include "core/definition/stored_text.hpp"

namespace wf {

namespace {

// Of the list that the reference names in the value it begins with.
std::optional<std::size_t> size_inside(const Json& value, const Reference& reference) {
  const Json* list = value_inside(value, reference);
  return list != nullptr && list->is_array() ? std::optional(list->as_array().size()) : std::nullopt;
}

std::optional<std::size_t> size_inside(const std::optional<Json>& value, const Reference& reference) {
  return value ? size_inside(*value, reference) : std::nullopt;
}

// Of one row with a value; nullopt when there is none.
std::optional<Json> value_in(Statement& row) {
  ResetLater reset(row);
  if (!row.step() || row.is_null(0)) return std::nullopt;
  return value_from_store(row.text(1), row.text(0), "a stored value");
}

std::optional<Json> input_value(Database& database, const RunKey& run, const std::string& name) {
  Statement& row = database.statement(
      "SELECT value, type FROM run_input WHERE project = ?1 AND domain = ?2 AND run = ?3 AND name = ?4");
  return value_in(row.bind(run.project, run.domain, run.id, name));
}

std::optional<Json> output_value(Database& database, const RunKey& run, const std::string& path,
                                 const std::string& output) {
  Statement& row = database.statement(
      "SELECT artifact FROM execution WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4 AND "
      "element = -1");
  ResetLater reset(row);
  row.bind(run.project, run.domain, run.id, path);
  if (!row.step() || row.is_null(0)) return std::nullopt;
  Statement& data = database.statement(
      "SELECT value, type FROM artifact_data WHERE project = ?1 AND domain = ?2 AND artifact = ?3 AND name = "
      "?4");
  return value_in(data.bind(run.project, run.domain, row.uuid(0), output));
}

}  // namespace

const Node& chosen_node(Database& database, const RunKey& run, const std::string& path, const Node& node) {
  if (node.cases.empty()) return node;
  Statement& row = database.statement(
      "SELECT chosen FROM choice WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4");
  ResetLater reset(row);
  row.bind(run.project, run.domain, run.id, path);
  return row.step() ? node.cases.at(static_cast<std::size_t>(row.integer(0))) : node;
}

std::optional<Json> gate_value(Database& database, const RunKey& run, const std::string& path) {
  Statement& row = database.statement(
      "SELECT value, type FROM gate WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4 AND answer "
      "= 'given'");
  return value_in(row.bind(run.project, run.domain, run.id, path));
}

std::optional<std::size_t> ListLengths::of_node(const std::string& frame, const Node& node) const {
  bool product = node.each.combine == Each::Combine::product;
  std::size_t length = 1;
  for (const auto& [input, binding] : node.map) {
    Length one = of(frame, binding);
    if (!one || !product) return one;
    length *= *one;
  }
  return length;
}

ListLengths::Length ListLengths::of(const std::string& frame, const Binding& binding) const {
  if (const auto* list = std::get_if<BindingList>(&binding.value)) return list->items.size();
  if (const auto* literal = std::get_if<Json>(&binding.value)) return size_inside(*literal, {});
  const auto* reference = std::get_if<Reference>(&binding.value);
  if (reference == nullptr) return std::nullopt;
  return reference->root == "inputs" ? of_input(frame, *reference) : of_output(frame, *reference);
}

ListLengths::Length ListLengths::of_input(const std::string& frame, const Reference& reference) const {
  if (frame.empty()) return size_inside(input_value(*database_, run_, reference.name), reference);
  FramePath outer = frame_path(frame);
  const Workflow* around = workflow_of_(outer.parent);
  const Node* node = around == nullptr ? nullptr : around->find_node(outer.node);
  if (node == nullptr) return std::nullopt;
  return given(chosen_node(*database_, run_, joined_path(outer.parent, outer.node), *node), frame, reference);
}

// What the node that runs the workflow of a frame gives to an input of it; else that has its default.
ListLengths::Length ListLengths::given(const Node& node, const std::string& frame, const Reference& reference) const {
  if (const Binding* whole = find_binding(node.with, reference.name)) {
    const auto* literal = std::get_if<Json>(&whole->value);
    if (literal != nullptr) return size_inside(*literal, reference);
    return reference.path.empty() ? of(frame_path(frame).parent, *whole) : std::nullopt;
  }
  if (find_binding(node.map, reference.name) != nullptr) return std::nullopt;
  // What a dynamic task has emitted is given the task's default where both have the input.
  const Task* task = task_of(*workflow_of_(frame_path(frame).parent), node);
  const Workflow* inside = workflow_of_(frame);
  const Port* port = task == nullptr ? nullptr : find_port(task->inputs, reference.name);
  if (port == nullptr && inside != nullptr) port = find_port(inside->inputs, reference.name);
  return port == nullptr ? std::nullopt : size_inside(port->default_value, reference);
}

ListLengths::Length ListLengths::of_output(const std::string& frame, const Reference& reference) const {
  const Workflow* workflow = workflow_of_(frame);
  const Node* node = workflow == nullptr ? nullptr : workflow->find_node(reference.root);
  if (node == nullptr) return std::nullopt;
  std::string path = joined_path(frame, reference.root);
  if (node->gate) return size_inside(gate_value(*database_, run_, path), reference);
  if (!node->map.empty()) return reference.path.empty() ? of_node(frame, *node) : std::nullopt;
  const Workflow* inside = workflow_of_(path);
  if (inside == nullptr) return size_inside(output_value(*database_, run_, path, reference.name), reference);
  auto output = std::find_if(inside->outputs.begin(), inside->outputs.end(),
                             [&](const WorkflowOutput& one) { return one.name == reference.name; });
  if (output == inside->outputs.end()) return std::nullopt;
  const auto* literal = std::get_if<Json>(&output->binding.value);
  if (literal != nullptr) return size_inside(*literal, reference);
  return reference.path.empty() ? of(path, output->binding) : std::nullopt;
}

}  // namespace wf
