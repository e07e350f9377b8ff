#include "core/engine/cache_key.hpp"

#include <sys/utsname.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace wf {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Json types_of(const std::vector<Port>& ports) {
  Json types = Json::object();
  for (const Port& port : ports) {
    bool plain = port.staged_name == port.name;
    types.add(port.name, plain ? Json(port.type.text())
                               : Json::object().add("type", port.type.text()).add("name", port.staged_name));
  }
  return types;
}

// The member of the task's canonical form, so that key and version can never read a task differently.
Json member_or(const Json& canonical, std::string_view name, Json fallback) {
  const Json* found = canonical.find(name);
  return found != nullptr ? *found : std::move(fallback);
}

Json command_part(const Task& task, const Json& canonical) {
  Json part = Json::object();
  if (task.script.empty()) return part.add("command", member_or(canonical, "command", Json::array()));
  Json shell = Json::array();
  for (const std::string& word : task.shell) shell.push(word);
  return part.add("script", task.script).add("shell", std::move(shell));
}

Json parts_of(const Task& task, Json environment) {
  Workflow alone;
  alone.tasks.push_back(task);
  Json canonical = canonical_form(alone).at("tasks").at(task.name);
  Json parts = Json::object();
  Json interface = Json::object();
  interface.add("inputs", types_of(task.inputs)).add("outputs", types_of(outputs_of(task)));
  if (task.promised) interface.add("dynamic", true);
  parts.add("interface", std::move(interface));
  parts.add("command", command_part(task, canonical));
  parts.add("sources", member_or(canonical, "sources", Json::array()));
  parts.add("environment", std::move(environment));
  parts.add("env", member_or(canonical, "env", Json::object()));
  parts.add("secrets", member_or(canonical, "secrets", Json::object()));
  parts.add("version", task.cache.version);
  for (auto& [name, part] : parts.as_object()) {
    if (contains(task.cache.ignore_parts, name)) part = Json();
  }
  return parts;
}

}  // namespace

std::string host_platform() {
  utsname system{};
  ::uname(&system);
  std::string machine = system.machine;
  if (machine == "x86_64") machine = "amd64";
  if (machine == "aarch64") machine = "arm64";
  return cat("linux/", machine);
}

TaskKey::TaskKey(const Task& task, Json environment)
    : task_(&task), cacheable_(task.cache.enabled && (!task.outputs.empty() || task.cache.allow_empty)) {
  Json parts = parts_of(task, std::move(environment));
  parts_ = parts.canonical();
  parts_digest_ = sha256(parts_);
  prefix_.update("wf-key-1\n");
  for (const auto& [name, part] : parts.as_object()) {
    prefix_.update_prefixed(name).update_prefixed(part.canonical());
  }
  prefix_.update_prefixed("inputs");
  for (std::size_t i = 0; i < task.inputs.size(); ++i) {
    if (!contains(task.cache.ignore_inputs, task.inputs[i].name)) counting_inputs_.push_back(i);
  }
  std::sort(counting_inputs_.begin(), counting_inputs_.end(),
            [&](std::size_t a, std::size_t b) { return task.inputs[a].name < task.inputs[b].name; });
}

Digest TaskKey::key(const std::string& inputs_text) const {
  thread_local Hasher work;  // reused: a new context for each key would cost more than the hash
  work = prefix_;
  return work.update_prefixed(inputs_text).finish();
}

// Written piece by piece: assembling a Json first would copy every value, and lists can be long. Names need
// no escaping.
std::string TaskKey::inputs_text(const std::vector<const Json*>& values) const {
  std::string text = "{";
  for (std::size_t i : counting_inputs_) {
    if (text.size() > 1) text += ',';
    text += cat('"', task_->inputs[i].name, "\":", values[i]->canonical());
  }
  return text + "}";
}

}  // namespace wf
