// From a reference to the value it stands for.
#include <algorithm>

#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/reference.hpp"
#include "core/definition/access.hpp"
#include "core/definition/model.hpp"
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

// The same run, as the nodes of a frame see it.
RunFacts within(Database& database, const RunFacts& run, const std::string& frame) {
  if (frame.empty()) return run;
  FramePath place = frame_path(frame);
  Statement& row = database.statement(
      "SELECT version, state FROM frame WHERE project = ?1 AND domain = ?2 AND run = ?3 AND parent = ?4 AND node = ?5 "
      "AND element = ?6");
  ResetLater reset(row);
  row.bind(run.key.project, run.key.domain, run.key.id, place.parent, place.node, place.element);
  if (row.step()) return {run.key, row.digest(0), row.string(1), frame};
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
  if (row.step()) found = CollectedValue{read_type(row.text(0)), Json::parse(row.text(1), "a stored value")};
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

std::optional<std::size_t> mapped_length(Database& database, const RunFacts& run, const Workflow& workflow,
                                         const Node& node);

// How many items a list bound to `map` had; nullopt when that cannot be told.
std::optional<std::size_t> bound_length(Database& database, const RunFacts& run, const Workflow& workflow,
                                        const Binding& binding) {
  if (const auto* list = std::get_if<BindingList>(&binding.value)) return list->items.size();
  const Json* literal = std::get_if<Json>(&binding.value);
  if (literal != nullptr && literal->is_array()) return literal->as_array().size();
  const auto* reference = std::get_if<Reference>(&binding.value);
  if (reference == nullptr) return std::nullopt;
  Json value;
  if (reference->root == k_run_inputs) {
    if (!run.frame.empty()) return std::nullopt;
    value = resolve_own(database, run, k_run_inputs, reference->name).value;
  } else {
    const Node* source = workflow.find_node(reference->root);
    bool mapped = source != nullptr && !source->map.empty();
    if (mapped && !reference->path.empty()) return std::nullopt;
    if (mapped) return mapped_length(database, run, workflow, *source);
    std::vector<NodeRow> rows = read_rows(database, run, reference->root);
    if (rows.empty() || !rows[0].artifact) return std::nullopt;
    value = read_data(database, run.key, *rows[0].artifact, reference->name);
  }
  const Json* list = value_inside(value, *reference);
  return list != nullptr && list->is_array() ? std::optional(list->as_array().size()) : std::nullopt;
}

std::optional<std::size_t> mapped_length(Database& database, const RunFacts& run, const Workflow& workflow,
                                         const Node& node) {
  bool product = node.each.combine == Each::Combine::product;
  std::size_t length = 1;
  for (const auto& [input, binding] : node.map) {
    std::optional<std::size_t> one = bound_length(database, run, workflow, binding);
    if (!one || !product) return one;
    length *= *one;
  }
  return length;
}

// All elements of a mapped node, as one list; null for those that may be missing.
Json collect_elements(Database& database, const RunFacts& run, const Workflow& workflow, const Node& node,
                      const DataReference& reference) {
  std::vector<NodeRow> rows = read_rows(database, run, node.name);
  if (!rows.empty() && rows.front().element < 0) throw_no_result(run, reference.node, cat("it is ", rows.front().state));
  // What succeeded has a row for each element, unless it was stopped early.
  bool all = run.state == "succeeded" && !node.each.stop_early;
  std::optional<std::size_t> length = all ? rows.size() : mapped_length(database, run, workflow, node);
  if (!length) throw_no_result(run, reference.node, "how many elements it has is not known; name one, as in score[0]");
  Json list = Json(Json::Array(*length));
  std::int64_t good = 0;
  for (const NodeRow& row : rows) {
    bool outside = static_cast<std::size_t>(row.element) >= *length;
    if (!row.artifact && !node.each.may_leave_out()) throw_no_result(run, {node.name, row.element}, cat("it is ", row.state));
    if (!row.artifact || outside) continue;
    list.as_array()[static_cast<std::size_t>(row.element)] =
        read_data(database, run.key, *row.artifact, reference.output);
    ++good;
  }
  if (good < node.each.needed_of(static_cast<std::int64_t>(*length)))
    throw_no_result(run, reference.node, "not all of its elements ran; name one, as in score[0]");
  return list;
}

// What a workflow gives that a node runs is what nodes in it made.
[[noreturn]] void refuse_used(const RunFacts& run, const Node& node, const DataReference& reference) {
  std::string hint = cat("refer to the node in it that made '", reference.output, "'");
  const UsedVersion& used = *node.used;
  for (const WorkflowOutput& output : used.workflow->outputs) {
    const auto* from = std::get_if<Reference>(&output.binding.value);
    if (output.name != reference.output || from == nullptr) continue;
    hint += cat(": ", reference.node.text(), ".", from->root, "/", from->name);
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

ResolvedData resolve_node(Database& database, const RunFacts& whole, const DataReference& reference) {
  RunFacts run = within(database, whole, split_path(reference.node.node).frame);
  Workflow workflow = load_version(database, run.version);
  const Node& node = require_node(workflow, run, reference.node);
  const Task* task = task_of(workflow, node);
  bool dynamic = task != nullptr && task->promised;
  const Port& port =
      dynamic ? require_definition(run, *task, reference) : require_output(workflow, node, reference.output);
  if (used_workflow(node) != nullptr) refuse_used(run, node, reference);
  ResolvedData resolved{run.key, reference.node, reference.output, port.type, {}, {}};
  bool mapped = !node.map.empty();
  if (!mapped && reference.node.element >= 0) {
    throw_no_result(run, reference.node, cat("'", node.name, "' is not mapped and has no elements"));
  }
  if (mapped && reference.node.element < 0) {
    resolved.type = output_type(node, port);
    resolved.value = collect_elements(database, run, workflow, node, reference);
    return resolved;
  }
  for (const NodeRow& row : read_rows(database, run, node.name)) {
    if (row.element != reference.node.element) continue;
    if (!row.artifact) throw_no_result(run, reference.node, cat("it is ", row.state));
    resolved.artifact = row.artifact;
    resolved.value = read_data(database, run.key, *row.artifact, reference.output);
    return resolved;
  }
  throw_no_result(run, reference.node, run.state == "running" ? "it has not started" : "it never started");
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
  if (reference.store && *reference.store != store.id()) {
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
