// Back from the canonical form to the model. Whoever wrote it was checked then; what does not fit now is
// damage.
#include <algorithm>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "core/base/codes.hpp"
#include "core/base/text.hpp"
#include "core/definition/access.hpp"
#include "core/definition/canonical_members.hpp"
#include "core/definition/codes.hpp"
#include "core/definition/model.hpp"
#include "core/definition/reference.hpp"
#include "core/definition/value.hpp"

namespace wf {

using namespace canonical;

namespace {

Digest digest(const Json& json) {
  auto found = Digest::parse(text_of(json));
  if (!found) damaged("a digest is malformed");
  return *found;
}

Json typed(const Type& type, const Json& json) {
  ValueResult result = value_from_canonical(type, json);
  if (auto* value = std::get_if<Json>(&result)) return std::move(*value);
  damaged(std::get<ValueError>(result).message);
}

Reference reference(const Json& json) {
  auto found = parse_bare_reference(text_of(json));
  if (!found) damaged(cat("'", json.as_string(), "' is no reference"));
  return std::move(*found);
}

Expression expression(const Json& json) {
  auto parsed = parse_expression(text_of(json));
  if (auto* found = std::get_if<Expression>(&parsed)) return std::move(*found);
  damaged(cat("'", json.as_string(), "' is no expression"));
}

Template pieces(const Json& json) {
  Template out;
  for (const Json& piece : items_of(json)) {
    if (piece.is_string())
      out.pieces.emplace_back(piece.as_string());
    else if (const Json* text = piece.find("expr"))
      out.pieces.emplace_back(expression(*text));
    else
      out.pieces.emplace_back(reference(member(piece, "ref")));
  }
  return out;
}

Argument argument(const Json& json) {
  if (json.is_string()) return json.as_string();
  if (const Json* ref = json.find("ref")) return reference(*ref);
  return pieces(member(json, "text"));
}

std::vector<CommandItem> command(const Json& json) {
  std::vector<CommandItem> out;
  for (const Json& item : items_of(json)) {
    if (const Json* condition = item.find("if"))
      out.push_back({ConditionalItems{expression(*condition), command(member(item, "args"))}});
    else if (const Json* list = item.find("each"))
      out.push_back({RepeatedItems{reference(*list), command(member(item, "args"))}});
    else
      out.push_back({argument(item)});
  }
  return out;
}

Constraints limits(const Type& type, const Json& json) {
  Constraints out;
  if (const Json* min = json.find("min")) out.min = typed(type, *min);
  if (const Json* max = json.find("max")) out.max = typed(type, *max);
  if (const Json* pattern = json.find("pattern")) out.pattern = text_of(*pattern);
  if (const Json* one_of = json.find("one_of")) {
    for (const Json& value : items_of(*one_of)) out.one_of.push_back(typed(type, value));
  }
  return out;
}

Type type_in(const std::string& name, const Json& json) {
  auto type = parse_type(text_of(member(json, "type")));
  if (!std::holds_alternative<Type>(type)) damaged(cat("the type of '", name, "' is malformed"));
  return std::move(std::get<Type>(type));
}

Port port(const std::string& name, const Json& json) {
  Port out{name, type_in(name, json), std::nullopt, name, {}};
  if (const Json* value = json.find("default")) out.default_value = typed(out.type, *value);
  if (const Json* staged = json.find("name")) out.staged_name = text_of(*staged);
  out.limits = limits(without_optional(out.type), json);
  out.temporary = json.find("temporary") != nullptr;
  return out;
}

std::vector<Port> ports(const Json* json) {
  std::vector<Port> out;
  if (json == nullptr) return out;
  out.reserve(members_of(*json).size());
  for (const auto& [name, item] : json->as_object()) out.push_back(port(name, item));
  return out;
}

CachePolicy cache(const Json* json) {
  CachePolicy out;
  if (json == nullptr) return out;
  out.enabled = json->find("enabled") == nullptr;
  if (const Json* version = json->find("version")) out.version = text_of(*version);
  out.ignore_inputs = strings(json->find("ignore_inputs"));
  out.ignore_parts = strings(json->find("ignore_parts"));
  out.allow_empty = json->find("allow_empty") != nullptr;
  return out;
}

std::vector<Source> sources(const Json* json) {
  std::vector<Source> out;
  if (json == nullptr) return out;
  for (const Json& item : items_of(*json)) {
    out.push_back(
        {text_of(member(item, "path")), item.find("executable") != nullptr, digest(member(item, "digest"))});
  }
  return out;
}

std::vector<SecretUse> secrets(const Json* json) {
  std::vector<SecretUse> out;
  if (json == nullptr) return out;
  for (const auto& [variable, secret] : members_of(*json)) {
    const Json* version = secret.find("version");
    out.push_back({variable, text_of(member(secret, "name")), version == nullptr ? "" : text_of(*version)});
  }
  return out;
}

// What is absent is the first, the default.
template <typename Choice>
Choice choice(const Json* json, std::span<const std::string_view> names) {
  if (json == nullptr) return Choice{};
  auto found = std::find(names.begin(), names.end(), text_of(*json));
  if (found == names.end()) damaged(cat("'", json->as_string(), "' is none of the known words"));
  return static_cast<Choice>(found - names.begin());
}

std::optional<Sandbox> sandbox(const Json* json) {
  if (json == nullptr) return std::nullopt;
  Sandbox out;
  out.level = choice<SandboxLevel>(json->find("level"), k_sandbox_names);
  out.read = strings(json->find("read"));
  out.write = strings(json->find("write"));
  out.network = json->find("network") != nullptr;
  return out;
}

Task task(const std::string& name, const Json& json) {
  Task out;
  out.name = name;
  out.inputs = ports(json.find("inputs"));
  out.outputs = ports(json.find("outputs"));
  if (json.find("dynamic") != nullptr) {
    out.promised = std::move(out.outputs);
    out.outputs = {definition_port()};
  }
  out.sources = sources(json.find("sources"));
  if (const Json* items = json.find("command")) {
    out.command = command(*items);
  } else {
    out.script = text_of(member(json, "script"));
    out.shell = strings(json.find("shell"));
    if (out.shell.empty()) out.shell = {"sh", "-eu"};
  }
  if (const Json* env = json.find("env")) {
    for (const auto& [variable, value] : members_of(*env)) out.env.emplace_back(variable, argument(value));
  }
  out.secrets = secrets(json.find("secrets"));
  out.partitions = strings(json.find("partitions"));
  out.cache = cache(json.find("cache"));
  out.attempts = read_attempts(json);
  out.checkpoint = json.find("checkpoint") != nullptr;
  out.sandbox = sandbox(json.find("sandbox"));
  if (const Json* image = json.find("image")) out.image = text_of(*image);
  out.network = json.find("network") != nullptr;
  return out;
}

Each each(const Json& json) {
  Each out;
  if (const Json* limit = json.find("parallelism")) out.parallelism = count(*limit);
  if (const Json* least = json.find("min_success")) out.min_success = count(*least);
  out.min_success_ratio = decimal(json.find("min_success_ratio"));
  out.stop_early = json.find("stop_early") != nullptr;
  out.combine = choice<Each::Combine>(json.find("combine"), k_combine_names);
  return out;
}

// `type` tells how to read literals; nullptr in workflow outputs, whose literals are as JSON has them.
Binding binding(const Json& json, const Type* type) {
  if (const Json* value = json.find("value")) return {type == nullptr ? *value : typed(*type, *value)};
  if (const Json* ref = json.find("ref")) return {reference(*ref)};
  if (const Json* text = json.find("text")) return {pieces(*text)};
  if (const Json* text = json.find("expr")) return {expression(*text)};
  if (const Json* list = json.find("list")) {
    BindingList out;
    for (const Json& item : items_of(*list))
      out.items.push_back(binding(item, type == nullptr ? nullptr : item_type(*type)));
    return {std::move(out)};
  }
  BindingMap out;
  for (const auto& [key, item] : members_of(member(json, "map"))) {
    out.members.push_back({key, binding(item, type == nullptr ? nullptr : member_type(*type, key))});
  }
  return {std::move(out)};
}

// Reads the whole; nodes find their task, and outputs their node, through tables.
class WorkflowReader {
 public:
  WorkflowReader(const Json& json, const FindVersion& find_version)
      : json_(json), find_version_(find_version) {}

