// What becomes of nodes without an attempt: that fail before, are given up or skipped, or wait for tokens; gates, choices
// among cases, workflows of their own.
#include "core/engine/gates.hpp"
#include "core/engine/pool_claims.hpp"
#include "core/engine/run_writer.hpp"
#include "core/registry/record_version.hpp"

namespace wf {

Committed RunWriter::apply_one(const NodeWaiting& change) {
  Json data = execution_json(change.execution);
  if (change.holder) data.add("run", change.holder->text());
  if (!change.room.is_null()) data.add("room", change.room);
  append(EventType::node_waiting, data);
  return {};
}

Committed RunWriter::apply_one(const NodeFailed& change) {
  std::int64_t now = store_.clock().wall_us();
  put_node({change.execution, "failed", {}, {}, {}, change.cause.canonical(), now, now});
  append(EventType::node_failed, execution_json(change.execution).add("code", change.cause.at("code")));
  return {};
}

Committed RunWriter::apply_one(const NodeAborted& change) {
  end_node(change.execution, "aborted", std::nullopt, change.cause, store_.clock().wall_us());
  append(EventType::node_aborted, execution_json(change.execution).add("code", change.cause.at("code")));
  return {};
}

Committed RunWriter::apply_one(const NodeSkipped& change) {
  std::int64_t now = store_.clock().wall_us();
  put_node({change.execution, "skipped", {}, {}, {}, change.cause.canonical(), now, now});
  append(EventType::node_skipped, execution_json(change.execution).add("code", change.cause.at("code")));
  return {};
}

// An earlier driver may have opened it: then it waits since then, ends when it would have, and keeps an
// answer.
Committed RunWriter::apply_one(const GateOpened& change) {
  const std::string& node = change.execution.node;
  std::int64_t now = store_.clock().wall_us();
  Statement& insert = db_.statement(
      "INSERT INTO gate (project, domain, run, node, kind, message, type, opened_us, due_us) VALUES (?1, ?2, "
      "?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING");
  insert.bind(run_.project, run_.domain, run_.id, node, change.kind, change.message, change.type, now,
              change.due_us);
  insert.run();
  bool is_new = insert.changes() > 0;
  Statement& known = db_.statement(
      "SELECT opened_us FROM gate WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4");
  auto opened_us = row_of(known.bind(run_.project, run_.domain, run_.id, node),
                          [](const Statement& row) { return row.integer(0); });
  put_node({change.execution, "running", {}, {}, {}, change.cause.canonical(), *opened_us, {}, change.again});
  if (!is_new) return {};
  append(EventType::gate_opened, execution_json(change.execution).add("kind", change.kind));
  if (change.answer) record_answer(events_, run_, node, *change.answer);
  return {};
}

Committed RunWriter::apply_one(const GateClosed& change) {
  bool failed = change.state == GateClosed::State::failed;
  end_node(change.execution, failed ? "failed" : "succeeded", std::nullopt, change.cause,
           store_.clock().wall_us());
  if (failed)
    append(EventType::node_failed, execution_json(change.execution).add("code", change.cause.at("code")));
  else
    append(EventType::gate_passed, execution_json(change.execution));
  return {};
}

// With all that is recorded of it.
Committed RunWriter::apply_one(const GateRecovered& change) {
  const std::string& node = change.execution.node;
  std::int64_t now = store_.clock().wall_us();
  Statement& passed = db_.statement(
      "SELECT cause FROM node WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4 AND element = "
      "-1");
  std::optional<std::string> cause = row_of(passed.bind(run_.project, run_.domain, change.run, node),
                                            [](const Statement& row) { return row.string(0); });
  put_node({change.execution, "recovered", {}, {}, {}, cause, now, now});
  db_.statement(
         "INSERT INTO gate (project, domain, run, node, kind, message, type, opened_us, due_us, answer, "
         "value, note, "
         "answered_us, answered_by) SELECT project, domain, ?5, node, kind, message, type, opened_us, "
         "due_us, answer, "
         "value, note, answered_us, answered_by FROM gate WHERE project = ?1 AND domain = ?2 AND run = ?3 "
         "AND node = "
         "?4 ON CONFLICT DO NOTHING")
      .bind(run_.project, run_.domain, change.run, node, run_.id)
      .run();
  append(EventType::gate_recovered, execution_json(change.execution).add("run", change.run.text()));
  return {};
}

// An earlier driver may have chosen; it chose the same.
Committed RunWriter::apply_one(const CaseChosen& change) {
  auto chosen = static_cast<std::int64_t>(change.chosen);
  Statement& insert = db_.statement(
      "INSERT INTO choice (project, domain, run, node, chosen) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO "
      "NOTHING");
  insert.bind(run_.project, run_.domain, run_.id, change.execution.node, chosen);
  insert.run();
  if (insert.changes() == 1)
    append(EventType::node_chosen, execution_json(change.execution).add("case", chosen));
  return {};
}

// An earlier driver may have opened it.
Committed RunWriter::apply_one(const FrameOpened& change) {
  const auto& [node, element] = change.place.execution;
  if (change.emitted && !has_version(db_, change.version)) {
    std::string body = canonical_form(*change.emitted).canonical();
    record_version(db_, {change.version, std::move(body), change.emitted.get()}, store_.clock().wall_us());
  }
  Statement& insert = db_.statement(
      "INSERT INTO frame (project, domain, run, parent, node, element, version, state, started_us) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'running', ?8) ON CONFLICT DO NOTHING");
  insert.bind(run_.project, run_.domain, run_.id, change.place.parent, node, element, change.version,
              store_.clock().wall_us());
  insert.run();
  if (insert.changes() == 0) return {};
  append(EventType::node_opened,
         execution_json(change.place.path()).add("version", change.version.hex()));
  return {};
}

Committed RunWriter::apply_one(const FrameClosed& change) {
  const auto& [node, element] = change.place.execution;
  Statement& update = db_.statement(
      "UPDATE frame SET state = ?7, ended_us = ?8 WHERE project = ?1 AND domain = ?2 AND run = ?3 AND "
      "parent = ?4 AND node = ?5 AND element = ?6 AND state = 'running'");
  update.bind(run_.project, run_.domain, run_.id, change.place.parent, node, element,
              run_state_name(change.state), store_.clock().wall_us());
  update.run();
  if (update.changes() == 0) return {};
  append(EventType::node_closed,
         execution_json(change.place.path()).add("state", run_state_name(change.state)));
  return {};
}

Committed RunWriter::apply_one(const FrameFailed& change) {
  db_.statement(
         "INSERT INTO frame_failure (project, domain, run, frame, cause) VALUES (?1, ?2, ?3, ?4, ?5) ON "
         "CONFLICT DO "
         "NOTHING")
      .bind(run_.project, run_.domain, run_.id, change.frame, change.cause.canonical())
      .run();
  return {};
}

Committed RunWriter::apply_one(const ImagesFound& change) {
  db_.statement(
         "UPDATE run SET settings = json_set(settings, '$.images', json(?4)) WHERE project = ?1 AND domain = "
         "?2 AND id "
         "= ?3")
      .bind(run_.project, run_.domain, run_.id, to_json(change.images).canonical())
      .run();
  return {};
}

Committed RunWriter::apply_one(const TokensAsked& change) {
  ask_for_tokens(store_, run_, change.execution, change.needs, change.size);
  hand_out_tokens(store_);
  return {};
}

Committed RunWriter::apply_one(const TokensLeft& change) {
  if (leave_tokens(db_, run_, change.execution)) hand_out_tokens(store_);
  return {};
}

Committed RunWriter::apply_one(const TokensHandedOut&) {
  hand_out_tokens(store_);
  return {};
}

}  // namespace wf
