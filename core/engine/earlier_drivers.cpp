#include "core/engine/earlier_drivers.hpp"

#include "core/base/text.hpp"
#include "core/catalog/run_parts.hpp"

namespace wf {

std::vector<CommittedExecution> read_committed(Database& database, const RunKey& key) {
  Statement& rows = database.statement(
      "SELECT node, element, artifact FROM execution WHERE project = ?1 AND domain = ?2 AND run = ?3 AND "
      "state IN ('succeeded', 'reused', 'recovered') AND artifact IS NOT NULL");
  rows.bind(key.project, key.domain, key.id);
  return rows_of(rows, [](const Statement& row) {
    return CommittedExecution{{row.string(0), row.integer(1)}, row.uuid(2)};
  });
}

std::vector<FailedExecution> read_failed(Database& database, const RunKey& key) {
  Statement& rows = database.statement(
      "SELECT node, element, cause FROM execution WHERE project = ?1 AND domain = ?2 AND run = ?3 AND "
      "state = 'failed' ORDER BY ended_us");
  rows.bind(key.project, key.domain, key.id);
  return rows_of(rows, [](const Statement& row) {
    return FailedExecution{{row.string(0), row.integer(1)}, Json::parse(row.text(2), "a node's cause")};
  });
}

std::set<NodePath> read_skipped(Database& database, const RunKey& key) {
  Statement& rows = database.statement(
      "SELECT node, element FROM node WHERE project = ?1 AND domain = ?2 AND run = ?3 AND state = 'skipped'");
  ResetLater reset(rows);
  rows.bind(key.project, key.domain, key.id);
  std::set<NodePath> skipped;
  while (rows.step()) skipped.insert({rows.string(0), rows.integer(1)});
  return skipped;
}

std::map<std::string, Json> read_frame_failures(Database& database, const RunKey& key) {
  Statement& rows =
      database.statement("SELECT frame, cause FROM frame_failure WHERE project = ?1 AND domain = ?2 AND run = ?3");
  ResetLater reset(rows);
  rows.bind(key.project, key.domain, key.id);
  std::map<std::string, Json> found;
  while (rows.step()) {
    const std::string frame = rows.string(0);
    found.emplace(frame.empty() ? frame : frame + ".", Json::parse(rows.text(1), "what a workflow failed over"));
  }
  return found;
}

std::map<std::string, OpenedFrame> read_frames(Database& database, const RunKey& key) {
  std::map<std::string, OpenedFrame> found;
  for (const RunFrame& one : frames_of(database, key))
    found.emplace(one.path + ".", OpenedFrame{one.version, run_state_of(one.state)});
  return found;
}

std::map<NodePath, Tries> read_tries(Database& database, const RunKey& key) {
  Statement& rows = database.statement(
      "SELECT node, element, max(attempt), count(iif(category = 'user', delay_ns, NULL)), count(iif(category = "
      "'system', delay_ns, NULL)), coalesce(sum(duration_ns), 0) + coalesce(sum(delay_ns), 0), "
      "(SELECT n.state FROM node n WHERE n.project = ?1 AND n.domain = ?2 AND n.run = ?3 AND n.node = a.node AND "
      "n.element = a.element) IS 'running' FROM attempt a WHERE project = ?1 AND domain = ?2 AND run = ?3 GROUP BY "
      "node, element");
  ResetLater reset(rows);
  rows.bind(key.project, key.domain, key.id);
  std::map<NodePath, Tries> found;
  while (rows.step())
    found[{rows.string(0), rows.integer(1)}] = {
        rows.integer(2), {rows.integer(3), rows.integer(4)}, rows.integer(5), rows.integer(6) == 1};
  return found;
}

std::string noted_as(const std::map<NodePath, Tries>& tries, const NodePath& execution) {
  auto known = tries.find(execution);
  return known == tries.end() ? execution.node : cat(execution.text(), " ", known->second.attempts);
}

std::vector<LostAttempt> read_lost(Database& database, const RunKey& key) {
  Statement& rows = database.statement(
      "SELECT node, element, attempt, name FROM attempt WHERE project = ?1 AND domain = ?2 AND run = ?3 AND state = "
      "'lost' AND stdout IS NULL AND stderr IS NULL");
  rows.bind(key.project, key.domain, key.id);
  return rows_of(rows, [](const Statement& row) {
    return LostAttempt{{row.string(0), row.integer(1)}, row.integer(2), row.string(3)};
  });
}

namespace {

std::set<std::string> names_of(Statement& rows, const RunKey& key, std::string_view executor) {
  rows.bind(key.project, key.domain, key.id, executor);
  std::set<std::string> names;
  for (std::string& name : rows_of(rows, [](const Statement& row) { return row.string(0); }))
    names.insert(std::move(name));
  return names;
}

}  // namespace

std::set<std::string> read_attempt_names(Database& database, const RunKey& key, std::string_view executor) {
  return names_of(database.statement("SELECT name FROM attempt WHERE project = ?1 AND domain = ?2 AND run = ?3 AND "
                                     "executor = ?4"),
                  key, executor);
}

std::set<std::string> read_lost_names(Database& database, const RunKey& key, std::string_view executor) {
  return names_of(database.statement("SELECT name FROM attempt WHERE project = ?1 AND domain = ?2 AND run = ?3 AND "
                                     "executor = ?4 AND state = 'lost'"),
                  key, executor);
}

}  // namespace wf
