#include "core/catalog/run_parts.hpp"

#include <algorithm>

#include "core/store/event_log.hpp"

namespace wf {

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

std::int64_t newest_event_us(Database& database, const RunKey& run) {
  Statement& row = database.statement("SELECT at_us FROM event WHERE stream = ?1 ORDER BY seq DESC LIMIT 1");
  ResetLater reset(row);
  row.bind(run_stream(run.id));
  return row.step() ? row.integer(0) : 0;
}

}  // namespace wf
