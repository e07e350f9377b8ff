// The canonical form of a workflow; wf-workflow(5) describes it member by member. It is frozen: what it gives
// for a definition that is valid today must be the same bytes in every later version.
#include "core/base/text.hpp"
#include "core/definition/model.hpp"

namespace wf {

namespace {

void add_if_any(Json& object, const char* key, Json value) {
  bool empty = value.is_array() ? value.as_array().empty() : value.as_object().empty();
  if (!empty) object.add(key, std::move(value));
}

Json strings(const std::vector<std::string>& items) {
  Json::Array out;
  out.reserve(items.size());
  for (const std::string& item : items) out.emplace_back(item);
  return out;
}

Json single(const char* key, Json value) {
  Json::Object object;
  object.emplace_back(key, std::move(value));
  return object;
}

Json reference(const Reference& ref) { return single("ref", ref.text()); }

Json expression(const Expression& one) { return single("expr", one.text()); }

Json text(const Template& text) {
  Json::Array pieces;
  for (const auto& piece : text.pieces) {
    if (const auto* literal = std::get_if<std::string>(&piece))
      pieces.push_back(*literal);
    else if (const auto* ref = std::get_if<Reference>(&piece))
      pieces.push_back(reference(*ref));
    else
      pieces.push_back(expression(std::get<Expression>(piece)));
  }
  return single("text", std::move(pieces));
}

Json argument(const Argument& value) {
  if (const auto* literal = std::get_if<std::string>(&value)) return *literal;
  if (const auto* ref = std::get_if<Reference>(&value)) return reference(*ref);
  return text(std::get<Template>(value));
}

Json command(const std::vector<CommandItem>& items) {
  Json out = Json::array();
  for (const CommandItem& item : items) {
    if (const auto* one = std::get_if<Argument>(&item.value))
      out.push(argument(*one));
    else if (const auto* some = std::get_if<ConditionalItems>(&item.value))
      out.push(single("if", some->condition.text()).add("args", command(some->args)));
    else if (const auto* many = std::get_if<RepeatedItems>(&item.value))
      out.push(single("each", many->list.text()).add("args", command(many->args)));
  }
  return out;
}

Json binding(const Binding& value) {
  if (const auto* literal = std::get_if<Json>(&value.value)) return single("value", *literal);
  if (const auto* ref = std::get_if<Reference>(&value.value)) return reference(*ref);
  if (const auto* pieces = std::get_if<Template>(&value.value)) return text(*pieces);
  if (const auto* whole = std::get_if<Expression>(&value.value)) return expression(*whole);
  if (const auto* list = std::get_if<BindingList>(&value.value)) {
    Json items = Json::array();
    for (const Binding& item : list->items) items.push(binding(item));
    return single("list", std::move(items));
  }
  Json members = Json::object();
  for (const auto& [key, item] : std::get<BindingMap>(value.value).members) members.add(key, binding(item));
  return single("map", std::move(members));
}

Json output(const WorkflowOutput& output) {
  Json out = binding(output.binding);
  if (std::holds_alternative<Json>(output.binding.value)) out.add("type", output.type.text());
  return out;
}

Json bindings(const std::vector<std::pair<std::string, Binding>>& members) {
  Json::Object out;
  out.reserve(members.size());
  for (const auto& [name, value] : members) out.emplace_back(name, binding(value));
  return out;
}

Json port(const Port& port) {
  Json out = single("type", port.type.text());
  if (port.default_value) out.add("default", *port.default_value);
  if (port.staged_name != port.name) out.add("name", port.staged_name);
  if (port.limits.min) out.add("min", *port.limits.min);
  if (port.limits.max) out.add("max", *port.limits.max);
  if (!port.limits.pattern.empty()) out.add("pattern", port.limits.pattern);
  add_if_any(out, "one_of", port.limits.one_of);
  if (port.temporary) out.add("temporary", true);
  return out;
}

Json ports(const std::vector<Port>& items) {
  Json::Object out;
  out.reserve(items.size());
  for (const Port& item : items) out.emplace_back(item.name, port(item));
  return out;
}

Json sources(const std::vector<Source>& items) {
  Json out = Json::array();
  for (const Source& source : items) {
    Json item = single("path", source.path);
    item.add("digest", source.digest.text());
    if (source.executable) item.add("executable", true);
    out.push(std::move(item));
  }
  return out;
}

Json cache(const CachePolicy& policy) {
  if (!policy.enabled) return single("enabled", false);
  Json out = Json::object();
  if (!policy.version.empty()) out.add("version", policy.version);
  add_if_any(out, "ignore_inputs", strings(policy.ignore_inputs));
  add_if_any(out, "ignore_parts", strings(policy.ignore_parts));
  if (policy.allow_empty) out.add("allow_empty", true);
  return out;
}

Json amounts(const GivenAmounts& given) {
  Json out = Json::object();
  for (std::size_t i = 0; i < k_resource_count; ++i) {
    if (given.at(i)) out.add(std::string(k_resource_names.at(i)), *given.at(i));
  }
  return out;
}

void add_resources(Json& out, const AttemptPolicy& said) {
  Json resources = amounts(said.requests);
  add_if_any(resources, "limits", amounts(said.limits));
  add_if_any(out, "resources", std::move(resources));
  if (said.interruptible) out.add("interruptible", bool{*said.interruptible});
}

// Also where it says that there are none: then those of the task do not hold.
void add_pools(Json& out, const AttemptPolicy& said) {
  if (!said.pools) return;
  Json pools = Json::object();
  for (const auto& [name, tokens] : *said.pools) pools.add(name, tokens);
  out.add("pools", std::move(pools));
}

void add_attempts(Json& out, const AttemptPolicyPtr& said) {
  if (!said) return;
  const AttemptPolicy& attempts = *said;
  Json retry = Json::object();
  if (attempts.on_exit) retry.add("on_exit", Json(Json::Array(attempts.on_exit->begin(), attempts.on_exit->end())));
  if (attempts.base_ns) retry.add("base", *attempts.base_ns);
  if (attempts.factor) retry.add("factor", attempts.factor->text());
  if (attempts.cap_ns) retry.add("cap", *attempts.cap_ns);
  if (attempts.jitter) retry.add("jitter", attempts.jitter->text());
  if (attempts.system_retries) retry.add("system", *attempts.system_retries);
  Json escalation = Json::object();
  for (std::size_t i = 0; i < k_resource_count; ++i) {
    if (attempts.escalation.at(i)) escalation.add(std::string(k_resource_names.at(i)), attempts.escalation.at(i)->text());
  }
  add_if_any(retry, "escalate", std::move(escalation));
  if (attempts.retries) out.add("retries", *attempts.retries);
  add_if_any(out, "retry", std::move(retry));
  Json timeout = Json::object();
  if (attempts.timeout_ns) timeout.add("attempt", *attempts.timeout_ns);
  if (attempts.total_timeout_ns) timeout.add("total", *attempts.total_timeout_ns);
  if (attempts.queue_timeout_ns) timeout.add("queue", *attempts.queue_timeout_ns);
  add_if_any(out, "timeout", std::move(timeout));
  add_resources(out, attempts);
  add_pools(out, attempts);
}

Json secrets(const std::vector<SecretUse>& uses) {
  Json out = Json::object();
  for (const SecretUse& use : uses) {
    Json secret = Json::object();
    secret.add("name", use.name);
    if (!use.version.empty()) secret.add("version", use.version);
    out.add(use.variable, std::move(secret));
  }
  return out;
}

Json sandbox(const Sandbox& sandbox) {
  Json out = Json::object();
  if (sandbox.level != SandboxLevel::none) out.add("level", k_sandbox_names.at(static_cast<std::size_t>(sandbox.level)));
  add_if_any(out, "read", strings(sandbox.read));
  add_if_any(out, "write", strings(sandbox.write));
  if (sandbox.network) out.add("network", true);
  return out;
}

Json task(const Task& task) {
  Json out = Json::object();
  add_if_any(out, "inputs", ports(task.inputs));
  add_if_any(out, "outputs", ports(outputs_of(task)));
  if (task.promised) out.add("dynamic", true);
  if (task.checkpoint) out.add("checkpoint", true);
  if (task.sandbox) out.add("sandbox", sandbox(*task.sandbox));
  if (!task.image.empty()) out.add("image", task.image);
  if (task.network) out.add("network", true);
  add_if_any(out, "sources", sources(task.sources));
  if (task.script.empty()) {
    out.add("command", command(task.command));
  } else {
    out.add("script", task.script);
    if (task.shell != std::vector<std::string>{"sh", "-eu"}) out.add("shell", strings(task.shell));
  }
  Json env = Json::object();
  for (const auto& [name, value] : task.env) env.add(name, argument(value));
  add_if_any(out, "env", std::move(env));
  add_if_any(out, "secrets", secrets(task.secrets));
  add_if_any(out, "partitions", strings(task.partitions));
  add_if_any(out, "cache", cache(task.cache));
  add_attempts(out, task.attempts);
  return out;
}

template <std::size_t count, typename Choice>
std::string_view name_of(const std::array<std::string_view, count>& names, Choice choice) {
  return names[static_cast<std::size_t>(choice)];
}

Json each(const Each& each) {
  Json out = Json::object();
  if (each.parallelism > 0) out.add("parallelism", each.parallelism);
  if (each.min_success) out.add("min_success", *each.min_success);
  if (each.min_success_ratio) out.add("min_success_ratio", each.min_success_ratio->text());
  if (each.stop_early) out.add("stop_early", true);
  if (each.combine != Each::Combine::zip) out.add("combine", name_of(k_combine_names, each.combine));
  return out;
}

Json node(const Node& node);

Json gate(const Gate& gate) {
  std::string_view name = name_of(k_gate_names, gate.kind);
  Json out = Json::object();
  out.add(std::string(name), gate.type ? Json(gate.type->text()) : binding(gate.value));
  if (gate.timeout_ns) out.add("timeout", *gate.timeout_ns);
  return out;
}

Json what_runs(const Node& one) {
  if (one.gate) return single("gate", gate(*one.gate));
  if (one.fail) return single("fail", *one.fail);
  if (const UsedVersion* workflow = used_workflow(one)) return single("workflow", workflow->version.text());
  if (one.used)
    return single("task", Json::object().add("name", one.used->task).add("version", one.used->version.text()));
  if (one.cases.empty()) return single("task", one.task);
  Json cases = Json::array();
  for (const Node& branch : one.cases) cases.push(node(branch));
  return single("switch", std::move(cases));
}

Json node(const Node& node) {
  Json out = what_runs(node);
  add_if_any(out, "with", bindings(node.with));
  add_if_any(out, "map", bindings(node.map));
  add_if_any(out, "each", each(node.each));
  add_attempts(out, node.attempts);
  add_if_any(out, "after", strings(node.after));
  if (node.when) out.add("when", node.when->text());
  if (node.run_if != RunIf::all_success && node.hook == Hook::none) out.add("run_if", name_of(k_run_if_names, node.run_if));
  return out;
}

template <typename Item, typename Convert>
Json named(const std::vector<Item>& items, Convert convert) {
  Json::Object out;
  out.reserve(items.size());
  for (const Item& item : items) out.emplace_back(item.name, convert(item));
  return out;
}

Json concurrency(const Concurrency& said) {
  Json out = single("limit", said.limit);
  if (said.policy != Concurrency::Policy::wait) out.add("policy", name_of(k_concurrency_names, said.policy));
  return out;
}

}  // namespace

Json canonical_ports(const std::vector<Port>& items) { return ports(items); }

Json canonical_form(const Workflow& workflow) {
  Json out = Json::object();
  out.add("wf", "v1").add("name", workflow.name);
  add_if_any(out, "inputs", ports(workflow.inputs));
  add_if_any(out, "tasks", named(workflow.tasks, task));
  Json nodes = Json::object();
  for (const Node& one : workflow.nodes) {
    if (one.hook == Hook::none) nodes.add(one.name, node(one));
  }
  add_if_any(out, "nodes", std::move(nodes));
  for (const Node& one : workflow.nodes) {
    if (one.hook != Hook::none) out.add(one.name, node(one));
  }
  add_if_any(out, "outputs", named(workflow.outputs, output));
  if (workflow.failure_policy != FailurePolicy::fail_fast)
    out.add("failure_policy", name_of(k_failure_policy_names, workflow.failure_policy));
  if (workflow.timeout_ns) out.add("timeout", *workflow.timeout_ns);
  if (workflow.concurrency) out.add("concurrency", concurrency(*workflow.concurrency));
  return out;
}

const Json& canonical_node(const Json& canonical, std::string_view name) {
  return (hook_of(name) == Hook::none ? canonical.at("nodes") : canonical).at(name);
}

Digest version_digest(const std::string& canonical_text) {
  return Hasher().update("wf-version-1\n").update(canonical_text).finish();
}

}  // namespace wf
