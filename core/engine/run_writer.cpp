#include "core/engine/run_writer.hpp"

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/freed.hpp"
#include "core/catalog/log_times.hpp"
#include "core/catalog/tags.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/pool_claims.hpp"
#include "core/engine/stored_value.hpp"

namespace wf {

namespace {

std::optional<Digest> digest_of(const std::optional<NewBlob>& blob) {
  if (!blob) return std::nullopt;
  return blob->digest;
}

std::vector<std::string> names_of(const std::vector<OutputValue>& outputs) {
  std::vector<std::string> names;
  for (const OutputValue& output : outputs) names.push_back(output.name);
  return names;
}

EventType ending_of(RunState state) {
  if (state == RunState::succeeded) return EventType::run_succeeded;
  return state == RunState::failed ? EventType::run_failed : EventType::run_aborted;
}

std::optional<std::string> text_of(const Json& cause) {
  if (cause.is_null()) return std::nullopt;
  return cause.canonical();
}

std::optional<Bytes> bytes_or_null(std::string_view bytes) {
  return bytes.empty() ? std::nullopt : std::optional(Bytes{bytes});
}

std::optional<std::string> memory_events_of(const ExitRecord& record) {
  if (!record.memory_events) return std::nullopt;
  return Json::object()
      .add("limit_hits", record.memory_events->limit_hits)
      .add("oom_kills", record.memory_events->oom_kills)
      .canonical();
}

std::string times_of(const ExitRecord& record) {
  return record.log_times ? record.log_times->packed() : std::string();
}

}  // namespace

Json RunWriter::execution_json(const NodePath& execution) {
  Json json = Json::object();
  json.add("node", execution.node);
  if (execution.element != k_no_element) json.add("element", execution.element);
  return json;
}

RunWriter::RunWriter(Store& store, RunKey run, std::int64_t fence)
    : store_(store),
      db_(store.database()),
      events_(db_),
      run_(std::move(run)),
      fence_(fence),
      artifacts_(store, run_),
      stream_(run_stream(run_.id)) {}

void RunWriter::begin_batch() {
  events_.forget_heads();
  begun_.clear();
  Statement& renew = db_.statement(
      "UPDATE run SET lease_ns = ?5 WHERE project = ?1 AND domain = ?2 AND id = ?3 AND fence = ?4 AND state "
      "= 'running' "
      "RETURNING abort_cause");
  renew.bind(run_.project, run_.domain, run_.id, fence_, store_.clock().boottime_ns() + k_lease_ns);
  if (!renew.step()) {
    renew.reset();
    throw Error(codes::k_ownership_lost,
                cat("run ", run_.id.text(), " was taken over by another driver, or has ended"),
                cat("see 'wf show ", run_.id.text(), "'; nothing of this driver was recorded after that"));
  }
  abort_cause_ = renew.optional_string(0);
  renew.run();
}

Committed RunWriter::apply(const Change& change) {
  return std::visit([this](const auto& one) { return apply_one(one); }, change);
}

void RunWriter::end_batch() {
  for (const auto& [execution, started] : begun_) insert_started(started);
  begun_.clear();
  if (reused_.size() > 0) write_pack(reused_, EventType::nodes_reused);
  if (recovered_.size() > 0) write_pack(recovered_, EventType::nodes_recovered);
}

void RunWriter::write_pack(ReusePack& pack, EventType event) {
  if (!last_pack_) last_pack_ = last_pack(db_, run_);
  std::int64_t count = pack.size();
  Digest digest = pack.write(db_, run_, ++*last_pack_, store_.clock().wall_us());
  append(event, Json::object().add("pack", *last_pack_).add("count", count).add("digest", digest.hex()));
}

void RunWriter::append(EventType type, const Json& data) {
  events_.append(stream_, type, store_.clock().wall_us(), data);
}

bool RunWriter::may_have_row(const NodePath& execution) const {
  return fence_ > 1 || retried_.contains(execution);
}

// The row of a node execution as it begins, or ends at once. It has one already of an attempt that is tried
// again, that died with its driver or was aborted before that died; the general upsert would build a temporary
// table for each row.
void RunWriter::put_node(const NodeRow& row) {
  const auto& [node, element] = row.execution;
  std::optional<std::string_view> lookup;
  if (row.lookup) lookup = lookup_name(*row.lookup);
  std::optional<std::string_view> again;
  if (row.again) again = k_again_names.at(static_cast<std::size_t>(*row.again));
  std::optional<Digest> key;
  std::optional<Digest> parts;
  std::optional<std::string_view> inputs;
  if (row.offer != nullptr) key = row.offer->key;
  if (row.offer != nullptr && !row.artifact) {
    record_parts(*row.offer->parts);
    parts = row.offer->parts->parts_digest();
    inputs = row.offer->inputs;
  }
  if (may_have_row(row.execution)) {
    Statement& update = db_.statement(
        "UPDATE node SET state = ?6, lookup = ?7, cache_key = ?8, parts = ?9, inputs = ?10, artifact = ?11, "
        "cause = ?12, started_us = ?13, ended_us = ?14, again = ?15 "
        "WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4 AND element = ?5 AND (state = "
        "'running' OR state = 'aborted')");
    update.bind(run_.project, run_.domain, run_.id, node, element, row.state, lookup, key, parts, inputs,
                row.artifact, row.cause, row.started_us, row.ended_us, again);
    update.run();
    if (update.changes() == 1) return;
  }
  db_.statement(
         "INSERT INTO node (project, domain, run, node, element, state, lookup, cache_key, parts, inputs, "
         "artifact, cause, started_us, ended_us, again) "
         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)")
      .bind(run_.project, run_.domain, run_.id, node, element, row.state, lookup, key, parts, inputs,
            row.artifact, row.cause, row.started_us, row.ended_us, again)
      .run();
}

// Held back to the end of the batch: a short attempt ends in the same one, and its rows are then written
// once.
Committed RunWriter::apply_one(const AttemptStarted& change) {
  begun_.insert_or_assign(change.execution, change);
  return {};
}

RunWriter::NodeRow RunWriter::begun_row(const AttemptStarted& started) {
  const CacheOffer* offer = started.offer ? &*started.offer : nullptr;
  Lookup lookup = offer == nullptr ? Lookup::off : offer->lookup;
  return {started.execution, "running", lookup, offer, {}, {}, started.started_us, {}, started.again};
}

void RunWriter::insert_started(const AttemptStarted& change) {
  const auto& [node, element] = change.execution;
  put_node(begun_row(change));
  db_.statement(
         "INSERT INTO attempt (project, domain, run, node, element, attempt, fence, name, executor, state, "
         "pid, "
         "start_ticks, started_us, resources, image) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'running', ?10, ?11, "
         "?12, ?13, ?14)")
      .bind(run_.project, run_.domain, run_.id, node, element, change.attempt, fence_, change.name,
            change.executor, change.process.pid, change.process.start_ticks, change.started_us,
            text_of(change.resources), change.image)
      .run();
  record_sandbox(change.execution, change.attempt, change.sandbox);
}

void RunWriter::insert_succeeded(const AttemptStarted& started, const AttemptSucceeded& change) {
  const auto& [node, element] = change.execution;
  const ExitRecord& record = change.record;
  record_logs(change.execution, change.attempt, change.logs);
  const std::string times = times_of(record);
  db_.statement(
         "INSERT INTO attempt (project, domain, run, node, element, attempt, fence, name, executor, state, "
         "pid, "
         "start_ticks, started_us, ended_us, duration_ns, exit_code, signal, oom, max_rss_bytes, cpu_us, "
         "stdout, stderr, resources, log_times, memory_events, image) "
         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'succeeded', ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, "
         "?18, ?19, "
         "?20, ?21, ?22, ?23, ?24, ?25)")
      .bind(run_.project, run_.domain, run_.id, node, element, change.attempt, fence_, started.name,
            started.executor, started.process.pid, started.process.start_ticks, started.started_us,
            record.ended_us, record.duration_ns, record.exit_code, record.signal, record.oom(),
            record.max_rss_bytes, record.cpu_us, digest_of(change.logs.out), digest_of(change.logs.err),
            text_of(started.resources), bytes_or_null(times), memory_events_of(record), started.image)
      .run();
  record_sandbox(change.execution, change.attempt, change.sandbox);
}

bool RunWriter::end_attempt(const NodePath& execution, std::int64_t attempt, const ExitRecord& record,
                            const AttemptLogs& logs, const AttemptOutcome& outcome) {
  if (auto begun = begun_.extract(execution)) insert_started(begun.mapped());
  const std::string times = times_of(record);
  Statement& update = db_.statement(
      "UPDATE attempt SET state = ?7, ended_us = ?8, duration_ns = ?9, exit_code = ?10, signal = ?11, oom = "
      "?12, "
      "max_rss_bytes = ?13, cpu_us = ?14, cause = ?15, stdout = ?16, stderr = ?17, category = ?19, delay_ns "
      "= ?20, "
      "log_times = ?21, memory_events = ?22 "
      "WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4 AND element = ?5 AND attempt = ?6 AND "
      "state = 'running' AND fence = ?18");
  update.bind(run_.project, run_.domain, run_.id, execution.node, execution.element, attempt, outcome.state,
              record.ended_us, record.duration_ns, record.exit_code, record.signal, record.oom(),
              record.max_rss_bytes, record.cpu_us, text_of(outcome.cause), digest_of(logs.out),
              digest_of(logs.err), fence_, outcome.category, outcome.delay_ns, bytes_or_null(times),
              memory_events_of(record));
  update.run();
  if (update.changes() != 1) return false;
  record_logs(execution, attempt, logs);
  return true;
}

void RunWriter::end_node(const NodePath& execution, std::string_view state,
                         const std::optional<Uuid>& artifact, const Json& cause, std::int64_t ended_us) {
  db_.statement(
         "UPDATE node SET state = ?6, artifact = ?7, cause = ?8, ended_us = ?9, parts = iif(?7 IS NULL, "
         "parts, NULL), inputs = iif(?7 IS NULL, inputs, NULL) WHERE project = ?1 AND domain = ?2 AND run = "
         "?3 AND node = ?4 AND element = ?5 AND state = 'running'")
      .bind(run_.project, run_.domain, run_.id, execution.node, execution.element, state, artifact,
            text_of(cause), ended_us)
      .run();
}

Committed RunWriter::apply_one(const AttemptSucceeded& change) {
  auto begun = begun_.extract(change.execution);
  if (begun) {
    insert_succeeded(begun.mapped(), change);
  } else if (end_attempt(change.execution, change.attempt, change.record, change.logs, {"succeeded"})) {
    record_sandbox(change.execution, change.attempt, change.sandbox);
  } else {
    return {Committed::Outcome::dropped, {}};
  }
  std::optional<Uuid> first = change.cache ? published(change) : std::nullopt;
  if (!first) artifacts_.add(change);
  if (first) take_into_use(*first, names_of(change.outputs), change.temporary);
  if (!first && change.cache) publish(change);
  Uuid artifact = first.value_or(change.artifact);
  std::string_view state = first ? "reused" : "succeeded";
  std::int64_t ended_us = change.record.ended_us;
  if (begun) {
    NodeRow row = begun_row(begun.mapped());
    row.state = state;
    row.artifact = artifact;
    row.ended_us = ended_us;
    put_node(row);
  } else {
    end_node(change.execution, state, artifact, Json(), ended_us);
  }
  Json data = execution_json(change.execution);
  data.add("attempt", change.attempt).add("artifact", artifact.text());
  append(first ? EventType::node_lost_race : EventType::node_succeeded, data);
  return {first ? Committed::Outcome::lost_race : Committed::Outcome::done, artifact};
}

// The artifact that another execution published under the key while this one ran.
std::optional<Uuid> RunWriter::published(const AttemptSucceeded& change) {
  if (change.cache->lookup != Lookup::miss) return std::nullopt;
  Statement& entry =
      db_.statement("SELECT artifact, run FROM cache_entry WHERE project = ?1 AND domain = ?2 AND key = ?3");
  entry.bind(run_.project, run_.domain, change.cache->key);
  auto found = row_of(entry, [](const Statement& row) { return std::pair(row.uuid(0), row.uuid(1)); });
  if (!found) return std::nullopt;
  const RanIn* wanted = change.cache->wanted;
  const bool usable = !artifact_freed_us(store_, run_.project, run_.domain, found->first) &&
                      (wanted == nullptr || ran_in(db_, run_.project, run_.domain, found->first) == *wanted);
  if (!usable) withdraw(change);
  if (!usable) return std::nullopt;
  note_reuse(found->second);
  return found->first;
}

void RunWriter::note_reuse(const Uuid& producer) {
  if (producer == run_.id || !known_producers_.insert(producer).second) return;
  db_.statement(
         "INSERT INTO run_reuse (project, domain, producer, run) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO "
         "NOTHING")
      .bind(run_.project, run_.domain, producer, run_.id)
      .run();
}

void RunWriter::record_parts(const TaskKey& parts) {
  if (!known_parts_.insert(parts.parts_digest()).second) return;
  db_.statement("INSERT INTO cache_parts (digest, body) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
      .bind(parts.parts_digest(), parts.parts())
      .run();
}

void RunWriter::publish(const AttemptSucceeded& change) {
  const CacheOffer& offer = *change.cache;
  std::int64_t now = change.record.ended_us;
  record_parts(*offer.parts);
  if (offer.lookup != Lookup::miss) withdraw(change);
  db_.statement(
         "INSERT INTO cache_entry (project, domain, key, artifact, run, origin, parts, inputs, created_us) "
         "VALUES (?1, ?2, ?3, ?4, ?5, 'run', ?6, ?7, ?8)")
      .bind(run_.project, run_.domain, offer.key, change.artifact, run_.id, offer.parts->parts_digest(),
            offer.inputs, now)
      .run();
  db_.statement(
         "INSERT INTO tag (project, domain, workflow, task, name, artifact, created_us) "
         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING")
      .bind(run_.project, run_.domain, change.workflow, change.task, cache_tag(offer.key), change.artifact, now)
      .run();
}

// Takes back what was published under the key; older runs keep their artifact.
void RunWriter::withdraw(const AttemptSucceeded& change) {
  db_.statement("DELETE FROM cache_entry WHERE project = ?1 AND domain = ?2 AND key = ?3")
      .bind(run_.project, run_.domain, change.cache->key)
      .run();
  db_.statement(
         "DELETE FROM tag WHERE project = ?1 AND domain = ?2 AND workflow = ?3 AND task = ?4 AND name = ?5")
      .bind(run_.project, run_.domain, change.workflow, change.task, cache_tag(change.cache->key))
      .run();
}

Committed RunWriter::apply_one(const AttemptFailed& change) {
  bool failed = change.state == AttemptFailed::State::failed;
  AttemptOutcome outcome{failed ? "failed" : "aborted", change.cause};
  if (failed) outcome.category = k_failure_category_names.at(static_cast<std::size_t>(change.category));
  outcome.delay_ns = change.retry_in_ns;
  if (!end_attempt(change.execution, change.attempt, change.record, change.logs, outcome)) {
    return {Committed::Outcome::dropped, {}};
  }
  record_sandbox(change.execution, change.attempt, change.sandbox);
  Json data = execution_json(change.execution);
  data.add("attempt", change.attempt).add("code", change.cause.at("code"));
  if (change.retry_in_ns) {
    retried_.insert(change.execution);
    note_waiting(change);
    append(EventType::node_retried, data.add("charged", *outcome.category).add("delay_us", *change.retry_in_ns / 1000));
    return {};
  }
  end_node(change.execution, outcome.state, std::nullopt, change.cause, change.record.ended_us);
  append(failed ? EventType::node_failed : EventType::node_aborted, data);
  return {};
}

// Why an execution that has no attempt now goes on.
void RunWriter::note_waiting(const AttemptFailed& change) {
  std::string text = cat("waits for another try, ", human_duration_us(*change.retry_in_ns / 1000), " after attempt ",
                         change.attempt, ": ", change.cause.at("message").as_string());
  db_.statement(
         "UPDATE node SET cause = ?6 WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4 AND element = ?5 "
         "AND state = 'running'")
      .bind(run_.project, run_.domain, run_.id, change.execution.node, change.execution.element,
            make_cause(codes::k_waits_to_retry, text, change.execution).canonical())
      .run();
}

Committed RunWriter::apply_one(const LostLogsFound& change) {
  record_logs(change.execution, change.attempt, change.logs);
  db_.statement(
         "UPDATE attempt SET stdout = ?7, stderr = ?8, log_times = ?9 WHERE project = ?1 AND domain = ?2 AND "
         "run = ?3 AND node = ?4 "
         "AND element = ?5 AND attempt = ?6 AND state = 'lost'")
      .bind(run_.project, run_.domain, run_.id, change.execution.node, change.execution.element,
            change.attempt, digest_of(change.logs.out), digest_of(change.logs.err),
            bytes_or_null(change.times))
      .run();
  return {};
}

Committed RunWriter::apply_one(const RunDecided& change) {
  db_.statement(
         "UPDATE run SET cause = ?4 WHERE project = ?1 AND domain = ?2 AND id = ?3 AND fence = ?5 AND state = "
         "'running'")
      .bind(run_.project, run_.domain, run_.id, change.cause.canonical(), fence_)
      .run();
  return {};
}

Committed RunWriter::apply_one(const LeaseRenewed&) { return {}; }

Committed RunWriter::apply_one(const RunEnded& change) {
  end_batch();
  std::int64_t now = store_.clock().wall_us();
  end_unfinished_nodes(change, now);
  for (const OutputValue& output : change.outputs) {
    db_.statement(
           "INSERT INTO run_output (project, domain, run, name, type, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
           "ON CONFLICT DO NOTHING")
        .bind(run_.project, run_.domain, run_.id, output.name, output.type.text(), output.value.canonical())
        .run();
  }
  std::string_view state = run_state_name(change.state);
  db_.statement(
         "UPDATE run SET state = ?4, cause = ?5, ended_us = ?6, counts = ?8 WHERE project = ?1 AND domain = "
         "?2 AND id = ?3 AND fence = ?7 AND state = 'running'")
      .bind(run_.project, run_.domain, run_.id, state, text_of(change.cause), now, fence_,
            count_executions().canonical())
      .run();
  if (leave_tokens(db_, run_)) hand_out_tokens(store_);
  Json data = Json::object();
  if (!change.cause.is_null()) data.add("code", change.cause.at("code"));
  StreamHead head = events_.append(stream_, ending_of(change.state), now, data);
  events_.append(std::string(k_store_stream), EventType::run_closed, now,
                 Json::object().add("run", run_.id.text()).add("seq", head.seq).add("hash", head.hash.hex()));
  return {};
}

// By state. Of packs only the lengths are looked at: reading 10 000 names would hold up a run that did
// nothing.
Json RunWriter::count_executions() {
  Statement& rows = db_.statement(
      "SELECT state, sum(n) FROM (SELECT state, count(*) AS n FROM node WHERE project = ?1 AND domain = ?2 "
      "AND "
      "run = ?3 GROUP BY state UNION ALL SELECT state, length(artifacts) / 16 FROM reuse_pack WHERE "
      "project = ?1 AND domain = ?2 AND run = ?3) GROUP BY state ORDER BY state");
  ResetLater reset(rows);
  rows.bind(run_.project, run_.domain, run_.id);
  Json counts = Json::object();
  while (rows.step()) counts.add(rows.string(0), rows.integer(1));
  return counts;
}

// Executions that an earlier driver had begun and this one did not get to: nothing runs in a run that has
// ended.
void RunWriter::end_unfinished_nodes(const RunEnded& change, std::int64_t now) {
  Json cause = change.cause;
  if (change.state == RunState::succeeded)
    cause = make_cause(codes::k_enough_elements, "enough elements have succeeded");
  if (change.state == RunState::failed) cause = cause_of_siblings(change.cause);
  db_.statement(
         "UPDATE node SET state = 'aborted', cause = ?4, ended_us = ?5 WHERE project = ?1 AND domain = ?2 "
         "AND "
         "run = ?3 AND state = 'running'")
      .bind(run_.project, run_.domain, run_.id, cause.canonical(), now)
      .run();
  db_.statement(
         "UPDATE frame SET state = 'aborted', ended_us = ?4 WHERE project = ?1 AND domain = ?2 AND run = ?3 "
         "AND state = 'running'")
      .bind(run_.project, run_.domain, run_.id, now)
      .run();
}

std::vector<OutputValue> read_artifact(Database& database, const Scope& scope, const Uuid& artifact) {
  Statement& rows = database.statement(
      "SELECT name, type, value FROM artifact_data WHERE project = ?1 AND domain = ?2 AND artifact = ?3 "
      "ORDER BY name");
  rows.bind(scope.project, scope.domain, artifact);
  std::vector<OutputValue> outputs;
  ResetLater reset(rows);
  while (rows.step()) outputs.push_back(stored_value(rows.string(0), rows.text(1), rows.text(2)));
  return outputs;
}

}  // namespace wf
