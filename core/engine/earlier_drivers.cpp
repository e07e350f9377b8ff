#include "core/engine/earlier_drivers.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/catalog/run_parts.hpp"
#include "core/store/event_log.hpp"

namespace wf {

namespace {

// When a driver is known to have lived: up to the last that was recorded before the next one.
struct Life {
  std::int64_t from_us = 0;
  std::int64_t until_us = 0;
};

// By fence, from 1, without the newest. A gate may be answered while nobody drives the run.
std::vector<Life> read_lives(Database& database, const RunKey& key) {
  Statement& rows = database.statement(
      "SELECT claimed, at_us, before_us FROM (SELECT type = 'run.claimed' AS claimed, at_us, lag(at_us) OVER "
      "(ORDER BY "
      "seq) AS before_us FROM event WHERE stream = ?1 AND type <> 'gate.answered') WHERE claimed OR "
      "before_us IS NULL");
  ResetLater reset(rows);
  rows.bind(run_stream(key.id));
  std::vector<Life> lives;
  std::int64_t from_us = 0;
  while (rows.step()) {
    if (rows.integer(0) == 1) lives.push_back({from_us, rows.optional_integer(2).value_or(from_us)});
    from_us = rows.integer(1);
  }
  return lives;
}

// Of the time since then that which drivers are known to have lived.
std::int64_t lived_since(const std::vector<Life>& lives, std::int64_t since_us) {
  std::int64_t sum_us = 0;
  for (const Life& life : lives)
    sum_us += std::max<std::int64_t>(life.until_us - std::max(life.from_us, since_us), 0);
  return sum_us * 1000;
}

}  // namespace

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
  const std::vector<Life> lives = read_lives(database, key);
  std::map<std::string, OpenedFrame> found;
  for (const RunFrame& one : frames_of(database, key)) {
    const RunState state = run_state_of(one.state);
    const std::int64_t spent_ns = state == RunState::running ? lived_since(lives, one.started_us) : 0;
    found.emplace(one.path + ".", OpenedFrame{one.version, state, spent_ns});
  }
  return found;
}

// A wait that its driver did not live to see the end of was as long as that is known to have lived: the next
// one does not wait.
std::map<NodePath, Tries> read_tries(Database& database, const RunKey& key) {
  const std::vector<Life> lives = read_lives(database, key);
  Statement& rows = database.statement(
      "SELECT node, element, attempt, category, coalesce(duration_ns, 0), delay_ns, ended_us, fence, fence = "
      "lead(fence) OVER (PARTITION BY node, element ORDER BY attempt), (SELECT n.state FROM node n WHERE "
      "n.project = "
      "?1 AND n.domain = ?2 AND n.run = ?3 AND n.node = a.node AND n.element = a.element) IS 'running' FROM "
      "attempt a "
      "WHERE project = ?1 AND domain = ?2 AND run = ?3 ORDER BY node, element, attempt");
  ResetLater reset(rows);
  rows.bind(key.project, key.domain, key.id);
  std::map<NodePath, Tries> found;
  while (rows.step()) {
    Tries& tries = found[{rows.string(0), rows.integer(1)}];
    tries.attempts = rows.integer(2);
    tries.time_ns += rows.integer(4);
    tries.between = rows.integer(9) == 1;
    if (rows.is_null(5)) continue;
    ++tries.spent.at(rows.text(3) == k_failure_category_names[0] ? 0 : 1);
    const bool waited = rows.optional_integer(8) == 1;
    const auto driver = static_cast<std::size_t>(rows.integer(7)) - 1;
    const std::int64_t lived_ns =
        waited || driver >= lives.size() ? rows.integer(5) : lived_since({lives[driver]}, rows.integer(6));
    tries.time_ns += std::min(rows.integer(5), lived_ns);
  }
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
