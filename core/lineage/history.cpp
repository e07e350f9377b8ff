#include "core/lineage/history.hpp"

#include <algorithm>
#include <tuple>

#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/definition/value.hpp"

namespace wf {

namespace {

NamedValue read_value(const Statement& row) {
  return {row.string(0), row.string(1), Json::parse(row.text(2), "a stored value")};
}

Feed read_feed(const Statement& row) {
  return {row.string(0), row.string(1), row.string(2), row.string(3), row.string(4)};
}

NodeRow read_node(const Statement& row, const RunKey& run) {
  NodeRow node{row.integer(0), row.string(1), std::nullopt, run, {}, -1, {}};
  if (!row.is_null(6)) node.cache_key = row.digest(6);
  if (row.is_null(2) || row.is_null(3)) return node;
  node.artifact = row.uuid(2);
  node.producer.id = row.uuid(3);
  node.producer_node = row.string(4);
  node.producer_element = row.integer(5);
  return node;
}

// One row; nullopt when there is none.
std::optional<NamedValue> one_value(Statement& row) {
  std::optional<NamedValue> found;
  if (row.step()) found = read_value(row);
  row.reset();
  return found;
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
      "plan) "
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
                row.optional_string(9)};
  row.reset();
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
  while (rows.step()) place->second.push_back({rows.integer(0), rows.string(1), rows.string(2)});
  rows.reset();
  return place->second;
}

const std::vector<Feed>& History::feeds_into(const Digest& version, const std::string& node) {
  auto [place, is_new] = feeds_.try_emplace(cat(version.view(), node));
  if (!is_new) return place->second;
  Statement& rows = database_->statement(
      "SELECT node, input, source, output, mode FROM version_edge WHERE version = ?1 AND node = ?2 "
      "ORDER BY input, source, output");
  rows.bind(version, node);
  while (rows.step()) place->second.push_back(read_feed(rows));
  rows.reset();
  return place->second;
}

std::vector<Feed> History::feeds_from(const Digest& version, const std::string& source,
                                      const std::string& output) {
  // The index by source lacks the mode. Asked for it at once, or for an order, SQLite walks the whole version
  // by its primary key instead of this source's few.
  Statement& rows = database_->statement(
      "SELECT e.node, e.input, e.source, e.output, e.mode FROM version_edge k CROSS JOIN version_edge e "
      "WHERE "
      "k.version = ?1 AND k.source = ?2 AND k.output = ?3 AND e.version = k.version AND e.node = k.node AND "
      "e.input = k.input AND e.source = k.source AND e.output = k.output");
  rows.bind(version, source, output);
  std::vector<Feed> found;
  while (rows.step()) found.push_back(read_feed(rows));
  rows.reset();
  std::sort(found.begin(), found.end(), [](const Feed& one, const Feed& other) {
    return std::tie(one.node, one.input) < std::tie(other.node, other.input);
  });
  return found;
}

const std::vector<NodeRow>& History::rows(const RunKey& run, const std::string& node) {
  auto [place, is_new] = rows_.try_emplace(cat(run.id.view(), node));
  if (!is_new) return place->second;
  Statement& rows = database_->statement(
      "SELECT n.element, n.state, n.artifact, a.run, a.node, a.element, a.cache_key FROM execution n LEFT "
      "JOIN "
      "artifact a ON "
      "a.project = n.project AND a.domain = n.domain AND a.id = n.artifact WHERE n.project = ?1 AND "
      "n.domain = ?2 AND n.run = ?3 AND n.node = ?4 ORDER BY n.element");
  rows.bind(run.project, run.domain, run.id, node);
  while (rows.step()) place->second.push_back(read_node(rows, run));
  rows.reset();
  return place->second;
}

const std::vector<std::pair<RunKey, NodePath>>& History::holders(const RunKey& producer,
                                                                 const Uuid& artifact) {
  auto [place, is_new] = holders_.try_emplace(producer.id);
  if (is_new) place->second = read_holders(producer);
  return place->second[artifact];
}

// All at once: a run's artifacts are asked for one after the other, and its reuses lie in few other runs.
History::Holders History::read_holders(const RunKey& producer) {
  Holders found;
  add_holders(producer, found);
  for (const RunKey& run : reusers(producer)) add_holders(run, found);
  return found;
}

std::vector<RunKey> History::reusers(const RunKey& producer) {
  Statement& rows = database_->statement(
      "SELECT run FROM run_reuse WHERE project = ?1 AND domain = ?2 AND producer = ?3 ORDER BY run");
  ResetLater reset(rows);
  rows.bind(producer.project, producer.domain, producer.id);
  std::vector<RunKey> found;
  while (rows.step()) found.push_back({producer.project, producer.domain, rows.uuid(0)});
  return found;
}

void History::add_holders(const RunKey& run, Holders& holders) {
  Statement& rows = database_->statement(
      "SELECT artifact, node, element FROM execution WHERE project = ?1 AND domain = ?2 AND run = ?3 AND "
      "artifact IS NOT NULL ORDER BY node, element");
  ResetLater reset(rows);
  rows.bind(run.project, run.domain, run.id);
  while (rows.step()) holders[rows.uuid(0)].emplace_back(run, NodePath{rows.string(1), rows.integer(2)});
}

std::vector<NamedValue> History::data(const RunKey& producer, const Uuid& artifact) {
  Statement& rows = database_->statement(
      "SELECT name, type, value FROM artifact_data WHERE project = ?1 AND domain = ?2 AND artifact = ?3 "
      "ORDER BY name");
  rows.bind(producer.project, producer.domain, artifact);
  std::vector<NamedValue> found;
  while (rows.step()) found.push_back(read_value(rows));
  rows.reset();
  return found;
}

std::optional<NamedValue> History::data(const RunKey& producer, const Uuid& artifact,
                                        const std::string& name) {
  return one_value(database_
                       ->statement("SELECT name, type, value FROM artifact_data WHERE project = ?1 AND "
                                   "domain = ?2 AND artifact = ?3 AND name = ?4")
                       .bind(producer.project, producer.domain, artifact, name));
}

std::optional<NamedValue> History::input(const RunKey& run, const std::string& name) {
  return one_value(database_
                       ->statement("SELECT name, type, value FROM run_input WHERE project = ?1 AND "
                                   "domain = ?2 AND run = ?3 AND name = ?4")
                       .bind(run.project, run.domain, run.id, name));
}

std::optional<NamedValue> History::output(const RunKey& run, const std::string& name) {
  return one_value(database_
                       ->statement("SELECT name, type, value FROM run_output WHERE project = ?1 AND "
                                   "domain = ?2 AND run = ?3 AND name = ?4")
                       .bind(run.project, run.domain, run.id, name));
}

std::vector<std::string> History::node_names(const RunKey& run) {
  Statement& rows = database_->statement(
      "SELECT node, min(started_us) AS began FROM execution WHERE project = ?1 AND domain = ?2 AND run = ?3 "
      "GROUP BY node ORDER BY began, node");
  rows.bind(run.project, run.domain, run.id);
  std::vector<std::string> names;
  while (rows.step()) names.push_back(rows.string(0));
  rows.reset();
  return names;
}

std::int64_t History::size_of(const Json& value) {
  std::optional<Digest> digest = content_digest(value);
  if (!digest || value.find("$tree") != nullptr) return -1;
  Statement& row = database_->statement("SELECT size FROM blob WHERE digest = ?1");
  row.bind(*digest);
  std::int64_t size = row.step() ? row.integer(0) : -1;
  row.reset();
  return size;
}

void History::add_attempts(ExecutionVertex& execution, Statement& rows) {
  std::int64_t last_fence = 0;
  while (rows.step()) {
    if (!execution.elements.contains(rows.integer(0))) continue;
    execution.executor = rows.string(1);
    last_fence = rows.integer(2);
    execution.attempts += 1;
    execution.duration_us += rows.optional_integer(3).value_or(0) / 1000;
    execution.exit_code = rows.optional_integer(4);
  }
  rows.reset();
  for (const DriverPlace& driver : drivers(execution.run)) {
    if (driver.fence > last_fence) break;
    execution.host = driver.host;
    execution.platform = driver.platform;
  }
}

ExecutionVertex History::execution(const RunKey& run, const std::string& node, const Elements& elements) {
  ExecutionVertex execution;
  execution.run = run;
  execution.node = node;
  execution.elements = elements;
  bool one = elements.single();
  Statement& states = database_->statement(
      one ? "SELECT n.element, n.state, n.started_us, n.ended_us, a.task FROM execution n LEFT JOIN artifact "
            "a ON "
            "a.project = n.project AND a.domain = n.domain AND a.id = n.artifact WHERE n.project = ?1 AND "
            "n.domain = ?2 AND n.run = ?3 AND n.node = ?4 AND n.element = ?5"
          : "SELECT n.element, n.state, n.started_us, n.ended_us, a.task FROM execution n LEFT JOIN artifact "
            "a ON "
            "a.project = n.project AND a.domain = n.domain AND a.id = n.artifact WHERE n.project = ?1 AND "
            "n.domain = ?2 AND n.run = ?3 AND n.node = ?4 AND n.element >= ?5");
  states.bind(run.project, run.domain, run.id, node, elements.list().front());
  while (states.step()) {
    if (!elements.contains(states.integer(0))) continue;
    merge_state(execution.state, states.string(1));
    std::int64_t started = states.integer(2);
    bool first = execution.started_us == 0 || started < execution.started_us;
    if (first) execution.started_us = started;
    execution.ended_us = std::max(execution.ended_us, states.optional_integer(3).value_or(0));
    if (!states.is_null(4)) execution.task = states.string(4);
  }
  states.reset();
  Statement& attempts = database_->statement(
      one ? "SELECT element, executor, fence, duration_ns, exit_code FROM attempt WHERE project = ?1 AND "
            "domain = ?2 AND run = ?3 AND node = ?4 AND element = ?5 ORDER BY attempt"
          : "SELECT element, executor, fence, duration_ns, exit_code FROM attempt WHERE project = ?1 AND "
            "domain = ?2 AND run = ?3 AND node = ?4 AND element >= ?5 ORDER BY fence, element, attempt");
  attempts.bind(run.project, run.domain, run.id, node, elements.list().front());
  add_attempts(execution, attempts);
  return execution;
}

std::vector<InputUse> History::uses_by_reference(const RunKey& run, const NodePath& node,
                                                 const std::string& output) {
  Statement& rows = database_->statement(
      "SELECT project, domain, run, name FROM run_input WHERE source_run = ?1 AND source_node = ?2 AND "
      "source_output = ?3 AND (source_element = ?4 OR source_element = -1 OR ?4 = -1) "
      "ORDER BY run, name");
  rows.bind(run.id, node.node, output, node.element);
  std::vector<InputUse> found;
  while (rows.step()) {
    found.push_back({{rows.string(0), rows.string(1), rows.uuid(2)}, rows.string(3), {}});
  }
  rows.reset();
  return found;
}

std::vector<InputUse> History::uses_by_bytes(const std::string& project, const std::string& domain,
                                             const Digest& digest, std::int64_t limit) {
  Statement& direct = database_->statement(
      "SELECT run, name, item FROM run_input_blob WHERE project = ?1 AND domain = ?2 AND blob = ?3 "
      "ORDER BY run, name, item LIMIT ?4");
  direct.bind(project, domain, digest, limit);
  std::vector<InputUse> found;
  while (direct.step())
    found.push_back({{project, domain, direct.uuid(0)}, direct.string(1), direct.string(2)});
  direct.reset();
  Statement& inside = database_->statement(
      "SELECT b.run, b.name, b.item, t.path FROM tree_entry t CROSS JOIN run_input_blob b WHERE t.child = ?3 "
      "AND "
      "b.project = ?1 AND b.domain = ?2 AND b.blob = t.tree ORDER BY b.run, b.name, b.item, t.path LIMIT ?4");
  inside.bind(project, domain, digest, limit - static_cast<std::int64_t>(found.size()));
  while (inside.step()) {
    found.push_back(
        {{project, domain, inside.uuid(0)}, inside.string(1), cat(inside.text(2), "/", inside.bytes(3))});
  }
  inside.reset();
  return found;
}

}  // namespace wf
