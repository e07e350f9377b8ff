// Puts the inputs of an execution together once more, from what the record says of the run: its own inputs, and the
// results of the nodes before. Nothing is run and nothing is written.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/engine/frame.hpp"
#include "core/engine/run_record.hpp"
#include "core/store/store.hpp"
#include "core/store/version.hpp"

namespace wf {

class Replay {
 public:
  // The run must be there; the store must outlive this.
  Replay(Store& store, const RunKey& run);

  struct Execution {
    const PlanNode* node = nullptr;  // what it runs: a task
    std::vector<const Json*> inputs;  // one for each input of the task, in its order
  };
  // Valid until the next call. Throws Error(k_no_execution) where the path leads to none that runs a task, and where
  // not all of what it needs is in the record.
  Execution execution(const NodePath& path);
  const RunRecord& run() const { return run_; }

 private:
  struct Step {
    std::string name;
    std::int64_t element = k_no_element;
  };

  static std::vector<Step> steps_to(const NodePath& path);
  NodeIndex find_node(const Frame& frame, const Step& step, const NodePath& path) const;
  void settle(Frame& frame, NodeIndex end);
  void settle_node(Frame& frame, NodeIndex node);
  void settle_executions(Frame& frame, NodeIndex node);
  bool begin(Frame& frame, NodeIndex node);
  std::optional<std::vector<OutputValue>> result_of(Frame& frame, NodeIndex node, std::int64_t element);
  std::optional<std::vector<OutputValue>> result_of_frame(Frame& frame, NodeIndex node, std::int64_t element);
  std::unique_ptr<Frame> inner(Frame& frame, NodeIndex node, std::int64_t element);
  const Plan* plan_of(const std::string& prefix);

  Store& store_;
  RunRecord run_;
  VersionReader versions_;
  std::shared_ptr<const Workflow> workflow_;
  Plans plans_;
  std::map<NodePath, Uuid> committed_;
  std::map<NodePath, Json> failed_;
  std::map<std::string, Digest> opened_;  // by prefix, the version at work in it
  std::map<std::string, Json> gates_;
  std::vector<std::unique_ptr<Frame>> frames_;  // down to the execution that was asked for
};

}  // namespace wf
