#include "core/definition/model.hpp"

#include <algorithm>
#include <set>

#include "core/base/text.hpp"

namespace wf {

namespace {

template <typename Item>
const Item* find_named(const std::vector<Item>& items, std::string_view name) {
  auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

Type literal_type(const Json& literal) {
  if (literal.is_bool()) return Type(Kind::boolean);
  if (literal.is_int()) return Type(Kind::integer);
  if (literal.is_double()) return Type(Kind::floating);
  return Type(literal.is_string() ? Kind::string : Kind::json);
}

// The one type that holds all elements: their own when they agree, else json unless there are files.
std::optional<Type> common_type(const std::vector<Type>& types) {
  bool equal =
      std::all_of(types.begin(), types.end(), [&](const Type& type) { return type == types.front(); });
  if (equal && !types.empty()) return types.front();
  bool content = std::any_of(types.begin(), types.end(), [](const Type& type) { return type.has_content(); });
  if (content) return std::nullopt;
  return Type(Kind::json);
}

template <typename Items, typename BindingOf>
std::optional<Type> element_type(const Items& items, const ReferenceTypes& type_of, BindingOf binding_of) {
  std::vector<Type> types;
  for (const auto& item : items) {
    auto type = binding_type(binding_of(item), type_of);
    if (!type) return std::nullopt;
    types.push_back(std::move(*type));
  }
  return common_type(types);
}

}  // namespace

UsedVersion use_workflow(Workflow workflow) {
  Digest version = version_digest(canonical_form(workflow).canonical());
  return use_workflow(std::move(workflow), version);
}

UsedVersion use_workflow(Workflow workflow, const Digest& version) {
  UsedVersion used;
  used.version = version;
  used.name = workflow.name;
  used.inputs = workflow.inputs;
  for (const WorkflowOutput& output : workflow.outputs)
    used.outputs.push_back({output.name, output.type, std::nullopt, declared_name(workflow, output), {}});
  used.workflow = std::make_shared<const Workflow>(std::move(workflow));
  return used;
}

std::optional<UsedVersion> use_task(const UsedVersion& whole, const std::string& task) {
  const Task* found = whole.workflow->find_task(task);
  if (found == nullptr) return std::nullopt;
  return UsedVersion{whole.version, whole.name, task, found->inputs, outputs_of(*found), whole.workflow};
}

const UsedVersion* used_workflow(const Node& node) {
  return node.used && node.used->task.empty() ? node.used.get() : nullptr;
}

const Task* task_of(const Workflow& workflow, const Node& node) {
  if (!node.used) return workflow.find_task(node.task);
  return node.used->workflow ? node.used->workflow->find_task(node.used->task) : nullptr;
}

bool runs_workflow(const Workflow& workflow, const Node& node) {
  const Task* task = task_of(workflow, node);
  return used_workflow(node) != nullptr || (task != nullptr && task->promised);
}

std::vector<std::shared_ptr<const UsedVersion>> used_versions(const Workflow& workflow) {
  std::vector<std::shared_ptr<const UsedVersion>> found;
  std::set<std::pair<Digest, std::string>> seen;
  auto take = [&](const Node& node) {
    if (node.used && seen.emplace(node.used->version, node.used->task).second) found.push_back(node.used);
  };
  for (const Node& node : workflow.nodes) {
    take(node);
    for (const Node& one : node.cases) take(one);
  }
  return found;
}

Hook hook_of(std::string_view node_name) {
  auto found = std::find(k_hook_names.begin() + 1, k_hook_names.end(), node_name);
  return found == k_hook_names.end() ? Hook::none : static_cast<Hook>(found - k_hook_names.begin());
}

void make_hook(Node& node, Hook hook) {
  node.name = k_hook_names.at(static_cast<std::size_t>(hook));
  node.hook = hook;
  node.run_if = hook == Hook::on_failure ? RunIf::any_failed : RunIf::all_done;
}

std::int64_t Each::needed_of(std::int64_t total) const {
  if (min_success) return *min_success;
  return min_success_ratio ? min_success_ratio->ceil_of(total) : total;
}

std::optional<std::vector<Port>> outputs_of_cases(const Workflow& workflow, const Node& node,
                                                  std::pair<Port, Port>* conflict) {
  std::vector<Port> found;
  std::vector<std::size_t> times;
  std::size_t running = 0;
  for (const Node& one : node.cases) {
    if (one.fail) continue;
    ++running;
    for (const Port& port : outputs_of(workflow, one)) {
      auto known = std::find_if(found.begin(), found.end(), [&](const Port& p) { return p.name == port.name; });
      if (known == found.end()) {
        found.push_back({port.name, port.type, std::nullopt, port.staged_name, {}});
        times.push_back(1);
      } else if (known->type == port.type) {
        ++times[static_cast<std::size_t>(known - found.begin())];
      } else {
        if (conflict != nullptr) *conflict = {*known, port};
        return std::nullopt;
      }
    }
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    bool always = times[i] == running || found[i].type.kind() == Kind::optional;
    if (!always) found[i].type = Type::optional(found[i].type);
  }
  return found;
}

Port definition_port() {
  return {std::string(k_definition_output), Type(Kind::file), std::nullopt, std::string(k_definition_file), {}};
}

const std::vector<Port>& outputs_of(const Task& task) { return task.promised ? *task.promised : task.outputs; }

const std::vector<Port>& outputs_of(const Workflow& workflow, const Node& node) {
  if (!node.cases.empty() || node.gate) return node.outputs;
  return node.used ? node.used->outputs : outputs_of(*workflow.find_task(node.task));
}

std::string declared_name(const Workflow& workflow, const WorkflowOutput& output) {
  const auto* reference = std::get_if<Reference>(&output.binding.value);
  if (reference == nullptr || !reference->path.empty()) return output.name;
  if (reference->root == "inputs") return find_port(workflow.inputs, reference->name)->staged_name;
  const Node& node = *workflow.find_node(reference->root);
  return find_port(outputs_of(workflow, node), reference->name)->staged_name;
}

const Task* Workflow::find_task(std::string_view wanted) const { return find_named(tasks, wanted); }
const Node* Workflow::find_node(std::string_view wanted) const { return find_named(nodes, wanted); }
const Port* find_port(const std::vector<Port>& ports, std::string_view name) {
  return find_named(ports, name);
}

const Binding* find_binding(const std::vector<std::pair<std::string, Binding>>& bindings, std::string_view input) {
  auto found = std::find_if(bindings.begin(), bindings.end(), [&](const auto& one) { return one.first == input; });
  return found == bindings.end() ? nullptr : &found->second;
}

std::optional<Type> binding_type(const Binding& binding, const ReferenceTypes& type_of) {
  if (const auto* literal = std::get_if<Json>(&binding.value)) return literal_type(*literal);
  if (const auto* reference = std::get_if<Reference>(&binding.value)) return type_of(*reference);
  if (const auto* list = std::get_if<BindingList>(&binding.value)) {
    auto element =
        element_type(list->items, type_of, [](const Binding& item) -> const Binding& { return item; });
    if (!element) return std::nullopt;
    return Type::list(std::move(*element));
  }
  if (const auto* map = std::get_if<BindingMap>(&binding.value)) {
    auto element = element_type(map->members, type_of,
                                [](const auto& member) -> const Binding& { return member.value; });
    if (!element) return std::nullopt;
    return Type::map(std::move(*element));
  }
  if (const auto* expression = std::get_if<Expression>(&binding.value)) {
    auto checked = check(*expression, types_from(type_of));
    auto* type = std::get_if<Type>(&checked);
    return type == nullptr ? std::nullopt : std::optional(std::move(*type));
  }
  return Type(Kind::string);
}

TypeOf types_from(const ReferenceTypes& type_of) {
  return [&type_of](std::string_view root, std::string_view name) -> std::variant<Type, NameProblem> {
    auto type = name.empty() ? std::nullopt : type_of({std::string(root), std::string(name), {}});
    if (type) return std::move(*type);
    return NameProblem{cat("nothing is called '", root, name.empty() ? "" : ".", name, "'"), {}};
  };
}

namespace {

void describe(Json& out, std::string path, const std::string& description) {
  if (!description.empty()) out.add(std::move(path), description);
}

void describe_ports(Json& out, const std::string& prefix, const std::vector<Port>& ports) {
  for (const Port& port : ports) describe(out, cat(prefix, port.name), port.description);
}

}  // namespace

Json descriptions_of(const Workflow& workflow) {
  Json out = Json::object();
  describe(out, "", workflow.description);
  describe_ports(out, "inputs.", workflow.inputs);
  for (const Task& task : workflow.tasks) {
    std::string path = cat("tasks.", task.name);
    describe(out, path, task.description);
    describe_ports(out, cat(path, ".inputs."), task.inputs);
    describe_ports(out, cat(path, ".outputs."), task.outputs);
  }
  for (const Node& node : workflow.nodes) describe(out, cat("nodes.", node.name), node.description);
  return out;
}

}  // namespace wf
