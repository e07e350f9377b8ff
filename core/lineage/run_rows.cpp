#include "core/lineage/run_rows.hpp"

#include <algorithm>
#include <limits>

#include "core/base/json.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_rows_a_question = 8;

// The node is the last column, for who reads those of all.
constexpr std::string_view k_executions =
    "SELECT element, state, started_us, ended_us, artifact, node FROM node WHERE project = ?1 AND domain = "
    "?2 "
    "AND run = ?3";
constexpr std::string_view k_attempts =
    "SELECT element, executor, fence, duration_ns, exit_code, image, node FROM attempt WHERE project = ?1 "
    "AND "
    "domain = ?2 AND run = ?3";

ExecutionEntry read_execution(const Statement& row) {
  ExecutionEntry read{row.integer(0), row.string(1), row.integer(2), row.optional_integer(3), {}};
  if (!row.is_null(4)) read.artifact = row.uuid(4);
  return read;
}

AttemptEntry read_attempt(const Statement& row) {
  return {row.integer(0),          row.string(1),           row.integer(2),
          row.optional_integer(3), row.optional_integer(4), row.optional_string(5)};
}

// The column of the node in rows of each kind.
constexpr int column_of_node(const ExecutionEntry*) { return 5; }
constexpr int column_of_node(const AttemptEntry*) { return 6; }

}  // namespace

// Of a run that has ended; another one may grow while it is read.
std::int64_t RunRows::size_of(const RunKey& run) {
  auto [place, is_new] = sizes_.try_emplace(std::string(run.id.view()));
  if (!is_new) return place->second;
  Statement& row =
      database_->statement("SELECT counts FROM run WHERE project = ?1 AND domain = ?2 AND id = ?3");
  ResetLater reset(row);
  place->second = std::numeric_limits<std::int64_t>::max();
  if (!row.bind(run.project, run.domain, run.id).step() || row.is_null(0)) return place->second;
  const Json counts = Json::parse(row.text(0), "a run's counts");
  place->second = 0;
  for (const auto& [state, count] : counts.as_object()) place->second += count.as_int();
  return place->second;
}

template <typename Row>
bool RunRows::is_whole(const RunKey& run, ByNode<Row>& known, const std::string& query,
                       Row (*read)(const Statement&)) {
  if (known.is_whole) return true;
  if (size_of(run) / k_rows_a_question > known.questions++) return false;
  Statement& rows = database_->statement(query);
  ResetLater reset(rows);
  rows.bind(run.project, run.domain, run.id);
  while (rows.step())
    known.rows[rows.string(column_of_node(static_cast<Row*>(nullptr)))].push_back(read(rows));
  return known.is_whole = true;
}

std::vector<ExecutionEntry> RunRows::executions(const RunKey& run, const std::string& node) {
  static const std::string k_all = cat(k_executions, " ORDER BY node, element");
  static const std::string k_of_node = cat(k_executions, " AND node = ?4 ORDER BY element");
  ByNode<ExecutionEntry>& known = executions_[std::string(run.id.view())];
  if (is_whole(run, known, k_all, read_execution)) {
    auto found = known.rows.find(node);
    return found == known.rows.end() ? std::vector<ExecutionEntry>() : std::move(found->second);
  }
  return rows_of(database_->statement(k_of_node).bind(run.project, run.domain, run.id, node), read_execution);
}

// In the order of the key, which takes no sorter.
std::vector<AttemptEntry> RunRows::attempts(const RunKey& run, const std::string& node, std::int64_t first,
                                            std::int64_t last) {
  static const std::string k_all = cat(k_attempts, " ORDER BY node, element, attempt");
  static const std::string k_of_node =
      cat(k_attempts, " AND node = ?4 AND element BETWEEN ?5 AND ?6 ORDER BY element, attempt");
  ByNode<AttemptEntry>& known = attempts_[std::string(run.id.view())];
  if (is_whole(run, known, k_all, read_attempt)) {
    const std::vector<AttemptEntry>& all = known.rows[node];
    auto begin =
        std::lower_bound(all.begin(), all.end(), first,
                         [](const AttemptEntry& row, std::int64_t element) { return row.element < element; });
    auto end = std::upper_bound(begin, all.end(), last, [](std::int64_t element, const AttemptEntry& row) {
      return element < row.element;
    });
    return {begin, end};
  }
  return rows_of(database_->statement(k_of_node).bind(run.project, run.domain, run.id, node, first, last),
                 read_attempt);
}

}  // namespace wf
