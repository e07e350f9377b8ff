#include "cli/candidates.hpp"

#include <algorithm>
#include <memory>
#include <set>

#include "cli/settings.hpp"
#include "cli/store_access.hpp"
#include "cli/topics.hpp"
#include "core/base/text.hpp"
#include "core/catalog/artifact_list.hpp"
#include "core/catalog/dataset_list.hpp"
#include "core/catalog/names.hpp"
#include "core/catalog/reference.hpp"
#include "core/catalog/runs.hpp"
#include "core/definition/value.hpp"
#include "core/engine/pools.hpp"
#include "core/lineage/fields.hpp"
#include "core/registry/launch_plans.hpp"
#include "core/registry/scope.hpp"
#include "core/registry/versions.hpp"
#include "core/store/event_log.hpp"

namespace wf::cli {

namespace {

constexpr std::int64_t k_most_runs = 50;
constexpr std::int64_t k_most_nodes = 256;
constexpr std::size_t k_most_versions = 10;
constexpr std::int64_t k_runs_for_nodes = 5;  // whose nodes are offered where no run is named

bool wants(const Question& question, Kind kind) {
  return std::find(question.kinds.begin(), question.kinds.end(), kind) != question.kinds.end();
}

// The last value of a kind that stands before the cursor.
const std::string* given_of(const Question& question, Kind kind) {
  for (auto one = question.given.rbegin(); one != question.given.rend(); ++one) {
    if (std::find(one->kinds.begin(), one->kinds.end(), kind) != one->kinds.end()) return &one->value;
  }
  return nullptr;
}

const std::string* given_run(const Question& question) {
  const std::string* run = given_of(question, Kind::run);
  return run != nullptr ? run : given_of(question, Kind::running_run);
}

// Several runs have the same nodes.
Candidates each_once(Candidates candidates) {
  std::set<std::string> seen;
  std::erase_if(candidates, [&](const Candidate& one) { return !seen.insert(one.text).second; });
  return candidates;
}

class Finder {
 public:
  Finder(const Context& context, const std::vector<Command>& commands, const Question& question)
      : context_(context), commands_(commands), question_(question), scope_(context.scope()) {}

  Candidates find() {
    for (Kind kind : question_.kinds) add(kind);
    return each_once(std::move(found_));
  }

 private:
  void add(Kind kind);
  void add_scopes(ScopeKind kind, std::string_view before, std::string_view behind);
  void add_workflows();
  void add_versions();
  void add_plans(std::string_view before);
  std::vector<RunName> runs(std::string_view typed, std::int64_t limit) {
    return recent_runs(database(), scope_.project, scope_.domain, std::string(typed), limit);
  }
  void add_runs(std::string_view before, std::string_view typed, std::string_view behind);
  void add_run(const RunName& run, std::string_view before, std::string_view behind);
  void add_nodes();
  void add_nodes(const RunKey& run, std::string_view before, std::string_view typed, std::string_view behind);
  void add_tasks();
  void add_outputs(const std::string& run, const std::string& node, std::string_view before);
  void add_artifacts();
  void add_parts(std::string before, std::vector<std::string_view> parts);
  std::optional<Digest> version_meant();
  void add_inputs();
  void add_topics();
  void add_settings();
  void add_tags();
  void add_partitions();
  void add_streams();
  void add_fields();

  Database& database() {
    if (!store_) store_ = open_store(context_, Access::read_only);
    return store_->database();
  }
  RunKey run_of(const std::string& text) { return find_run(database(), scope_.project, scope_.domain, text); }

