#include "core/lineage/history.hpp"

#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/runs.hpp"
#include "core/definition/stored_text.hpp"
#include "core/definition/value.hpp"

namespace wf {

namespace {

NamedValue read_value(const Statement& row) {
  return {row.string(0), row.string(1), value_from_store(row.text(1), row.text(2), "a stored value")};
}

// Calls `take` with each execution of a pack and its artifact. `only` leaves out the others.
template <typename Take>
void read_pack(std::string_view executions, std::string_view artifacts, const std::optional<Uuid>& only,
               const Take& take) {
  constexpr std::size_t k_id = sizeof(Uuid::bytes);
  Json list = Json::parse(executions, "a pack of reuses");
  const Json::Array& names = list.as_array();
  for (std::size_t i = 0; i < names.size() && (i + 1) * k_id <= artifacts.size(); ++i) {
    std::optional<Uuid> artifact = Uuid::from_bytes(artifacts.substr(i * k_id, k_id));
    if (only && artifact != only) continue;
    std::string_view name = names[i].as_string();
    std::size_t slash = name.find('/');
    std::int64_t element = parse_int(name.substr(slash + 1)).value_or(-1);
    take(NodePath{std::string(name.substr(0, slash)), element}, *artifact);
  }
}

constexpr std::string_view k_input_columns =
    "SELECT name, type, value, given, origin, source_project, source_domain, source_run, source_node, "
    "source_element, source_output FROM run_input WHERE project = ?1 AND domain = ?2 AND run = ?3";

StoredInput read_input(const Statement& row, const RunKey& run) {
  StoredInput input{{run,
                     row.string(0),
                     row.string(1),
                     value_from_store(row.text(1), row.text(2), "a run's input"),
                     {},
                     row.string(3),
                     row.optional_string(4)},
                    std::nullopt};
  if (row.is_null(7)) return input;
  NodePath node{row.string(8), row.optional_integer(9).value_or(-1)};
  input.source = InputSource{{row.string(5), row.string(6), row.uuid(7)}, node, row.string(10)};
  return input;
}

void merge_state(std::string& state, const std::string& other) {
  if (state.empty()) state = other;
  if (state != other) state = "mixed";
}

}  // namespace

const RunVertex& History::run(const RunKey& key) {
  auto known = runs_.find(key);
  return known != runs_.end() ? known->second : runs_.emplace(key, read_run(key)).first->second;
}

RunVertex History::read_run(const RunKey& key) {
  Statement& row = database_->statement(
      "SELECT name, state, requested, workflow, version, registration, created_us, ended_us, created_by, "
      "(SELECT p.name || '@' || lower(substr(hex(p.digest), 1, 12)) FROM launch_plan p WHERE p.digest = "
      "plan), parent, relation, iif(state = 'running', abort_cause, NULL) "
      "FROM run WHERE project = ?1 AND domain = ?2 AND id = ?3");
  row.bind(key.project, key.domain, key.id);
  if (!row.step()) throw Error(codes::k_catalog_corrupt, cat("run ", key.id.text(), " is missing"));
  RunVertex run{key,
                row.optional_string(0),
                row.string(1),
                row.string(2),
                row.string(3),
                row.digest(4),
                row.integer(5),
                row.integer(6),
                row.optional_integer(7),
                row.string(8),
                {},
                {},
                row.optional_string(9),
                {},
                row.optional_string(11).value_or(""),
                false,
                row.optional_string(12)};
  if (!row.is_null(10)) run.parent = row.uuid(10);
  row.reset();
  if (run.state == "running") {
    std::optional<DriverInfo> driver = newest_driver(*database_, key);
    run.driver_dead = !driver || state_of(*driver) == DriverState::dead;
  }
  if (!drivers(key).empty()) {
    run.host = drivers(key).back().host;
    run.platform = drivers(key).back().platform;
  }
  return run;
}

const std::vector<History::DriverPlace>& History::drivers(const RunKey& key) {
  auto [place, is_new] = drivers_.try_emplace(key);
  if (!is_new) return place->second;
  Statement& rows = database_->statement(
      "SELECT fence, host, platform FROM driver WHERE project = ?1 AND domain = ?2 AND run = ?3 "
      "ORDER BY fence");
  rows.bind(key.project, key.domain, key.id);
  place->second = rows_of(rows, [](const Statement& row) {
    return DriverPlace{row.integer(0), row.string(1), row.string(2)};
  });
  return place->second;
}

const History::Frames& History::frames(const RunKey& run) {
  auto [place, is_new] = frames_.try_emplace(run.id);
  if (!is_new) return place->second;
  Statement& rows = database_->statement(
      "SELECT parent, node, element, version, state FROM frame WHERE project = ?1 AND domain = ?2 AND run = ?3 "
      "ORDER BY parent, node, element");
  ResetLater reset(rows);
  rows.bind(run.project, run.domain, run.id);
  while (rows.step()) {
    std::string parent = rows.string(0);
    std::string node = rows.string(1);
    std::string path = joined_path(parent, NodePath{node, rows.integer(2)}.text());
    place->second.versions.emplace(path, rows.digest(3));
    place->second.by_node[{std::move(parent), std::move(node)}].push_back(
        {std::move(path), rows.integer(2), rows.digest(3), rows.string(4)});
  }
  return place->second;
}

const std::vector<FrameRow>& History::frames(const RunKey& run, const std::string& parent,
                                             const std::string& node) {
  static const std::vector<FrameRow> k_none;
  const Frames& all = frames(run);
  auto found = all.by_node.find({parent, node});
  return found == all.by_node.end() ? k_none : found->second;
}

std::optional<std::int64_t> History::choice(const RunKey& run, const std::string& node) {
  auto [place, is_new] = choices_.try_emplace(run.id);
  if (is_new) {
    Statement& rows = database_->statement(
        "SELECT node, chosen FROM choice WHERE project = ?1 AND domain = ?2 AND run = ?3");
    ResetLater reset(rows);
    rows.bind(run.project, run.domain, run.id);
    while (rows.step()) place->second.emplace(rows.string(0), rows.integer(1));
  }
  auto found = place->second.find(node);
  return found == place->second.end() ? std::nullopt : std::optional(found->second);
}

const Workflow& History::workflow(const Digest& version) {
  return *versions_.read(version)->workflow;
}

std::int64_t History::known_since(const Digest& version) {
  Statement& row = database_->statement("SELECT created_us FROM version WHERE digest = ?1");
  return row_of(row.bind(version), [](const Statement& found) { return found.integer(0); }).value_or(0);
}

bool History::has_frame(const RunKey& key, const std::string& frame) {
  return frame.empty() || frames(key).versions.contains(frame);
}

const Node* History::node(const RunKey& run, const std::string& path) {
  auto [frame, name] = split_path(path);
  const Node* node = has_frame(run, frame) ? workflow(version_of(run, frame)).find_node(name) : nullptr;
  if (node == nullptr || node->cases.empty()) return node;
  auto chosen = choice(run, path);
  return chosen ? &node->cases[static_cast<std::size_t>(*chosen)] : node;
}

const Digest& History::version_of(const RunKey& key, const std::string& frame) {
  if (frame.empty()) return run(key).version;
  const Frames& all = frames(key);
  auto found = all.versions.find(frame);
  if (found == all.versions.end())
    throw Error(codes::k_catalog_corrupt, cat("run ", key.id.text(), " has no frame '", frame, "'"));
  return found->second;
}

const std::vector<NodeRow>& History::rows(const RunKey& run, const std::string& node) {
  auto [place, is_new] = rows_.try_emplace(cat(run.id.view(), node));
  if (is_new) place->second = read_rows(run, node);
  return place->second;
}

History::Split History::split(const RunKey& run, const std::string& node, const ValuePlace& place) {
  const std::vector<NodeRow>& all = rows(run, node);
  bool mapped = !all.empty() && all.front().element >= 0;
  if (!mapped || place.empty()) return {std::nullopt, place};
  return {place.front().items, ValuePlace(place.begin() + 1, place.end())};
}

// Not by the view `execution`, which would take every pack of the run apart for each of its nodes.
std::vector<NodeRow> History::read_rows(const RunKey& run, const std::string& node) {
  std::vector<NodeRow> found;
  for (ExecutionEntry& row : tables_.executions(run, node))
    found.push_back({row.element, std::move(row.state), row.started_us, row.ended_us.value_or(0),
                     row.artifact, run, NodePath{node, row.element}});
  const Packs& packed = packs(run);
  if (auto place = packed.find(node); place != packed.end()) {
    for (const Packed& one : place->second)
      found.push_back({one.element, one.state, one.reused_us, one.reused_us, one.artifact, run, {}});
    std::sort(found.begin(), found.end(),
              [](const NodeRow& one, const NodeRow& other) { return one.element < other.element; });
  }
  for (NodeRow& row : found) {
    if (row.reused() && row.artifact) find_producer(row);
  }
  return found;
}

// What was not reused was made by the execution itself.
void History::find_producer(NodeRow& row) {
  Statement& found = database_->statement(
      "SELECT run, node, element FROM artifact WHERE project = ?1 AND domain = ?2 AND id = ?3");
  ResetLater reset(found);
  if (!found.bind(row.producer.project, row.producer.domain, row.artifact).step())
    return row.artifact.reset();
  row.producer.id = found.uuid(0);
  row.made_by = {found.string(1), found.integer(2)};
}

const History::Packs& History::packs(const RunKey& run) {
  auto [place, is_new] = packs_.try_emplace(run.id);
  if (!is_new) return place->second;
  Statement& rows = database_->statement(
      "SELECT executions, artifacts, reused_us, state FROM reuse_pack WHERE project = ?1 AND domain = ?2 AND "
      "run = ?3 ORDER BY pack");
  ResetLater reset(rows);
  rows.bind(run.project, run.domain, run.id);
  while (rows.step()) {
    read_pack(rows.text(0), rows.bytes(1), std::nullopt, [&](const NodePath& node, const Uuid& artifact) {
      place->second[node.node].push_back({node.element, artifact, rows.integer(2), rows.string(3)});
    });
  }
  return place->second;
}

// The first by itself, since most questions are about one artifact of a run; then all at once: a map over
// 10 000 items asks for one after the other, and its reuses lie in few other runs.
std::vector<RunNode> History::holders(const RunKey& producer, const Uuid& artifact) {
  auto [place, is_new] = reuses_.try_emplace(producer.id);
  Reuses& reuses = place->second;
  if (is_new) {
    reuses.runs = reusers(producer);
    reuses.runs.insert(reuses.runs.begin(), producer);
  }
  Holders found;
  if (is_new) {
    for (const RunKey& run : reuses.runs) add_holders(run, artifact, found);
    return found[artifact];
  }
  if (!reuses.all) {
    for (const RunKey& run : reuses.runs) add_holders(run, std::nullopt, found);
    reuses.all = std::move(found);
  }
  return (*reuses.all)[artifact];
}

std::vector<RunKey> History::reusers(const RunKey& producer) {
  Statement& rows = database_->statement(
      "SELECT run FROM run_reuse WHERE project = ?1 AND domain = ?2 AND producer = ?3 ORDER BY run");
  rows.bind(producer.project, producer.domain, producer.id);
  return rows_of(rows, [&](const Statement& row) {
    return RunKey{producer.project, producer.domain, row.uuid(0)};
  });
}

void History::add_holders(const RunKey& run, const std::optional<Uuid>& only, Holders& holders) {
  auto take = [&](const NodePath& node, const Uuid& artifact) { holders[artifact].push_back({run, node}); };
  Statement& nodes = database_->statement(
      "SELECT artifact, node, element FROM node WHERE project = ?1 AND domain = ?2 AND run = ?3 AND "
      "artifact IS NOT NULL AND (?4 IS NULL OR artifact = ?4)");
  ResetLater reset_nodes(nodes);
  nodes.bind(run.project, run.domain, run.id, only);
  while (nodes.step()) take({nodes.string(1), nodes.integer(2)}, nodes.uuid(0));
  Statement& packs = database_->statement(
      "SELECT executions, artifacts FROM reuse_pack WHERE project = ?1 AND domain = ?2 AND run = ?3 AND "
      "(?4 IS NULL OR instr(artifacts, ?4) > 0)");
  ResetLater reset_packs(packs);
  packs.bind(run.project, run.domain, run.id, only);
  while (packs.step()) read_pack(packs.text(0), packs.bytes(1), only, take);
}

std::vector<NamedValue> History::data(const RunKey& producer, const Uuid& artifact) {
  Statement& rows = database_->statement(
      "SELECT name, type, value FROM artifact_data WHERE project = ?1 AND domain = ?2 AND artifact = ?3 "
      "ORDER BY name");
  rows.bind(producer.project, producer.domain, artifact);
  return rows_of(rows, read_value);
}

std::optional<NamedValue> History::data(const RunKey& producer, const Uuid& artifact,
                                        const std::string& name) {
  return row_of(database_
                    ->statement("SELECT name, type, value FROM artifact_data WHERE project = ?1 AND "
                                "domain = ?2 AND artifact = ?3 AND name = ?4")
                    .bind(producer.project, producer.domain, artifact, name),
                read_value);
}

// Of a list the items are asked for one after the other.
const std::optional<NamedValue>& History::kept_data(const RunKey& producer, const Uuid& artifact,
                                                    const std::string& name) {
  auto [kept, is_new] = data_.try_emplace({artifact, name});
  if (is_new) kept->second = data(producer, artifact, name);
  return kept->second;
}

std::optional<Placed> History::data_at(const RunKey& producer, const Uuid& artifact, const std::string& name,
                                       const ValuePlace& place) {
  if (place.empty()) {
    std::optional<NamedValue> whole = data(producer, artifact, name);
    return whole ? std::optional(Placed{std::move(whole->type), std::move(whole->value)}) : std::nullopt;
  }
  const std::optional<NamedValue>& kept = kept_data(producer, artifact, name);
  return kept ? std::optional(at(kept->type, kept->value, place)) : std::nullopt;
}

ValuePlace History::place_in_data(const RunKey& producer, const Uuid& artifact, const std::string& name,
                                  std::string_view text) {
  if (text.empty()) return {};
  const std::optional<NamedValue>& kept = kept_data(producer, artifact, name);
  return kept ? place_at(kept->value, text) : ValuePlace();
}

std::vector<StoredInput> History::inputs(const RunKey& run) {
  std::vector<StoredInput> found = rows_of(
      database_->statement(cat(k_input_columns, " ORDER BY name")).bind(run.project, run.domain, run.id),
      [&](const Statement& row) { return read_input(row, run); });
  for (StoredInput& input : found) input.vertex.size = size_of(input.vertex.value);
  return found;
}

const StoredInput* History::input(const RunKey& run, const std::string& name) {
  auto [place, is_new] = inputs_.try_emplace({run, name});
  std::optional<StoredInput>& input = place->second;
  if (is_new) {
    Statement& row = database_->statement(cat(k_input_columns, " AND name = ?4"));
    input = row_of(row.bind(run.project, run.domain, run.id, name),
                   [&](const Statement& found) { return read_input(found, run); });
    if (input) input->vertex.size = size_of(input->vertex.value);
  }
  return input ? &*input : nullptr;
}

std::vector<std::string> History::output_names(const RunKey& run) {
  return rows_of(
      database_
          ->statement(
              "SELECT name FROM run_output WHERE project = ?1 AND domain = ?2 AND run = ?3 ORDER BY name")
          .bind(run.project, run.domain, run.id),
      [](const Statement& row) { return row.string(0); });
}

const NamedValue* History::output(const RunKey& run, const std::string& name) {
  auto [place, is_new] = outputs_.try_emplace({run, name});
  if (is_new) {
    Statement& row = database_->statement(
        "SELECT name, type, value FROM run_output WHERE project = ?1 AND domain = ?2 AND run = ?3 AND name = "
        "?4");
    place->second = row_of(row.bind(run.project, run.domain, run.id, name), read_value);
  }
  return place->second ? &*place->second : nullptr;
}

std::vector<std::string> History::node_names(const RunKey& run) {
  Statement& rows = database_->statement(
      "SELECT node, min(started_us) AS began FROM execution WHERE project = ?1 AND domain = ?2 AND run = ?3 "
      "GROUP BY node ORDER BY began, node");
  rows.bind(run.project, run.domain, run.id);
  return rows_of(rows, [](const Statement& row) { return row.string(0); });
}

Placed History::at(const std::string& type, const Json& value, const ValuePlace& place) {
  Placed found = placed(type, value, place);
  std::optional<Digest> folder =
      found.value.find("$tree") == nullptr ? std::nullopt : content_digest(found.value);
  if (!folder || place.empty() || !place.back().member.starts_with('/')) return found;
  Statement& row =
      database_->statement("SELECT child FROM tree_entry WHERE tree = ?1 AND path = CAST(?2 AS BLOB)");
  row.bind(*folder, place.back().member.substr(1));
  if (auto child = row_of(row, [](const Statement& one) { return one.digest(0); }))
    return {Type(Kind::file).text(), file_value(*child)};
  return found;
}

ContentSize History::size_of(const Json& value) {
  std::optional<Digest> digest = content_digest(value);
  if (!digest) return {};
  bool folder = value.find("$tree") != nullptr;
  Statement& row = database_->statement(folder ? "SELECT -1, max(freed_us) FROM blob WHERE digest = ?1 OR "
                                                 "digest IN (SELECT child FROM tree_entry WHERE "
                                                 "tree = ?1)"
                                               : "SELECT size, freed_us FROM blob WHERE digest = ?1");
  row.bind(*digest);
  return row_of(row,
                [](const Statement& found) {
                  return ContentSize{found.integer(0), !found.is_null(1)};
                })
      .value_or(ContentSize{});
}

// The last attempt is that of the newest driver.
void History::add_attempts(ExecutionVertex& execution) {
  const RunKey& run = execution.run;
  const std::vector<std::int64_t>& elements = execution.elements.list();
  std::int64_t last_fence = 0;
  for (AttemptEntry& row : tables_.attempts(run, execution.node, elements.front(), elements.back())) {
    if (!execution.elements.contains(row.element)) continue;
    execution.attempts += 1;
    execution.duration_us += row.duration_ns.value_or(0) / 1000;
    if (row.fence < last_fence) continue;
    last_fence = row.fence;
    execution.executor = std::move(row.executor);
    execution.image = std::move(row.image);
    execution.exit_code = row.exit_code;
  }
  for (const DriverPlace& driver : drivers(run)) {
    if (driver.fence > last_fence) break;
    execution.host = driver.host;
    execution.platform = driver.platform;
  }
}

// What a node of a version makes is made by one task, in whichever run; of a node with cases, what one of
// them makes. Of the run that made what was reused nothing else may be known.
const std::string& History::task_of(const NodeRow& row) {
  auto [frame, name] = split_path(row.made_by.node);
  const bool is_own = !row.reused() && has_frame(row.producer, frame);
  const std::int64_t chosen = is_own ? choice(row.producer, row.made_by.node).value_or(-1) : -1;
  std::string& task = tasks_[is_own ? cat(version_of(row.producer, frame).view(), chosen, '/', name)
                                    : cat(row.producer.id.view(), row.made_by.node)];
  if (!task.empty()) return task;
  Statement& found =
      database_->statement("SELECT task FROM artifact WHERE project = ?1 AND domain = ?2 AND id = ?3");
  found.bind(row.producer.project, row.producer.domain, *row.artifact);
  return task = row_of(found, [](const Statement& one) { return one.string(0); }).value_or("");
}

ExecutionVertex History::execution(const RunKey& run, const std::string& node, const Elements& elements) {
  ExecutionVertex execution;
  execution.run = run;
  execution.node = node;
  execution.elements = elements;
  each_row(rows(run, node), elements, [&](const NodeRow& row) {
    merge_state(execution.state, row.state);
    ++execution.states[row.state];
    bool first = execution.started_us == 0 || row.started_us < execution.started_us;
    if (first) execution.started_us = row.started_us;
    execution.ended_us = std::max(execution.ended_us, row.ended_us);
    if (row.artifact && execution.task.empty()) execution.task = task_of(row);
  });
  add_attempts(execution);
  return execution;
}

}  // namespace wf
