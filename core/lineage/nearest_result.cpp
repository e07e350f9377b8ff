#include "core/lineage/nearest_result.hpp"

#include <algorithm>
#include <limits>

namespace wf {

namespace {

constexpr std::int64_t k_runs_passed = 1000;  // of all workflows, in search of those of this one

std::vector<RunKey> newest_runs_before(Database& database, const RunKey& run, const std::string& workflow) {
  Statement& rows = database.statement(
      "SELECT id FROM (SELECT id, workflow FROM run WHERE project = ?1 AND domain = ?2 AND id < ?3 ORDER BY "
      "id DESC LIMIT ?4) WHERE workflow = ?5 ORDER BY id DESC LIMIT ?6");
  rows.bind(run.project, run.domain, run.id, k_runs_passed, workflow, k_runs_looked_at);
  return rows_of(rows, [&](const Statement& row) { return RunKey{run.project, run.domain, row.uuid(0)}; });
}

std::size_t differing(const std::map<std::string, Digest>& one, const std::map<std::string, Digest>& other) {
  std::size_t count = 0;
  for (const auto& [name, digest] : one) {
    auto found = other.find(name);
    if (found == other.end() || found->second != digest) ++count;
  }
  for (const auto& [name, digest] : other) {
    if (one.count(name) == 0) ++count;
  }
  return count;
}

void compare_with_nearest(NearestResults& nearest, const ExecutionRow& row, const TaskName& task,
                          Explanation& found) {
  const Result* result = nearest.find(row, task);
  if (result == nullptr) return;
  if (found.why == Why::first_time) found.why = Why::key_changed;
  found.earlier = *result;
  std::optional<KeyParts> before = nearest.parts().of(*result->key);
  std::optional<KeyParts> after = nearest.parts().of(row);
  if (before && after) found.differences = compare(*before, *after);
}

}  // namespace

namespace {

// Whether there was a result of the same key, and it was not good enough.
bool replaces(Why why) {
  return why == Why::output_gone || why == Why::output_broken || why == Why::made_elsewhere ||
         why == Why::refreshed;
}

}  // namespace

void explain_miss(NearestResults& nearest, const ExecutionRow& row, const TaskName& task,
                  Explanation& found) {
  if (replaces(found.why)) {
    if (const Result* same = nearest.find_same_key(row, task)) found.earlier = *same;
  }
  if (found.why == Why::made_elsewhere && found.earlier) found.made_in = nearest.made_in(*found.earlier);
  if (found.why == Why::first_time) found.tried = nearest.find_trial(row);
  if (found.tried) found.why = Why::tried_before;
  bool new_key = found.why == Why::first_time || (found.why == Why::refreshed && !found.earlier);
  if (new_key) compare_with_nearest(nearest, row, task, found);
}

NearestResults::PreparedPtr NearestResults::prepare(const StoredParts& stored) {
  auto prepared = std::make_shared<Prepared>();
  prepared->shared = stored.shared;
  Json inputs = Json::parse(stored.inputs, "the inputs of a cache key");
  for (const auto& [name, value] : inputs.as_object())
    prepared->inputs.emplace(name, sha256(value.canonical()));
  return prepared;
}

NearestResults::PreparedPtr NearestResults::prepared(const Digest& key) {
  auto [place, is_new] = prepared_.try_emplace(key);
  if (!is_new) return place->second;
  std::optional<StoredParts> found = parts_.stored(key);
  if (found) place->second = prepare(*found);
  return place->second;
}

std::size_t NearestResults::shared_distance(const Digest& one, const Digest& other) {
  auto [place, is_new] = shared_distances_.try_emplace({one, other}, 0);
  if (is_new) place->second = compare(parts_.shared(one), parts_.shared(other)).size();
  return place->second;
}

std::size_t NearestResults::distance(const Prepared& one, const Prepared& other) {
  return shared_distance(one.shared, other.shared) + differing(one.inputs, other.inputs);
}

const ExecutionRow* NearestResults::EarlierRun::find(const NodePath& path) const {
  auto row =
      std::lower_bound(executions.begin(), executions.end(), path,
                       [](const ExecutionRow& one, const NodePath& other) { return one.path < other; });
  return row != executions.end() && row->path == path ? &*row : nullptr;
}

const std::vector<NearestResults::EarlierRun>& NearestResults::earlier_runs() {
  if (earlier_runs_) return *earlier_runs_;
  earlier_runs_.emplace();
  for (const RunKey& run : newest_runs_before(history_->database(), run_, workflow_))
    earlier_runs_->push_back({run, read_executions(history_->database(), run)});
  return *earlier_runs_;
}

std::vector<const Result*> NearestResults::at_same_place(const NodePath& path) {
  std::vector<const Result*> found;
  for (const EarlierRun& run : earlier_runs()) {
    const ExecutionRow* row = run.find(path);
    if (row != nullptr && row->result) found.push_back(&*row->result);
  }
  return found;
}

const std::vector<Result>& NearestResults::of_task(const TaskName& task) {
  auto [place, is_new] = of_task_.try_emplace(task);
  if (is_new)
    place->second =
        newest_results(history_->database(), run_, task.workflow, task.task, until_us_, k_results_looked_at);
  return place->second;
}

std::vector<const Result*> NearestResults::candidates(const ExecutionRow& execution,
                                                      const TaskName& task) {
  std::vector<const Result*> found = at_same_place(execution.path);
  for (const Result& result : of_task(task)) found.push_back(&result);
  std::erase_if(found, [&](const Result* result) {
    return !result->key || result->run == run_ || result->created_us > execution.started_us;
  });
  return found;
}

const Result* NearestResults::find(const ExecutionRow& execution, const TaskName& task) {
  PreparedPtr own;
  if (execution.parts)
    own = prepare(*execution.parts);
  else if (execution.key)
    own = prepared(*execution.key);
  const Result* nearest = nullptr;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const Result* result : candidates(execution, task)) {
    // Equal: published while this one looked, or taken back since. It is not what the miss came from.
    if (result->key == execution.key) continue;
    PreparedPtr other = prepared(*result->key);
    if (!other) continue;
    std::size_t count = own ? distance(*own, *other) : 0;
    if (count >= least) continue;
    least = count;
    nearest = result;
  }
  return nearest;
}

std::optional<Trial> NearestResults::find_trial(const ExecutionRow& execution) {
  if (!execution.key) return std::nullopt;
  for (const EarlierRun& run : earlier_runs()) {
    const ExecutionRow* row = run.find(execution.path);
    if (row == nullptr) continue;
    bool same = row->key == execution.key && !row->result && row->started_us <= execution.started_us;
    return same ? std::optional(Trial{run.run, row->state}) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<RanIn> NearestResults::made_in(const Result& result) {
  return ran_in(history_->database(), result.run.project, result.run.domain, result.artifact);
}

const Result* NearestResults::find_same_key(const ExecutionRow& execution, const TaskName& task) {
  for (const Result* result : candidates(execution, task)) {
    if (result->key == execution.key) return result;
  }
  return nullptr;
}

}  // namespace wf
