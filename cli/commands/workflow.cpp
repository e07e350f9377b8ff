// wf workflow: what is registered, by name.
#include <memory>

#include "cli/commands.hpp"
#include "cli/definition_graph.hpp"
#include "cli/output.hpp"
#include "cli/registry_views.hpp"
#include "cli/store_access.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/definition/value.hpp"
#include "core/lineage/tree_text.hpp"
#include "core/registry/versions.hpp"

namespace wf::cli {

namespace {

Exit list(const Context& context) {
  auto store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  require_scope(store->database(), scope);
  Listing listing{"workflows",
                  {{"workflow", "WORKFLOW"},
                   {"version", "LATEST", short_version},
                   {"labels", "LABELS", words},
                   {"versions", "VERSIONS"},
                   {"registered", "REGISTERED", short_instant}},
                  {},
                  cat("no workflow is registered in ", scope.project, '/', scope.domain)};
  for (const WorkflowEntry& entry : list_workflows(store->database(), scope)) {
    listing.rows.push_back(workflow_json(scope, entry));
  }
  print_listing(context, listing);
  return Exit::ok;
}

Json parameters_json(const std::vector<Port>& ports) {
  Json json = Json::object();
  for (const Port& port : ports) {
    std::string type = port.type.text();
    Json item = Json::object();
    item.add("type", type).add("required", !port.default_value.has_value());
    item.add("default", port.default_value ? printed_value(type, *port.default_value) : Json());
    json.add(port.name, std::move(item));
  }
  return json;
}

Json outputs_json(const Workflow& workflow) {
  Json json = Json::object();
  for (const WorkflowOutput& output : workflow.outputs) {
    json.add(output.name, Json::object().add("type", output.type.text()));
  }
  return json;
}

Json description_of(const RegistrationEntry& registration, std::string_view path) {
  const Json* text = registration.descriptions.find(path);
  return text != nullptr ? *text : Json();
}

std::string to_text(const Json& json, const Workflow& workflow, const Json& description) {
  std::string text = cat(workflow.name, '@', json.at("version").as_string().substr(7, 12));
  if (description.is_string()) text += cat("  ", description.as_string());
  text += "\n";
  for (const Port& input : workflow.inputs) {
    text += cat("  input   ", input.name, ": ", input.type.text());
    if (input.default_value) text += cat(" = ", value_text(input.type.text(), *input.default_value, {}));
    text += '\n';
  }
  for (const Node& node : workflow.nodes) {
    text += cat("  node    ", node.name, ": ", runs_text(node), node.map.empty() ? "" : ", mapped", '\n');
  }
  for (const WorkflowOutput& output : workflow.outputs) {
    text += cat("  output  ", output.name, ": ", output.type.text(), '\n');
  }
  return escape_terminal(text, Lines::multiline);
}

// "prep@sha256:…", "prep#clean@sha256:…".
std::string used_text(const UsedVersion& used) {
  return cat(used.name, used.task.empty() ? "" : "#", used.task, "@", used.version.text());
}

Exit show(const Context& context, const std::string& name) {
  auto store = open_store(context, Access::read_only);
  bool is_reference = is_version_reference(name);
  ResolvedVersion found =
      resolve_version(store->database(), context.scope(), is_reference ? name : name + "@latest");
  Workflow workflow = load_version(store->database(), found.version);
  auto registrations = list_registrations(store->database(), found.scope, found.name);
  Json description = description_of(registrations.front(), "");
  Json json = Json::object();
  json.add("project", found.scope.project);
  json.add("domain", found.scope.domain);
  json.add("workflow", found.name);
  json.add("version", found.version.text());
  json.add("description", description);
  json.add("inputs", parameters_json(workflow.inputs));
  json.add("outputs", outputs_json(workflow));
  Json nodes = Json::array();
  for (const Node& node : workflow.nodes) {
    Json item = Json::object();
    item.add("node", node.name);
    bool whole = used_workflow(node) != nullptr;
    std::string used = node.used ? used_text(*node.used) : std::string();
    item.add("task", or_null(node.used && !whole ? used : node.task));
    item.add("workflow", or_null(whole ? used : std::string()));
    item.add("cases", list_json(node.cases, [](const Node& one) { return Json(runs_text(one)); }));
    item.add("mapped", !node.map.empty());
    nodes.push(std::move(item));
  }
  json.add("nodes", std::move(nodes));
  print_object(context, to_text(json, workflow, description), json);
  return Exit::ok;
}

}  // namespace

Command make_workflow_list() {
  Command command{"workflow list",
                  "List the registered workflows",
                  "Each with its newest version, that version's labels, and when it was registered.",
                  {{"wf workflow list", "those of default/development"},
                   {"wf workflow list -p vision -d production -o json", "another place, for a script"}}};
  command.formats = k_list_formats;
  command.run = [](Context& context) { return list(context); };
  return command;
}

Command make_workflow_show() {
  auto name = std::make_shared<std::string>();
  Command command{"workflow show",
                  "Show a workflow's inputs, nodes and outputs",
                  "A bare name means its newest version.",
                  {{"wf workflow show iris", "what iris takes, does and gives"}}};
  command.positionals = {{"WORKFLOW|NAME@VERSION", "a workflow, or one of its versions", name.get()}};
  command.formats = k_show_formats;
  command.run = [name](Context& context) { return show(context, *name); };
  return command;
}

}  // namespace wf::cli
