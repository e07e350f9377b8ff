// The earlier result that an execution comes nearest to: what it would have reused, had nothing changed.
#pragma once
#include <limits>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/lineage/execution_rows.hpp"
#include "core/lineage/explanation.hpp"
#include "core/lineage/history.hpp"

namespace wf {

// Looked at are the results of the same node and element in the newest k_runs_looked_at runs of the workflow
// before this one, and the newest k_results_looked_at of the task; of another run, and there before the
// execution began. The one that differs in the fewest things is nearest; of several that of the same node and
// element in the newest run, else the newest.
inline constexpr std::int64_t k_runs_looked_at = 5;
inline constexpr std::int64_t k_results_looked_at = 256;

// A task by its name in its workflow.
struct TaskName {
  std::string workflow;
  std::string task;
  auto operator<=>(const TaskName&) const = default;
};

class NearestResults {
 public:
  // Of a run that has not begun only its key, greater than all there are, and its workflow count.
  NearestResults(History& history, const RunVertex& run)
      : history_(&history),
        run_(run.run),
        workflow_(run.workflow),
        until_us_(run.ended_us.value_or(std::numeric_limits<std::int64_t>::max())),
        parts_(history.database(), run.run) {}

  // `task` is the execution's. nullptr: there is none. Valid as long as this.
  const Result* find(const ExecutionRow& execution, const TaskName& task);
  // What the newest run before this one made of the same node and element, where it had the same key and no
  // result.
  std::optional<Trial> find_trial(const ExecutionRow& execution);
  // That of the same key, for an execution that replaced it; nullptr when it is not among those looked at.
  const Result* find_same_key(const ExecutionRow& execution, const TaskName& task);
  std::optional<RanIn> made_in(const Result& result);
  PartsReader& parts() { return parts_; }

 private:
  // What a key was made of, ready to be compared with many.
  struct Prepared {
    Digest shared;
    std::map<std::string, Digest> inputs;  // of their canonical texts
  };
  using PreparedPtr = std::shared_ptr<const Prepared>;

  static PreparedPtr prepare(const StoredParts& stored);
  PreparedPtr prepared(const Digest& key);
  std::size_t shared_distance(const Digest& one, const Digest& other);
  std::size_t distance(const Prepared& one, const Prepared& other);
  struct EarlierRun {
    RunKey run;
    std::vector<ExecutionRow> executions;

    const ExecutionRow* find(const NodePath& path) const;
  };
  const std::vector<EarlierRun>& earlier_runs();
  std::vector<const Result*> at_same_place(const NodePath& path);
  const std::vector<Result>& of_task(const TaskName& task);
  std::vector<const Result*> candidates(const ExecutionRow& execution, const TaskName& task);

  History* history_;
  RunKey run_;
  std::string workflow_;
  std::int64_t until_us_;  // later results do not count
  PartsReader parts_;
  std::optional<std::vector<EarlierRun>> earlier_runs_;  // newest first
  std::map<TaskName, std::vector<Result>> of_task_;
  std::unordered_map<Digest, PreparedPtr, DigestHash> prepared_;
  std::map<std::pair<Digest, Digest>, std::size_t> shared_distances_;
};

// Of an execution that missed the cache: the result of its own key, or what it comes nearest to.
void explain_miss(NearestResults& nearest, const ExecutionRow& row, const TaskName& task, Explanation& found);

}  // namespace wf
