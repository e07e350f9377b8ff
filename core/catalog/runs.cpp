#include "core/catalog/runs.hpp"

#include <utility>

#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/reference.hpp"
#include "core/definition/stored_text.hpp"

namespace wf {

namespace {

#define WF_RUN_COLUMNS                                                                                     \
  "project, domain, id, name, workflow, version, registration, requested, settings, state, cause, "        \
  "created_us, "                                                                                           \
  "created_by, ended_us, plan, (SELECT p.name FROM launch_plan p WHERE p.digest = plan), counts, parent, " \
  "relation, again, iif(state = 'running', abort_cause, NULL)"

constexpr Term k_run_terms[] = {
    {"workflow", "workflow = ?"},
    {"state", "state = ?"},
    {"version", "version = ?"},
    {"plan", "plan IN (SELECT p.digest FROM launch_plan p WHERE p.name = ?)"},
    {"plan_digest", "plan = ?"},
    {"parent", "parent = ?"},
    {"label", "EXISTS (SELECT 1 FROM json_each(settings, '$.labels') l WHERE l.key || '=' || l.value = ?)"},
    {"prefix",
     "id IN (SELECT named.id FROM run named WHERE named.project = ?1 AND named.domain = ?2 AND named.name >= "
     "? AND "
     "named.name < ? || char(1114111))"},
    {"since", "id >= ?"},
    {"until", "id < ?"},
};

const std::vector<Order>& run_orders() {
  static const std::vector<Order> k_orders{{"-created", {"id"}, "u", Sorted::down},
                                           {"created", {"id"}, "u", Sorted::up},
                                           {"workflow", {"workflow", "id"}, "su", Sorted::up}};
  return k_orders;
}

std::optional<Json> optional_json(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Json::parse(row.text(column), "a stored cause");
}

std::int64_t& counter(NodeCounts& counts, std::string_view state) {
  if (state == "running") return counts.running;
  if (state == "waiting") return counts.waiting;
  if (state == "succeeded") return counts.succeeded;
  if (state == "reused") return counts.reused;
  if (state == "recovered") return counts.recovered;
  if (state == "skipped") return counts.skipped;
  return state == "failed" ? counts.failed : counts.aborted;
}

#define WF_DRIVER_COLUMNS "fence, host, boot_id, pid_ns, pid, start_ticks, platform, wf_version, claimed_us"

DriverInfo read_driver(const Statement& row) {
  return {row.integer(0), row.string(1), row.string(2), row.integer(3), row.integer(4),
          row.integer(5), row.string(6), row.string(7), row.integer(8)};
}

RunInfo read_info(const Statement& row) {
  RunInfo info;
  info.key = {row.string(0), row.string(1), row.uuid(2)};
  info.name = row.optional_string(3);
  info.workflow = row.string(4);
  info.version = row.digest(5);
  info.registration = row.integer(6);
  info.requested = row.string(7);
  info.settings = Json::parse(row.text(8), "a run's settings");
  info.state = row.string(9);
  info.cause = optional_json(row, 10);
  info.created_us = row.integer(11);
  info.created_by = row.string(12);
  info.ended_us = row.optional_integer(13);
  if (!row.is_null(14)) info.plan = RunPlan{row.string(15), row.digest(14)};
  if (!row.is_null(16)) {
    Json counts = Json::parse(row.text(16), "a run's counts");
    for (const auto& [state, count] : counts.as_object()) counter(info.counts, state) = count.as_int();
  }
  if (!row.is_null(17)) info.parent = RunParent{row.uuid(17), row.string(18), {}};
  if (!row.is_null(19)) info.parent->again = read_names(row.text(19));
  info.abort_asked = row.optional_string(20);
  return info;
}

// Of an execution that is recorded as running: its attempt was lost with a driver.
#define WF_HAS_NO_ATTEMPT(row)                                                                              \
  "NOT EXISTS (SELECT 1 FROM attempt r WHERE r.project = " row ".project AND r.domain = " row               \
  ".domain AND r.run = " row ".run AND r.node = " row ".node AND r.element = " row ".element AND r.state = " \
  "'running')"

// Of a run that goes on; one that has ended was counted.
void count_nodes(Database& database, RunInfo& info) {
  if (info.ended_us) return;
  Statement& counts = database.statement(
      "SELECT iif(state = 'running' AND (cause IS NOT NULL OR " WF_HAS_NO_ATTEMPT("e") "), 'waiting', state), "
      "count(*) FROM execution e WHERE project = ?1 AND domain = ?2 AND run = ?3 GROUP BY 1");
  counts.bind(info.key.project, info.key.domain, info.key.id);
  while (counts.step()) counter(info.counts, counts.text(0)) = counts.integer(1);
  counts.reset();
  Statement& claim = database.statement(
      "SELECT 1 FROM pool_claim WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = '' AND held = 0");
  claim.bind(info.key.project, info.key.domain, info.key.id);
  info.queued = row_of(claim, [](const Statement&) { return true; }).has_value();
}

void complete(Database& database, RunInfo& info) {
  count_nodes(database, info);
  Statement& labels = database.statement(
      "SELECT label FROM label WHERE project = ?1 AND domain = ?2 AND name = ?3 AND version = ?4 "
      "ORDER BY created_us DESC, label");
  labels.bind(info.key.project, info.key.domain, info.workflow, info.version);
  info.labels = rows_of(labels, [](const Statement& row) { return row.string(0); });
  info.driver = newest_driver(database, info.key);
  info.undriven = info.state == "running" && (!info.driver || state_of(*info.driver) == DriverState::dead);
  if (info.undriven) info.counts.waiting += std::exchange(info.counts.running, 0);
}

NodePath read_path(const Statement& row, int column) { return {row.string(column), row.integer(column + 1)}; }

std::string source_text(const Statement& row) {
  if (row.is_null(4)) return {};
  NodePath node{row.string(7), row.is_null(8) ? -1 : row.integer(8)};
  return DataReference{{}, row.string(4), row.string(5), row.uuid(6).text(), node, row.string(9)}.text();
}

}  // namespace

std::vector<std::string> read_names(std::string_view json) {
  std::vector<std::string> names;
  Json list = Json::parse(json, "a run's nodes");
  for (const Json& name : list.as_array()) names.push_back(name.as_string());
  return names;
}

Page<RunInfo> list_runs(Database& database, const ListRequest& request) {
  ListSpec spec{"runs", "SELECT " WF_RUN_COLUMNS " FROM run WHERE project = ?1 AND domain = ?2", k_run_terms,
                run_orders()};
  auto key_of = [](const RunInfo& run, const Order& order) {
    return order.name == "workflow" ? Key{run.workflow, run.key.id} : Key{run.key.id};
  };
  Page<RunInfo> page = read_page<RunInfo>(database, spec, request, read_info, key_of);
  for (RunInfo& info : page.items) complete(database, info);
  return page;
}

std::int64_t count_runs(Database& database, const std::string& project, const std::string& domain,
                        const std::string& state, std::int64_t ended_since_us) {
  Statement& row = database.statement(
      "SELECT count(*) FROM run WHERE project = ?1 AND domain = ?2 AND state = ?3 AND coalesce(ended_us, ?4) "
      ">= ?4");
  ResetLater reset(row);
  row.bind(project, domain, state, ended_since_us);
  return row.step() ? row.integer(0) : 0;
}

// What a cause says of the node that is to blame; none when it names none.
std::optional<NodePath> blamed_node(const Json& cause) {
  const Json* node = cause.find("node");
  if (node == nullptr || !node->is_string()) return std::nullopt;
  const Json* element = cause.find("element");
  return NodePath{node->as_string(), element != nullptr && element->is_int() ? element->as_int() : -1};
}

Json cause_json(const std::optional<Json>& cause) {
  if (!cause || cause->is_null()) return {};
  std::optional<NodePath> node = blamed_node(*cause);
  Json json = Json::object();
  json.add("code", cause->at("code")).add("message", cause->at("message"));
  json.add("node", node ? Json(node->node) : Json());
  return json.add("element", node && node->element >= 0 ? Json(node->element) : Json());
}

RunInfo read_run(Database& database, const RunKey& key) {
  Statement& row =
      database.statement("SELECT " WF_RUN_COLUMNS " FROM run WHERE project = ?1 AND domain = ?2 AND id = ?3");
  row.bind(key.project, key.domain, key.id);
  if (!row.step()) throw Error(codes::k_run_not_found, cat("no run '", key.id.text(), "'"));
  RunInfo info = read_info(row);
  row.reset();
  complete(database, info);
  return info;
}

std::vector<RunValue> inputs_of(Database& database, const RunKey& run) {
  Statement& rows = database.statement(
      "SELECT name, type, value, given, source_project, source_domain, source_run, source_node, "
      "source_element, source_output FROM run_input WHERE project = ?1 AND domain = ?2 AND run = ?3 "
      "ORDER BY name");
  rows.bind(run.project, run.domain, run.id);
  return rows_of(rows, [](const Statement& row) {
    return RunValue{row.string(0), row.string(1), value_from_store(row.text(1), row.text(2), "a run's input"),
                    row.string(3), source_text(row)};
  });
}

std::vector<RunValue> outputs_of(Database& database, const RunKey& run) {
  Statement& rows = database.statement(
      "SELECT name, type, value FROM run_output WHERE project = ?1 AND domain = ?2 AND run = ?3 "
      "ORDER BY name");
  rows.bind(run.project, run.domain, run.id);
  return rows_of(rows, [](const Statement& row) {
    return RunValue{
        row.string(0), row.string(1), value_from_store(row.text(1), row.text(2), "a run's output"), {}, {}};
  });
}

std::vector<NodeInfo> nodes_of(Database& database, const RunKey& run,
                               const std::optional<std::string>& state) {
  Statement& rows = database.statement(
      "SELECT n.node, n.element, n.state, n.cause, n.started_us, n.ended_us, n.artifact, a.run, a.node, "
      "a.element, (SELECT count(*) FROM attempt t WHERE t.project = n.project AND t.domain = n.domain AND "
      "t.run = n.run AND t.node = n.node AND t.element = n.element), a.attempt, "
      "coalesce(a.cache_key, n.cache_key), "
      "n.state = 'running' AND n.cause IS NULL AND " WF_HAS_NO_ATTEMPT("n") " "
      "FROM execution n LEFT JOIN artifact a ON "
      "a.project = n.project AND a.domain = n.domain AND a.id = n.artifact WHERE n.project = ?1 AND "
      "n.domain = ?2 AND n.run = ?3 AND (?4 IS NULL OR n.state = ?4) ORDER BY min(n.started_us) OVER "
      "(PARTITION BY "
      "n.node), n.node, n.element");
  rows.bind(run.project, run.domain, run.id, state);
  std::vector<NodeInfo> found;
  while (rows.step()) {
    NodeInfo info{read_path(rows, 0),
                  rows.string(2),
                  optional_json(rows, 3),
                  rows.integer(4),
                  rows.optional_integer(5),
                  rows.integer(10),
                  {},
                  {},
                  {}};
    if (!rows.is_null(6)) info.artifact = rows.uuid(6);
    if (!rows.is_null(12)) info.key = rows.digest(12);
    info.lost = rows.integer(13) == 1;
    if (!rows.is_null(7) && (info.state == "reused" || info.state == "recovered")) {
      info.producer = RunKey{run.project, run.domain, rows.uuid(7)};
      info.produced_by = read_path(rows, 8);
      info.produced_at = rows.integer(11);
    }
    found.push_back(info);
  }
  rows.reset();
  return found;
}

std::vector<AttemptInfo> attempts_of(Database& database, const RunKey& run,
                                     const std::optional<NodePath>& node) {
#define WF_ATTEMPTS(where)                                                                               \
  "SELECT node, element, attempt, name, executor, state, started_us, ended_us, duration_ns, exit_code, " \
  "signal, cause, stdout, stderr, category, delay_ns, oom, max_rss_bytes, cpu_us, resources, fence, "    \
  "sandbox, memory_events, image FROM attempt WHERE project = ?1 AND domain = ?2 AND run = ?3" where     \
  " ORDER BY started_us, node, element, attempt"
  // Bounds, so that the key of the table finds one execution among many.
  Statement& rows = database.statement(node ? WF_ATTEMPTS(" AND node = ?4 AND element BETWEEN ?5 AND ?6")
                                            : WF_ATTEMPTS(""));
#undef WF_ATTEMPTS
  if (!node)
    rows.bind(run.project, run.domain, run.id);
  else if (node->element >= 0)
    rows.bind(run.project, run.domain, run.id, node->node, node->element, node->element);
  else
    rows.bind(run.project, run.domain, run.id, node->node, INT64_MIN, INT64_MAX);
  std::vector<AttemptInfo> found;
  while (rows.step()) {
    AttemptInfo info{read_path(rows, 0),
                     rows.integer(2),
                     rows.string(3),
                     rows.string(4),
                     rows.string(5),
                     rows.integer(6),
                     rows.optional_integer(7),
                     rows.optional_integer(8),
                     rows.optional_integer(9),
                     rows.optional_integer(10),
                     optional_json(rows, 11),
                     rows.optional_string(14).value_or(""),
                     rows.optional_integer(15),
                     rows.optional_integer(16).value_or(0) == 1,
                     rows.optional_integer(17),
                     rows.optional_integer(18),
                     optional_json(rows, 19),
                     optional_json(rows, 21),
                     {},
                     {}};
    if (!rows.is_null(12)) info.stdout_blob = rows.digest(12);
    if (!rows.is_null(13)) info.stderr_blob = rows.digest(13);
    info.fence = rows.integer(20);
    info.memory_events = optional_json(rows, 22);
    info.image = rows.optional_string(23);
    // What the machine did is told apart from what it could not do.
    if (!info.category.empty()) info.charged = info.category;
    constexpr std::int64_t k_signal_base = 128;  // as a shell tells of it
    const bool signalled = info.signal.value_or(0) != 0 || info.exit_code.value_or(0) > k_signal_base;
    if (info.category == "system" && signalled) info.category = "interrupted";
    found.push_back(std::move(info));
  }
  rows.reset();
  return found;
}

std::vector<AttemptInfo> attempts_within(Database& database, const RunKey& run, const NodePath& node) {
  Statement& frame =
      database.statement("SELECT 1 FROM frame WHERE project = ?1 AND domain = ?2 AND run = ?3 LIMIT 1");
  const bool has_frames =
      row_of(frame.bind(run.project, run.domain, run.id), [](const Statement&) { return true; }).has_value();
  if (!has_frames) return attempts_of(database, run, node);
  std::vector<AttemptInfo> found = attempts_of(database, run, std::nullopt);
  std::erase_if(found, [name = node.text()](const AttemptInfo& one) { return !is_meant_by(name, one.path); });
  return found;
}

std::optional<Json> observed_by(Database& database, const RunKey& run, const NodePath& node, std::int64_t attempt) {
  Statement& row = database.statement(
      "SELECT observed FROM attempt WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4 AND element = ?5 AND "
      "attempt = ?6");
  row.bind(run.project, run.domain, run.id, node.node, node.element, attempt);
  return row_of(row, [](const Statement& found) { return optional_json(found, 0); }).value_or(std::nullopt);
}

std::optional<DriverInfo> newest_driver(Database& database, const RunKey& run) {
  Statement& row = database.statement("SELECT " WF_DRIVER_COLUMNS " FROM driver WHERE project = ?1 AND domain = ?2 "
                                      "AND run = ?3 ORDER BY fence DESC LIMIT 1");
  return row_of(row.bind(run.project, run.domain, run.id), read_driver);
}

std::string go_on_command(const RunKey& run, const std::optional<std::string>& abort_asked) {
  return cat(abort_asked ? "wf abort " : "wf resume ", run.id.tail());
}

std::vector<DriverInfo> drivers_of(Database& database, const RunKey& run) {
  Statement& rows = database.statement("SELECT " WF_DRIVER_COLUMNS " FROM driver WHERE project = ?1 AND domain = ?2 "
                                       "AND run = ?3 ORDER BY fence");
  return rows_of(rows.bind(run.project, run.domain, run.id), read_driver);
}

}  // namespace wf