  Workflow read() {
    if (text_of(member(json_, "wf")) != "v1") damaged("its format is not v1");
    workflow_.name = text_of(member(json_, "name"));
    workflow_.inputs = ports(json_.find("inputs"));
    for_each("tasks",
             [&](const auto& name, const Json& item) { workflow_.tasks.push_back(task(name, item)); });
    for (const Task& item : workflow_.tasks) tasks_.emplace(item.name, &item);
    for_each("nodes",
             [&](const auto& name, const Json& item) { workflow_.nodes.push_back(node(name, item)); });
    for (Hook hook : {Hook::on_failure, Hook::on_exit}) read_hook(hook);
    const std::vector<bool> may_be_skipped = skippable(workflow_.nodes);
    for (std::size_t i = 0; i < workflow_.nodes.size(); ++i)
      nodes_.emplace(workflow_.nodes[i].name, KnownNode{&workflow_.nodes[i], may_be_skipped[i]});
    workflow_.failure_policy = choice<FailurePolicy>(json_.find("failure_policy"), k_failure_policy_names);
    workflow_.timeout_ns = optional_count(json_.find("timeout"));
    if (const Json* said = json_.find("concurrency"))
      workflow_.concurrency = Concurrency{count(member(*said, "limit")), choice<Concurrency::Policy>(said->find("policy"), k_concurrency_names)};
    for_each("outputs",
             [&](const auto& name, const Json& item) { workflow_.outputs.push_back(output(name, item)); });
    collect_files();
    return std::move(workflow_);
  }

