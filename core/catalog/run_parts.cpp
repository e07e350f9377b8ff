#include "core/catalog/run_parts.hpp"

#include <algorithm>

#include "core/store/event_log.hpp"

namespace wf {

std::vector<RunDriver> drivers_of(Database& database, const RunKey& run) {
  Statement& rows = database.statement(
      "SELECT fence, host, pid, platform, wf_version, claimed_us FROM driver WHERE project = ?1 AND domain = "
      "?2 AND run = ?3 ORDER BY fence");
  rows.bind(run.project, run.domain, run.id);
  return rows_of(rows, [](const Statement& row) {
    return RunDriver{row.integer(0), row.string(1), row.integer(2),
                     row.string(3),  row.string(4), row.integer(5)};
  });
}

std::vector<RunFrame> frames_of(Database& database, const RunKey& run) {
  Statement& rows = database.statement(
      "SELECT parent, node, element, version, state, started_us, ended_us FROM frame WHERE project = ?1 AND "
      "domain = ?2 AND run = ?3");
  rows.bind(run.project, run.domain, run.id);
  std::vector<RunFrame> frames = rows_of(rows, [](const Statement& row) {
    return RunFrame{joined_path(row.string(0), NodePath{row.string(1), row.integer(2)}.text()), row.digest(3),
                    row.string(4), row.integer(5), row.optional_integer(6)};
  });
  std::sort(frames.begin(), frames.end(),
            [](const RunFrame& one, const RunFrame& other) { return one.path < other.path; });
  return frames;
}

std::vector<RunGate> gates_of(Database& database, const RunKey& run) {
  Statement& rows = database.statement(
      "SELECT node, kind, message, opened_us, answered_us, answer, answered_by, note FROM gate WHERE "
      "project = ?1 AND domain = ?2 AND run = ?3 ORDER BY node");
  rows.bind(run.project, run.domain, run.id);
  return rows_of(rows, [](const Statement& row) {
    auto text = [&](int column) { return row.optional_string(column).value_or(""); };
    return RunGate{row.string(0),           row.string(1), row.string(2), row.integer(3),
                   row.optional_integer(4), text(5),       text(6),       text(7)};
  });
}

std::int64_t newest_event_us(Database& database, const RunKey& run) {
  Statement& row = database.statement("SELECT at_us FROM event WHERE stream = ?1 ORDER BY seq DESC LIMIT 1");
  ResetLater reset(row);
  row.bind(run_stream(run.id));
  return row.step() ? row.integer(0) : 0;
}

}  // namespace wf
