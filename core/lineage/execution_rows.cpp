#include "core/lineage/execution_rows.hpp"

#include <algorithm>

namespace wf {

namespace {

#define WF_RESULT_COLUMNS \
  "a.id, a.run, a.node, a.element, a.workflow, a.task, a.version, a.cache_key, a.created_us"

std::optional<Digest> optional_digest(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.digest(column));
}

Result read_result(const Statement& row, const RunKey& scope, int column) {
  return {row.uuid(column),
          {scope.project, scope.domain, row.uuid(column + 1)},
          {row.string(column + 2), row.integer(column + 3)},
          row.string(column + 4),
          row.string(column + 5),
          row.digest(column + 6),
          optional_digest(row, column + 7),
          row.integer(column + 8)};
}

ExecutionRow read_row(const Statement& row, const RunKey& run) {
  ExecutionRow found;
  found.path = {row.string(0), row.integer(1)};
  found.state = row.string(2);
  found.lookup = row.optional_string(3).value_or("");
  if (!row.is_null(4)) found.cause = Json::parse(row.text(4), "a stored cause");
  found.started_us = row.integer(5);
  found.key = optional_digest(row, 6);
  if (!row.is_null(7)) found.parts = StoredParts{row.digest(7), row.string(8)};
  found.again = row.optional_string(9).value_or("");
  if (!row.is_null(10)) found.result = read_result(row, run, 10);
  if (!found.key && found.result) found.key = found.result->key;
  return found;
}

// What sorts after every id of version 7 that was made until then.
std::string last_uuid7(std::int64_t at_us) {
  constexpr int k_time_bytes = 6;
  constexpr std::size_t k_bytes = 16;
  std::string bytes(k_bytes, '\xff');
  constexpr std::int64_t k_last_ms = (std::int64_t{1} << (8 * k_time_bytes)) - 1;
  std::int64_t ms = std::min(at_us / 1000, k_last_ms);
  for (int i = k_time_bytes; i-- > 0; ms >>= 8) bytes[static_cast<std::size_t>(i)] = static_cast<char>(ms);
  return bytes;
}

}  // namespace

bool has_result(std::string_view state) {
  return state == "succeeded" || state == "reused" || state == "recovered";
}

std::optional<StoredParts> PartsReader::stored(const Digest& key) {
  return find_stored_parts(*database_, scope_.project, scope_.domain, key);
}

const KeyParts& PartsReader::shared(const Digest& digest) {
  auto known = shared_.find(digest);
  if (known != shared_.end()) return known->second;
  return shared_.emplace(digest, read_shared_parts(*database_, digest)).first->second;
}

void PartsReader::add_shared(const Digest& digest, std::string_view text) {
  if (!shared_.contains(digest)) shared_.emplace(digest, parse_shared_parts(text));
}

KeyParts PartsReader::readable(const StoredParts& stored) {
  KeyParts parts = shared(stored.shared);
  parts.parts.add("inputs", Json::parse(stored.inputs, "the inputs of a cache key"));
  return parts;
}

std::optional<KeyParts> PartsReader::of(const Digest& key) {
  std::optional<StoredParts> found = stored(key);
  return found ? std::optional(readable(*found)) : std::nullopt;
}

std::optional<KeyParts> PartsReader::of(const ExecutionRow& execution) {
  if (execution.parts) return readable(*execution.parts);
  return execution.key ? of(*execution.key) : std::nullopt;
}

std::vector<ExecutionRow> read_executions(Database& database, const RunKey& run) {
  Statement& rows = database.statement(
      "SELECT e.node, e.element, e.state, e.lookup, e.cause, e.started_us, n.cache_key, n.parts, "
      "n.inputs, n.again, " WF_RESULT_COLUMNS
      " FROM execution e LEFT JOIN node n ON n.project = e.project AND n.domain = e.domain AND n.run = e.run "
      "AND n.node = e.node AND n.element = e.element LEFT JOIN artifact a ON a.project = e.project AND "
      "a.domain = e.domain AND a.id = e.artifact WHERE e.project = ?1 AND e.domain = ?2 AND e.run = ?3");
  rows.bind(run.project, run.domain, run.id);
  std::vector<ExecutionRow> found = rows_of(rows, [&](const Statement& row) { return read_row(row, run); });
  std::sort(found.begin(), found.end(),
            [](const ExecutionRow& one, const ExecutionRow& other) { return one.path < other.path; });
  return found;
}

std::optional<Result> find_result(Database& database, const RunKey& scope, const Uuid& artifact) {
  Statement& row = database.statement(
      "SELECT " WF_RESULT_COLUMNS " FROM artifact a WHERE a.project = ?1 AND a.domain = ?2 AND a.id = ?3");
  ResetLater reset(row);
  row.bind(scope.project, scope.domain, artifact);
  return row.step() ? std::optional(read_result(row, scope, 0)) : std::nullopt;
}

std::vector<Result> newest_results(Database& database, const RunKey& run, const std::string& workflow,
                                   const std::string& task, std::int64_t until_us, std::int64_t limit) {
  Statement& rows = database.statement(
      "SELECT " WF_RESULT_COLUMNS
      " FROM artifact a WHERE a.project = ?1 AND a.domain = ?2 AND a.workflow = ?3 AND a.task = ?4 AND a.id "
      "<= ?5 AND a.run <> ?6 AND a.cache_key IS NOT NULL ORDER BY a.id DESC LIMIT ?7");
  std::string last = last_uuid7(until_us);
  rows.bind(run.project, run.domain, workflow, task, Bytes{last}, run.id, limit);
  return rows_of(rows, [&](const Statement& row) { return read_result(row, run, 0); });
}

#undef WF_RESULT_COLUMNS

}  // namespace wf