 private:
  template <typename Visit>
  void for_each(std::string_view key, Visit visit) {
    const Json* found = json_.find(key);
    if (found == nullptr) return;
    for (const auto& [name, item] : members_of(*found)) visit(name, item);
  }

  const Task& task_of(const Node& node) const {
    auto found = tasks_.find(node.task);
    if (found == tasks_.end()) damaged(cat("there is no task '", node.task, "'"));
    return *found->second;
  }

  std::shared_ptr<const UsedVersion> used(const Digest& version) const {
    if (!find_version_) damaged(cat("it uses version ", version.text(), ", which is not at hand"));
    return find_version_(version);
  }

  void read_task(const Json& json, Node& out) const {
    if (!json.is_object()) {
      out.task = text_of(json);
      return;
    }
    std::string name = text_of(member(json, "name"));
    auto used_task = use_task(*used(digest(member(json, "version"))), name);
    if (!used_task) damaged(cat("the version that it uses has no task '", name, "'"));
    out.used = std::make_shared<const UsedVersion>(std::move(*used_task));
  }

  static void read_gate(const Json& json, Node& out) {
    Gate& gate = out.gate.emplace();
    const Type text(Kind::string);
    const Type time(Kind::duration);
    if (const Json* message = json.find("approve")) {
      gate.value = binding(*message, &text);
    } else if (const Json* length = json.find("sleep")) {
      gate.kind = Gate::Kind::sleep;
      gate.value = binding(*length, &time);
    } else {
      gate.kind = Gate::Kind::signal;
      Port value = port("value", Json::object().add("type", member(json, "signal")));
      gate.type = value.type;
      out.outputs.push_back(std::move(value));
    }
    if (const Json* timeout = json.find("timeout")) gate.timeout_ns = count(*timeout);
  }

  void read_hook(Hook hook) {
    std::string name(k_hook_names.at(static_cast<std::size_t>(hook)));
    if (const Json* found = json_.find(name)) make_hook(workflow_.nodes.emplace_back(node(name, *found)), hook);
  }

  void read_cases(const Json& cases, Node& out) {
    for (const Json& one : items_of(cases)) out.cases.push_back(node(out.name, one));
    auto outputs = outputs_of_cases(workflow_, out);
    if (!outputs) damaged(cat("the cases of node '", out.name, "' do not agree"));
    out.outputs = std::move(*outputs);
  }

  const std::vector<Port>& inputs_of(const Node& node) const {
    static const std::vector<Port> k_none;
    if (node.fail || node.gate || !node.cases.empty()) return k_none;
    return node.used ? node.used->inputs : task_of(node).inputs;
  }
  const std::vector<Port>& outputs_of(const Node& node) const {
    if (!node.cases.empty() || node.gate) return node.outputs;
    return node.used ? node.used->outputs : wf::outputs_of(task_of(node));
  }