  const Context& context_;
  const std::vector<Command>& commands_;
  const Question& question_;
  Scope scope_;
  std::unique_ptr<Store> store_;
  Candidates found_;
};

void Finder::add(Kind kind) {
  switch (kind) {
    case Kind::text:
    case Kind::count:
      return;
    case Kind::file:
      if (!is_data_reference(question_.word) && !is_plan_reference(question_.word))
        found_.push_back({":files"});
      return;
    case Kind::folder:
      return found_.push_back({":folders"});
    case Kind::project:
      return add_scopes(ScopeKind::project, "", "");
    case Kind::domain:
      return add_scopes(ScopeKind::domain, "", "");
    case Kind::workflow:
      return add_workflows();
    case Kind::version:
      return add_versions();
    case Kind::plan:
      return add_plans("");
    case Kind::run_plan:
      return add_plans("plan:");
    case Kind::run:
      return add_runs("", question_.word, "");
    case Kind::running_run:
      for (const RunName& run : running_runs(database(), scope_.project, scope_.domain, k_most_runs))
        add_run(run, "", "");
      return;
    case Kind::node:
      return add_nodes();
    case Kind::task:
      return add_tasks();
    case Kind::artifact:
      return add_artifacts();
    case Kind::input:
      return add_inputs();
    case Kind::topic:
      return add_topics();
    case Kind::setting:
      return add_settings();
    case Kind::pool:
      for (const Pool& pool : list_pools(database())) found_.push_back({pool.name, pool.description});
      return;
    case Kind::secret:
      for (const SecretSetting& one : context_.settings().secrets()) found_.push_back({one.name, one.source.text()});
      return;
    case Kind::tag:
      return add_tags();
    case Kind::dataset:
      for (const Dataset& one : list_datasets(database(), {scope_.project, scope_.domain}).items)
        found_.push_back({one.name()});
      return;
    case Kind::partition:
      return add_partitions();
    case Kind::stream:
      return add_streams();
    case Kind::event:
      for (std::string_view type : k_event_types) found_.push_back({std::string(type)});
      return;
    case Kind::field:
      return add_fields();
  }
}

void Finder::add_scopes(ScopeKind kind, std::string_view before, std::string_view behind) {
  for (const ScopeName& one : scope_names(database(), kind))
    found_.push_back({cat(before, one.name, behind), one.description});
}

void Finder::add_workflows() {
  for (const WorkflowEntry& entry : list_workflows(database(), scope_)) {
    found_.push_back({entry.name, cat(entry.versions, entry.versions == 1 ? " version" : " versions")});
  }
}

// Labels and 'latest'; digests of the workflow that is typed: the newest, and once one is begun all.
void Finder::add_versions() {
  std::size_t at = question_.word.find('@');
  for (const WorkflowEntry& entry : list_workflows(database(), scope_)) {
    found_.push_back({entry.name + "@latest", entry.version.short_hex()});
    if (at == std::string::npos || question_.word.compare(0, at, entry.name) != 0) continue;
    std::vector<Digest> versions = versions_of(database(), scope_, entry.name);
    std::reverse(versions.begin(), versions.end());
    if (at + 1 == question_.word.size() && versions.size() > k_most_versions)
      versions.resize(k_most_versions);
    for (const Digest& version : versions)
      found_.push_back({cat(entry.name, '@', version.short_hex()), "a version"});
  }
  for (const LabelEntry& entry : list_labels(database(), scope_, "")) {
    found_.push_back({cat(entry.name, '@', entry.label), entry.version.short_hex()});
  }
}

// A name stands for the active plan; a digest is offered once it is begun.
void Finder::add_plans(std::string_view before) {
  for (const PlanEntry& entry : list_plans(database(), scope_, "")) {
    std::string name = cat(before, entry.name);
    found_.push_back({name, cat("of ", entry.workflow, entry.active ? ", active" : ", none active")});
    if (!question_.word.starts_with(cat(name, '@'))) continue;
    found_.push_back({cat(name, "@latest"), entry.latest.short_hex()});
    for (const Digest& plan : plans_of(database(), scope_, entry.name))
      found_.push_back({cat(name, '@', plan.short_hex()), "a launch plan"});
  }
}

void Finder::add_runs(std::string_view before, std::string_view typed, std::string_view behind) {
  for (const RunName& run : runs(typed, k_most_runs)) add_run(run, before, behind);
}

void Finder::add_run(const RunName& run, std::string_view before, std::string_view behind) {
  std::string help = cat(run.workflow, ", ", run.state);
  if (run.name) found_.push_back({cat(before, *run.name, behind), help});
  found_.push_back({cat(before, run.key.id.tail(), behind), help});
}

// Of the run that is named, else of the newest ones.
void Finder::add_nodes() {
  if (const std::string* run = given_run(question_)) return add_nodes(run_of(*run), "", question_.word, "");
  for (const RunName& run : runs("", k_runs_for_nodes)) add_nodes(run.key, "", question_.word, "");
}

// Elements of a mapped node only once its bracket is typed.
void Finder::add_nodes(const RunKey& key, std::string_view before, std::string_view typed,
                       std::string_view behind) {
  std::size_t bracket = typed.rfind('[');
  if (bracket != std::string_view::npos && typed.find('.', bracket) == std::string_view::npos) {
    std::string node(typed.substr(0, bracket));
    std::string digits(typed.substr(bracket + 1));
    for (const NodePath& path : elements_of(database(), key, node, digits, k_most_nodes)) {
      found_.push_back({cat(before, path.text(), behind)});
    }
    return;
  }
  for (const NodeName& node : node_names(database(), key, std::string(typed), k_most_nodes)) {
    found_.push_back({cat(before, node.name, behind), node.mapped ? "all elements" : ""});
    if (node.mapped) found_.push_back({cat(before, node.name, '['), "one element"});
  }
}

void Finder::add_tasks() {
  const std::string* workflow = given_of(question_, Kind::workflow);
  for (const Dataset& dataset : list_datasets(database(), {scope_.project, scope_.domain}).items) {
    if (workflow != nullptr && dataset.workflow != *workflow) continue;
    found_.push_back({dataset.task, cat("of ", dataset.workflow)});
  }
}

void Finder::add_outputs(const std::string& run, const std::string& node, std::string_view before) {
  RunKey key = run_of(run);
  if (node == k_run_inputs || node == k_run_outputs) {
    for (const RunValue& value :
         node == k_run_inputs ? inputs_of(database(), key) : outputs_of(database(), key))
      found_.push_back({cat(before, value.name), value.type});
    return;
  }
  std::optional<NodePath> path = NodePath::parse(node);
  if (!path) return;
  std::optional<Artifact> artifact = artifact_of(database(), key, *path);
  if (!artifact) artifact = artifact_of(database(), key, {path->node, 0});  // of a mapped node: any element
  if (!artifact) return;
  for (const ArtifactData& data : data_of(database(), *artifact))
    found_.push_back({cat(before, data.name), data.type});
}

// RUN, NODE and OUTPUT, each once the one before it is typed.
void Finder::add_parts(std::string before, std::vector<std::string_view> parts) {
  std::string run(parts[0]);
  if (parts.size() == 1) return add_runs(before, parts[0], "/");
  before += cat(run, '/');
  if (parts.size() == 2) {
    add_nodes(run_of(run), before, parts[1], "/");
    found_.push_back({cat(before, k_run_inputs, '/'), "what the run was given"});
    found_.push_back({cat(before, k_run_outputs, '/'), "what came out of it"});
    return;
  }
  std::string node(parts[1]);
  if (parts.size() == 3) add_outputs(run, node, cat(before, node, '/'));
}

void Finder::add_artifacts() {
  std::string_view word = question_.word;
  if (word.starts_with("wf:")) {
    std::vector<std::string_view> parts = split(word.substr(3), '/');
    if (parts.size() == 1) return add_scopes(ScopeKind::project, "wf:", "/");
    if (parts.size() == 2) return add_scopes(ScopeKind::domain, cat("wf:", parts[0], '/'), "/");
    scope_ = {std::string(parts[0]), std::string(parts[1])};
    return add_parts(cat("wf:", scope_.project, '/', scope_.domain, '/'), {parts.begin() + 2, parts.end()});
  }
  std::vector<std::string_view> parts = split(word, '/');
  if (parts.size() > 1) return add_parts("", parts);
  if (!wants(question_, Kind::run)) add_runs("", word, "/");
  for (const Artifact& artifact :
       list_artifacts(database(), {scope_.project, scope_.domain, {}, "", k_most_runs}).items) {
    found_.push_back({artifact.id.tail(), cat("artifact of ", artifact.producer())});
  }
  add_tags();
  found_.push_back({"wf:", "an output of a node of a run"});
}

void Finder::add_tags() {
  for (const Tag& one : list_tags(database(), {scope_.project, scope_.domain}).items)
    found_.push_back(
        {cat(one.workflow, '#', one.task, ':', one.name), cat("artifact ", one.artifact.tail())});
}

void Finder::add_partitions() {
  for (const Dataset& dataset : list_datasets(database(), {scope_.project, scope_.domain}).items) {
    for (const std::string& key : partition_keys(database(), dataset))
      found_.push_back({cat(key, '='), cat("of ", dataset.name())});
  }
}

void Finder::add_streams() {
  found_.push_back({"store", "of the whole store"});
  for (const ScopeName& project : scope_names(database(), ScopeKind::project)) {
    for (const ScopeName& domain : scope_names(database(), ScopeKind::domain))
      found_.push_back({cat(project.name, '/', domain.name), "of a project and domain"});
  }
  for (const RunName& run : runs("", k_most_runs))
    found_.push_back({run_stream(run.key.id), cat(run.workflow, ", ", run.state)});
}

// The last of those that are typed.
void Finder::add_fields() {
  std::size_t comma = question_.word.rfind(',');
  std::string before = comma == std::string::npos ? std::string() : question_.word.substr(0, comma + 1);
  for (const std::string& field : vertex_fields()) found_.push_back({cat(before, field)});
}

// Of the run, the launch plan or the version that is named. A definition that is not registered would have to be
// read with all its files, which may take its time.
std::optional<Digest> Finder::version_meant() {
  if (const std::string* run = given_run(question_)) return read_run(database(), run_of(*run)).version;
  const std::string* reference = given_of(question_, Kind::version);
  if (reference == nullptr) return std::nullopt;
  if (is_plan_reference(*reference)) return resolve_plan(database(), scope_, *reference).workflow.version;
  if (reference->find('@') == std::string::npos) return std::nullopt;
  return resolve_version(database(), scope_, *reference).version;
}

void Finder::add_inputs() {
  if (question_.word.find('=') != std::string::npos) return found_.push_back({":files"});
  std::optional<Digest> version = version_meant();
  if (!version) return;
  for (const Port& port : load_version(database(), *version).inputs) {
    std::string help = port.type.text();
    if (port.default_value)
      help += cat(", default ", printed_value(port.type.text(), *port.default_value).compact());
    found_.push_back({port.name + '=', help});
  }
}

void Finder::add_settings() {
  for (const SettingKey& key : setting_keys())
    found_.push_back({std::string(key.name), std::string(key.doc)});
}

void Finder::add_topics() {
  std::vector<std::string> words;
  for (const Given& one : question_.given) {
    if (one.kinds == question_.kinds) words.push_back(one.value);
  }
  found_ = words_after(commands_, join(words, " "));
  if (!words.empty()) return;
  for (const Topic& topic : all_topics()) found_.push_back({topic.name, topic.summary});
}

}  // namespace

Candidates words_after(const std::vector<Command>& commands, const std::string& group) {
  Candidates found;
  for (const std::string& word : next_words(commands, group)) {
    std::string name = group.empty() ? word : cat(group, ' ', word);
    auto whole = std::find_if(commands.begin(), commands.end(),
                              [&](const Command& command) { return command.name == name; });
    found.push_back({word, whole == commands.end() ? verbs_of(group_of(commands, name)) : whole->summary});
  }
  return found;
}

Candidates candidates_of(const Context& context, const std::vector<Command>& commands,
                         const Question& question) {
  return Finder(context, commands, question).find();
}

}  // namespace wf::cli
