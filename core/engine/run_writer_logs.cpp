// What attempts leave for people: their logs, and files for the report of the run.
#include "core/engine/run_writer.hpp"

namespace wf {

void RunWriter::record_logs(const NodePath& execution, std::int64_t attempt, const AttemptLogs& logs) {
  for (const auto* log : {&logs.out, &logs.err}) {
    if (*log) store_.blobs().record(db_, **log);
  }
  for (const ReportFile& file : logs.report) record_report_file(execution, attempt, file);
}

void RunWriter::record_sandbox(const NodePath& execution, std::int64_t attempt, const SandboxNotes& notes) {
  if (notes.sandbox.is_null()) return;
  db_.statement(
         "UPDATE attempt SET sandbox = ?7, observed = ?8 WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4 AND "
         "element = ?5 AND attempt = ?6")
      .bind(run_.project, run_.domain, run_.id, execution.node, execution.element, attempt, notes.sandbox.canonical(),
            notes.observed.is_null() ? std::nullopt : std::optional(notes.observed.canonical()))
      .run();
}

void RunWriter::record_report_file(const NodePath& execution, std::int64_t attempt, const ReportFile& file) {
  std::optional<Digest> blob;
  std::optional<std::string> left_out;
  if (file.content) {
    store_.blobs().record(db_, *file.content);
    blob = file.content->digest;
  } else {
    left_out = file.left_out;
  }
  db_.statement(
         "INSERT INTO attempt_report (project, domain, run, node, element, attempt, name, size, blob, left_out) "
         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING")
      .bind(run_.project, run_.domain, run_.id, execution.node, execution.element, attempt, file.name,
            file.size, blob, left_out)
      .run();
}

}  // namespace wf
