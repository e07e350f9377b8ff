// Results that are used again, and temporary ones that nobody waits to read any more.
#include <algorithm>

#include "core/engine/run_writer.hpp"

namespace wf {

Committed RunWriter::apply_one(const NodesReused& change) {
  for (const Reuse& reuse : change.reuses) add_reuse(reuse, reused_, EventType::nodes_reused);
  return {};
}

Committed RunWriter::apply_one(const NodesRecovered& change) {
  for (const Reuse& reuse : change.reuses) add_reuse(reuse, recovered_, EventType::nodes_recovered);
  return {};
}

void RunWriter::add_reuse(const Reuse& reuse, ReusePack& pack, EventType event) {
  if (may_have_row(reuse.execution)) forget_unfinished(reuse.execution);
  note_reuse(reuse.producer);
  take_into_use(reuse.artifact, reuse.temporary_there, reuse.temporary_here);
  pack.add(reuse.execution, reuse.artifact);
  if (pack.size() == k_pack_limit) write_pack(pack, event);
}

// What was temporary where it was made is not spent any more, and stays where it is not temporary here.
void RunWriter::take_into_use(const Uuid& artifact, const std::vector<std::string>& outputs,
                              const std::vector<std::string>& temporary_here) {
  for (const std::string& output : outputs) {
    bool temporary = std::find(temporary_here.begin(), temporary_here.end(), output) != temporary_here.end();
    db_.statement(
           "UPDATE artifact_data SET spent_us = iif(?5, 0, NULL) WHERE project = ?1 AND domain = ?2 AND "
           "artifact "
           "= ?3 AND name = ?4 AND spent_us IS NOT NULL")
        .bind(run_.project, run_.domain, artifact, output, std::int64_t{temporary})
        .run();
  }
}

// What is not temporary any more, since somebody took it over for good, is left alone.
Committed RunWriter::apply_one(const OutputsSpent& change) {
  std::int64_t now = store_.clock().wall_us();
  for (const SpentOutput& output : change.outputs) {
    Statement& update = db_.statement(
        "UPDATE artifact_data SET spent_us = ?5 WHERE project = ?1 AND domain = ?2 AND artifact = ?3 AND "
        "name = ?4 "
        "AND spent_us IS NOT NULL");
    update.bind(run_.project, run_.domain, output.artifact, output.name, now).run();
    if (update.changes() == 1) spent_.insert(spent_.end(), output.contents.begin(), output.contents.end());
  }
  return {};
}

// The row of an attempt that failed or died: the execution is in a pack now.
void RunWriter::forget_unfinished(const NodePath& execution) {
  db_.statement(
         "DELETE FROM node WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4 AND element = ?5 "
         "AND "
         "(state = 'running' OR state = 'aborted')")
      .bind(run_.project, run_.domain, run_.id, execution.node, execution.element)
      .run();
}

}  // namespace wf
