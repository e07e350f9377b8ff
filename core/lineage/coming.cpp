#include "core/lineage/coming.hpp"

#include <limits>

#include "core/lineage/history.hpp"
#include "core/lineage/nearest_result.hpp"

namespace wf {

namespace {

RunVertex after_all_others(const std::string& project, const std::string& domain,
                           const std::string& workflow) {
  RunVertex run;
  Uuid last;
  last.bytes.fill(std::numeric_limits<std::uint8_t>::max());
  run.run = {project, domain, last};
  run.workflow = workflow;
  return run;
}

}  // namespace

struct ComingExplainer::Memory {
  Memory(Database& database, const RunVertex& run) : history(database), nearest(history, run) {}
  History history;
  NearestResults nearest;
};

ComingExplainer::ComingExplainer(Store& store, const std::string& project, const std::string& domain,
                                 const std::string& workflow)
    : run_(after_all_others(project, domain, workflow)),
      memory_(std::make_unique<Memory>(store.database(), run_)) {}

ComingExplainer::~ComingExplainer() = default;

Explanation ComingExplainer::explain(const ComingExecution& execution) {
  Explanation found;
  found.path = execution.path;
  found.task = execution.task;
  found.workflow = execution.workflow;
  found.key = execution.key;
  found.why = execution.artifact ? Why::reused : execution.why;
  if (execution.artifact) {
    found.earlier = find_result(memory_->history.database(), run_.run, *execution.artifact);
  } else if (execution.key) {
    ExecutionRow row;
    row.path = execution.path;
    row.started_us = std::numeric_limits<std::int64_t>::max();
    row.key = execution.key;
    row.parts = StoredParts{execution.shared, execution.inputs};
    memory_->nearest.parts().add_shared(execution.shared, execution.shared_text);
    explain_miss(memory_->nearest, row, {execution.workflow, execution.task}, found);
  }
  return found;
}

}  // namespace wf