  Node node(const std::string& name, const Json& json) {
    Node out;
    out.name = name;
    if (const Json* version = json.find("workflow"))
      out.used = used(digest(*version));
    else if (const Json* cases = json.find("switch"))
      read_cases(*cases, out);
    else if (const Json* found = json.find("gate"))
      read_gate(*found, out);
    else if (const Json* message = json.find("fail"))
      out.fail = text_of(*message);
    else
      read_task(member(json, "task"), out);
    const std::vector<Port>& inputs = inputs_of(out);
    auto type_of = [&](const std::string& input) -> const Type& {
      const Port* found = find_port(inputs, input);
      if (found == nullptr) damaged(cat("what node '", name, "' runs has no input '", input, "'"));
      return found->type;
    };
    if (const Json* with = json.find("with")) {
      for (const auto& [input, item] : members_of(*with))
        out.with.emplace_back(input, binding(item, &type_of(input)));
    }
    if (const Json* map = json.find("map")) {
      for (const auto& [input, item] : members_of(*map)) {
        Type list = Type::list(type_of(input));
        out.map.emplace_back(input, binding(item, &list));
      }
    }
    if (const Json* knobs = json.find("each")) out.each = each(*knobs);
    out.attempts = read_attempts(json);
    out.after = strings(json.find("after"));
    if (const Json* condition = json.find("when")) out.when = expression(*condition);
    out.run_if = choice<RunIf>(json.find("run_if"), k_run_if_names);
    return out;
  }

  std::optional<Type> type_of(const Reference& ref) const {
    std::optional<Type> whole = type_of_whole(ref);
    if (!whole || ref.path.empty()) return whole;
    auto inside = accessed_type(*whole, ref);
    Type* type = std::get_if<Type>(&inside);
    return type == nullptr ? std::nullopt : std::optional(std::move(*type));
  }

  std::optional<Type> type_of_whole(const Reference& ref) const {
    if (ref.root == "inputs") {
      const Port* input = find_port(workflow_.inputs, ref.name);
      return input == nullptr ? std::nullopt : std::optional(input->type);
    }
    auto found = nodes_.find(ref.root);
    if (found == nodes_.end()) return std::nullopt;
    const auto& [node, may_be_skipped] = found->second;
    const Port* output = find_port(outputs_of(*node), ref.name);
    if (output == nullptr) return std::nullopt;
    return seen_type(output_type(*node, *output), may_be_skipped, nullptr);
  }

  WorkflowOutput output(const std::string& name, const Json& json) {
    if (json.find("value") != nullptr) {
      Type type = type_in(name, json);
      return {name, type, binding(json, &type)};
    }
    Binding bound = binding(json, nullptr);
    auto type = binding_type(bound, [this](const Reference& ref) { return type_of(ref); });
    if (!type) damaged(cat("output '", name, "' refers to nothing"));
    return {name, std::move(*type), std::move(bound)};
  }

  void keep(const Digest& file) {
    if (kept_.insert(file).second) workflow_.files.push_back({file, 0, {}, {}});
  }

  void keep_defaults(const std::vector<Port>& items) {
    for (const Port& item : items) {
      if (!item.default_value) continue;
      for (const Content& content : contents_of(item.type, *item.default_value)) keep(content.digest);
    }
  }

  void collect_files() {
    keep_defaults(workflow_.inputs);
    for (const Task& item : workflow_.tasks) {
      keep_defaults(item.inputs);
      for (const Source& source : item.sources) keep(source.digest);
    }
  }

  const Json& json_;
  const FindVersion& find_version_;
  Workflow workflow_;
  std::unordered_map<std::string_view, const Task*> tasks_;
  struct KnownNode {
    const Node* node;
    bool may_be_skipped;
  };
  std::unordered_map<std::string_view, KnownNode> nodes_;
  std::unordered_set<Digest, DigestHash> kept_;
};

}  // namespace

std::vector<Port> ports_from_canonical(const Json& json) { return ports(&json); }

Workflow workflow_from_canonical(const Json& canonical, const FindVersion& find_version) {
  return WorkflowReader(canonical, find_version).read();
}

}  // namespace wf
