// What of a run has ended and how, and what is missing for the rest to begin.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog/list_length.hpp"
#include "core/lineage/execution_rows.hpp"
#include "core/lineage/history.hpp"
#include "core/lineage/nearest_result.hpp"
#include "core/lineage/node_order.hpp"
#include "core/store/store.hpp"

namespace wf {

// A node of the run, or of a workflow that one of its nodes runs.
struct NodePlace {
  std::string path;
  std::string frame;
  const Workflow* workflow = nullptr;
  const Node* node = nullptr;
  Digest version;  // of the workflow, or of what the node uses instead of a task of it

  bool uses_task() const { return node->used && !node->used->task.empty(); }
  TaskName task() const;
  const Task* find_task() const;
  std::string runs() const;  // the name of the task or the workflow
};

// Answers are kept: a chain of nodes asks for each of them again and again.
class RunProgress {
 public:
  // The store outlives this.
  RunProgress(Store& store, const RunKey& run);
  RunProgress(const RunProgress&) = delete;
  RunProgress& operator=(const RunProgress&) = delete;

  History& history() { return history_; }
  const RunVertex& run() const { return run_; }
  // In topological order.
  const std::vector<std::string>& nodes() const { return order_.nodes(); }
  NodePlace place_of(const std::string& path);
  // The executions of a node, elements ascending.
  const std::vector<ExecutionRow>& executions(const std::string& path) const;
  // Nodes that run a workflow for each element of a list, and have begun with some of them, by the last of
  // nodes() that is in one of these workflows.
  std::multimap<std::string, std::string> mapped_workflows();
  // Whether the workflow that a node runs for an element has begun.
  bool is_open(const NodePlace& place, std::int64_t element);
  // What is in no definition: the inputs and the outputs of an emitted one, where they did not fit.
  std::vector<std::string> unplaced() const;

  // The length of a mapped node's list, as far as it is known.
  std::optional<std::size_t> length_of(const NodePlace& place);
  // Whether as many elements of a mapped node have succeeded as it needs, as far as that is known.
  bool has_enough(const NodePlace& place);
  // Whether what failed of a node has not kept it, or what is around it, from succeeding; the same of what failed in
  // a frame, where "" is the run.
  bool is_tolerated(const NodePlace& place);
  bool is_tolerated(const std::string& frame);
  // The nodes it needs that are not done.
  std::vector<std::string> missing(const NodePlace& place);
  // What failed first, in topological order, of all that a node needs, directly or not, or what of that was
  // stopped; else what failed of the innermost workflow around it that has failed. nullptr: nothing did.
  const ExecutionRow* root_of(const NodePlace& place);
  // The innermost workflow around that has ended in a run that goes on, or that does not mind; "": none.
  std::string ended_around(const NodePlace& place);

 private:
  const Workflow* workflow_in(const std::string& frame);
  bool read_enough(const NodePlace& place);
  const std::vector<FrameRow>& frames_of(const NodePlace& place);
  bool is_left_out(NodePlace place, const std::string& around);
  bool has_succeeded(const std::string& frame) { return state_of(frame) == "succeeded"; }
  std::string state_of(const std::string& frame);
  std::optional<std::size_t> read_length(const NodePlace& place);
  NodePlace around(const std::string& frame);
  bool done(const NodePlace& place);
  bool read_done(const NodePlace& place);
  bool has_ended_for(const NodePlace& place, RunIf run_if);
  std::vector<std::string> failed_runners(const std::set<std::string>& nodes, const std::string& frame);
  const ExecutionRow* first_in_state(std::string_view state, const std::string& path) const;
  const ExecutionRow* stopped_hook(const NodePlace& place) const;
  const ExecutionRow* root_at(const std::string& path) const;
  void read_roots();

  History history_;
  RunVertex run_;
  NodeOrder order_;
  ListLengths list_lengths_;
  std::map<std::string, std::vector<ExecutionRow>> rows_;  // by node
  // Of nodes, as far as they were asked about.
  std::map<std::string, bool> done_;
  std::map<std::string, bool> enough_;
  std::map<std::string, std::optional<std::size_t>> lengths_;
  std::map<std::string, bool> tolerated_;  // by frame
  std::map<std::string, const ExecutionRow*> roots_;
  bool has_roots_ = false;
};

// Whether one of them failed or was stopped.
bool is_bad(const std::vector<ExecutionRow>& rows);

}  // namespace wf
