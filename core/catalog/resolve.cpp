// From a reference to the value it stands for.
#include <algorithm>
#include <map>

#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/list_length.hpp"
#include "core/catalog/reference.hpp"
#include "core/definition/model.hpp"
#include "core/definition/stored_text.hpp"
#include "core/store/version.hpp"

namespace wf {

namespace {

// A run, or the frame in it of a workflow that one of its nodes runs: then that one's version and state.
struct RunFacts {
  RunKey key;
  Digest version;
  std::string state;
  std::string frame = {};
};

RunFacts read_facts(Database& database, const RunKey& key) {
  Statement& row =
      database.statement("SELECT version, state FROM run WHERE project = ?1 AND domain = ?2 AND id = ?3");
  row.bind(key.project, key.domain, key.id);
  row.step();
  RunFacts facts{key, row.digest(0), row.string(1)};
  row.reset();
  return facts;
}

// The same run, as the nodes of a frame see it; nullopt where it has no such frame.
std::optional<RunFacts> find_frame(Database& database, const RunFacts& run, const std::string& frame) {
  if (frame.empty()) return run;
  FramePath place = frame_path(frame);
  Statement& row = database.statement(
      "SELECT version, state FROM frame WHERE project = ?1 AND domain = ?2 AND run = ?3 AND parent = ?4 AND node = ?5 "
      "AND element = ?6");
  ResetLater reset(row);
  row.bind(run.key.project, run.key.domain, run.key.id, place.parent, place.node, place.element);
  if (!row.step()) return std::nullopt;
  return RunFacts{run.key, row.digest(0), row.string(1), frame};
}

RunFacts within(Database& database, const RunFacts& run, const std::string& frame) {
  if (auto found = find_frame(database, run, frame)) return std::move(*found);
  throw Error(codes::k_node_not_found,
              cat("run ", run.key.id.tail(), " has run no workflow as its node '", frame, "'"),
              cat("see 'wf show ", run.key.id.tail(), "'"));
}

Type read_type(std::string_view text) {
  std::variant<Type, TypeError> parsed = parse_type(text);
  if (const Type* type = std::get_if<Type>(&parsed)) return *type;
  throw Error(codes::k_catalog_corrupt, cat("the store holds a value of an unknown type '", text, "'"));
}

struct CollectedValue {
  Type type;
  Json value;
};

// Reads one row of (type, value); nullopt when there is none.
std::optional<CollectedValue> read_value(Statement& row) {
  std::optional<CollectedValue> found;
  if (row.step())
    found =
        CollectedValue{read_type(row.text(0)), value_from_store(row.text(0), row.text(1), "a stored value")};
  row.reset();
  return found;
}

std::vector<std::string> names_of(Statement& rows) {
  return rows_of(rows, [](const Statement& row) { return row.string(0); });
}

std::string run_text(const RunKey& key) { return cat("run ", key.id.tail()); }

std::string own_sql(std::string_view columns, bool inputs, std::string_view condition) {
  return cat("SELECT ", columns, " FROM ", inputs ? "run_input" : "run_output",
             " WHERE project = ?1 AND domain = ?2 AND run = ?3", condition);
}

// The run's own input or output.
CollectedValue resolve_own(Database& database, const RunFacts& run, std::string_view which,
                       const std::string& name) {
  bool inputs = which == k_run_inputs;
  Statement& row = database.statement(own_sql("type, value", inputs, " AND name = ?4"));
  row.bind(run.key.project, run.key.domain, run.key.id, name);
  if (std::optional<CollectedValue> found = read_value(row)) return *found;
  if (!inputs && run.state != "succeeded") {
    throw Error(codes::k_no_result, cat(run_text(run.key), " has no outputs: it is ", run.state),
                "refer to a node that succeeded: wf:PROJECT/DOMAIN/RUN/NODE/OUTPUT");
  }
  Statement& names = database.statement(own_sql("name", inputs, ""));
  std::vector<std::string> known = names_of(names.bind(run.key.project, run.key.domain, run.key.id));
  throw Error(codes::k_output_not_found,
              cat(run_text(run.key), " has no ", inputs ? "input" : "output", " '", name, "'"),
              known.empty() ? "it has none" : cat("it has ", join(known, ", ")));
}

const Node& require_node(const Workflow& workflow, const RunFacts& run, const NodePath& path) {
  if (const Node* node = workflow.find_node(split_path(path.node).node)) return *node;
  std::vector<std::string> names;
  for (const Node& node : workflow.nodes) names.push_back(node.name);
  throw Error(codes::k_node_not_found,
              cat(run_text(run.key), " of '", workflow.name, "' has no node '", path.node, "'"),
              did_you_mean(path.node, names));
}

const Port& require_output(const Workflow& workflow, const Node& node, const std::string& output) {
  const std::vector<Port>& outputs = outputs_of(workflow, node);
  if (const Port* port = find_port(outputs, output)) return *port;
  std::vector<std::string> names;
  for (const Port& port : outputs) names.push_back(port.name);
  throw Error(codes::k_output_not_found, cat("node '", node.name, "' has no output '", output, "'"),
              names.empty() ? "it has none" : cat("it has ", join(names, ", ")));
}

struct NodeRow {
  std::int64_t element = -1;
  std::string state;
  std::optional<Uuid> artifact;
};

std::vector<NodeRow> read_rows(Database& database, const RunFacts& facts, const std::string& node) {
  const RunKey& run = facts.key;
  Statement& rows = database.statement(
      "SELECT element, state, artifact FROM execution WHERE project = ?1 AND domain = ?2 AND run = ?3 AND "
      "node = ?4 ORDER BY element");
  rows.bind(run.project, run.domain, run.id, joined_path(facts.frame, node));
  std::vector<NodeRow> found;
  while (rows.step()) {
    NodeRow row{rows.integer(0), rows.string(1), std::nullopt};
    if (!rows.is_null(2)) row.artifact = rows.uuid(2);
    found.push_back(row);
  }
  rows.reset();
  return found;
}

[[noreturn]] void throw_no_result(const RunFacts& run, const NodePath& path, std::string_view why) {
  throw Error(codes::k_no_result,
              cat("node '", path.text(), "' of ", run_text(run.key), " has no result: ", why),
              cat("see 'wf show ", run.key.id.tail(), "'"));
}

Json read_data(Database& database, const RunKey& run, const Uuid& artifact, const std::string& output) {
  Statement& row = database.statement(
      "SELECT type, value FROM artifact_data WHERE project = ?1 AND domain = ?2 AND artifact = ?3 AND "
      "name = ?4");
  row.bind(run.project, run.domain, artifact, output);
  std::optional<CollectedValue> found = read_value(row);
  if (found) return found->value;
  throw Error(codes::k_catalog_corrupt, cat("artifact ", artifact.text(), " has no data '", output, "'"));
}

// How many elements a mapped node has; nullopt when that cannot be told.
std::optional<std::size_t> mapped_length(Database& database, const RunFacts& whole, const RunFacts& run,
                                         const Node& node) {
  std::map<std::string, Workflow> workflows;
  auto workflow_of = [&](const std::string& frame) -> const Workflow* {
    auto known = workflows.find(frame);
    if (known != workflows.end()) return &known->second;
    std::optional<RunFacts> facts = find_frame(database, whole, frame);
    return facts ? &workflows.emplace(frame, load_version(database, facts->version)).first->second : nullptr;
  };
  return ListLengths(database, whole.key, workflow_of).of_node(run.frame, node);
}

// All elements of a mapped node that has ended, as one list; null for those that may be missing.
Json collect_elements(Database& database, const RunFacts& whole, const RunFacts& run, const Node& node,
                      const DataReference& reference) {
  std::vector<NodeRow> rows = read_rows(database, run, node.name);
  if (!rows.empty() && rows.front().element < 0)
    throw_no_result(run, reference.node, cat("it is ", rows.front().state));
  // What succeeded has a row for each element, unless it was stopped early.
  bool all = run.state == "succeeded" && !node.each.stop_early;
  std::optional<std::size_t> length = all ? rows.size() : mapped_length(database, whole, run, node);
  if (!length)
    throw_no_result(run, reference.node, "how many elements it has is not known; name one, as in score[0]");
  auto has_artifact = [](const NodeRow& row) { return row.artifact.has_value(); };
  auto good = std::count_if(rows.begin(), rows.end(), has_artifact);
  bool enough = good >= node.each.needed_of(static_cast<std::int64_t>(*length));
  bool stopped = enough && node.each.stop_early;
  Json list = Json(Json::Array(*length));
  for (const NodeRow& row : rows) {
    if (!row.artifact && !stopped && !(row.state == "failed" && node.each.may_leave_out()))
      throw_no_result(run, {reference.node.node, row.element}, cat("it is ", row.state));
    if (row.artifact && static_cast<std::size_t>(row.element) < *length)
      list.as_array()[static_cast<std::size_t>(row.element)] =
          read_data(database, run.key, *row.artifact, reference.output);
  }
  if (!enough || (rows.size() < *length && !stopped))
    throw_no_result(run, reference.node, "not all of its elements ran; name one, as in score[0]");
  return list;
}

// What a workflow gives that a node runs is what nodes in it made.
[[noreturn]] void refuse_used(const RunFacts& run, const Node& node, const DataReference& reference) {
  std::string hint = cat("refer to the node in it that made '", reference.output, "'");
  const UsedVersion& used = *node.used;
  std::string place = reference.node.text();
  if (!node.map.empty() && reference.node.element < 0) place += "[0]";
  for (const WorkflowOutput& output : used.workflow->outputs) {
    const auto* from = std::get_if<Reference>(&output.binding.value);
    if (output.name != reference.output || from == nullptr || from->root == k_run_inputs) continue;
    hint += cat(": ", place, ".", from->root, "/", from->name);
  }
  throw Error(codes::k_no_result,
              cat("node '", reference.node.text(), "' of ", run_text(run.key), " runs the workflow '", used.name,
                  "' and has no artifact of its own"),
              hint);
}

// What a dynamic task gives is made by nodes in what it emitted; its own is the definition.
const Port& require_definition(const RunFacts& run, const Task& task, const DataReference& reference) {
  if (reference.output == k_definition_output) return task.outputs.front();
  throw Error(codes::k_no_result,
              cat("node '", reference.node.text(), "' of ", run_text(run.key),
                  " runs the workflow that it emitted and has no artifact of its own but '", k_definition_output, "'"),
              cat("refer to the node in it that made '", reference.output, "': 'wf show ", run.key.id.text(), "' names them"));
}

// What the execution of a node made; `taken` is the node, or the one of its cases that was chosen.
ResolvedData resolve_execution(Database& database, const RunFacts& run, const Workflow& workflow, const Node& taken,
                               ResolvedData resolved) {
  for (const NodeRow& row : read_rows(database, run, taken.name)) {
    if (row.element != resolved.node.element) continue;
    if (!row.artifact) throw_no_result(run, resolved.node, cat("it is ", row.state));
    // One of the cases need not give what another gives.
    const Task& task = *task_of(workflow, taken);
    if (find_port(task.outputs, resolved.output) == nullptr) return resolved;
    resolved.artifact = row.artifact;
    resolved.value = read_data(database, run.key, *row.artifact, resolved.output);
    return resolved;
  }
  throw_no_result(run, resolved.node, run.state == "running" ? "it has not started" : "it never started");
}

// What somebody gave, who is in no catalog.
ResolvedData resolve_gate(Database& database, const RunFacts& run, ResolvedData resolved) {
  std::optional<Json> value = gate_value(database, run.key, resolved.node.node);
  if (!value) throw_no_result(run, resolved.node, "nobody has given it a value");
  resolved.value = std::move(*value);
  return resolved;
}

ResolvedData resolve_node(Database& database, const RunFacts& whole, const DataReference& reference) {
  RunFacts run = within(database, whole, split_path(reference.node.node).frame);
  Workflow workflow = load_version(database, run.version);
  const Node& node = require_node(workflow, run, reference.node);
  const Node& taken = chosen_node(database, run.key, reference.node.node, node);
  bool mapped = !node.map.empty();
  if (!mapped && reference.node.element >= 0)
    throw_no_result(run, reference.node, cat("'", node.name, "' is not mapped and has no elements"));
  const Task* task = task_of(workflow, taken);
  bool dynamic = task != nullptr && task->promised;
  const Port& port =
      dynamic ? require_definition(run, *task, reference) : require_output(workflow, node, reference.output);
  if (used_workflow(taken) != nullptr) refuse_used(run, taken, reference);
  ResolvedData resolved{run.key, reference.node, reference.output, port.type, {}, {}};
  if (node.gate) return resolve_gate(database, run, std::move(resolved));
  if (!mapped || reference.node.element >= 0)
    return resolve_execution(database, run, workflow, taken, std::move(resolved));
  resolved.type = output_type(node, port);
  resolved.value = collect_elements(database, whole, run, node, reference);
  return resolved;
}

// A run that came from another store, by its id, which is one everywhere; a name may mean another run.
bool is_here(Database& database, const DataReference& reference) {
  std::optional<Uuid> run = Uuid::parse(reference.run);
  if (!run) return false;
  Statement& row = database.statement("SELECT 1 FROM run WHERE project = ?1 AND domain = ?2 AND id = ?3");
  row.bind(reference.project, reference.domain, *run);
  return row_of(row, [](const Statement&) { return true; }).has_value();
}

}  // namespace

std::optional<DataReference> find_data_reference(Database& database, const std::string& project,
                                                 const std::string& domain, std::string_view text) {
  if (is_data_reference(text)) return DataReference::parse(text);
  std::vector<std::string_view> parts = split(text, '/');
  if (parts.size() != 3) return std::nullopt;
  std::string run(parts[0]);
  std::optional<NodePath> node = NodePath::parse(parts[1]);
  if (!node || match_runs(database, project, domain, run).empty()) return std::nullopt;
  return DataReference{std::nullopt, project, domain, run, *node, std::string(parts[2])};
}

ResolvedData resolve_data(Store& store, const DataReference& reference) {
  if (reference.store && *reference.store != store.id() && !is_here(store.database(), reference)) {
    throw Error(codes::k_other_store,
                cat("'", reference.text(), "' is in another store: this one is ", store.id().text()),
                "open the store it names with --store");
  }
  Database& database = store.database();
  RunFacts run = read_facts(database, find_run(database, reference.project, reference.domain, reference.run));
  bool own = reference.node.node == k_run_inputs || reference.node.node == k_run_outputs;
  if (!own) return resolve_node(database, run, reference);
  CollectedValue found = resolve_own(database, run, reference.node.node, reference.output);
  return {run.key, reference.node, reference.output, found.type, found.value, {}};
}

}  // namespace wf
