// Puts the inputs of an execution together once more, from what the record says of the run: its own inputs,
// and the results of the nodes before. Nothing is run and nothing is written. What has been read is kept, so
// that all executions of a run cost about as much as reading the record once.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/engine/earlier_drivers.hpp"
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
    const PlanNode* node = nullptr;  // what it runs: a task; valid as long as the replay
    std::vector<const Json*>
        inputs;  // one for each input of the task, in its order; valid until the next call
  };
  // Throws Error(k_no_execution) where the path leads to none that runs a task, and where not all of what it
  // needs is in the record.
  Execution execution(const NodePath& path);
  const RunRecord& run() const { return run_; }
  // Of the run's workflow, and of all that has come up in it.
  Plans& plans() { return plans_; }
  // The artifacts of the executions that have a result.
  const std::map<NodePath, Uuid>& committed() const { return committed_; }

 private:
  struct Step {
    std::string name;
    std::int64_t element = k_no_element;
  };

  enum class Begun : std::uint8_t { unknown, no, yes };
  // A workflow of the run as far as it has been gone through.
  struct Place {
    Place(const Plan& plan, std::string prefix, const std::vector<RunInput>& inputs,
          FrameElement run_by = {});

    Frame frame;
    NodeIndex settled = 0;     // the nodes before it, in topological order, have ended
    std::vector<Begun> begun;  // by node: whether it was run
    std::unordered_map<std::string_view, NodeIndex> names;
  };

  static std::vector<Step> steps_to(const NodePath& path);
  NodeIndex find_node(const Place& place, const Step& step, const NodePath& path) const;
  void settle(Place& place, NodeIndex end);
  void settle_node(Place& place, NodeIndex node);
  void settle_executions(Frame& frame, NodeIndex node);
  static bool begin(Place& place, NodeIndex node);
  static bool try_begin(Frame& frame, NodeIndex node);
  void hold(Frame& frame, NodeIndex node);
  std::optional<std::vector<OutputValue>> result_of(Frame& frame, NodeIndex node, std::int64_t element);
  std::optional<std::vector<OutputValue>> result_of_frame(Frame& frame, NodeIndex node, std::int64_t element);
  Place* inner(Frame& frame, NodeIndex node, std::int64_t element);
  const Plan* plan_of(const std::string& prefix);
  void note_recorded_failure(Frame& frame) const;
  bool has_failed(const NodePath& execution) const;

  Store& store_;
  RunRecord run_;
  VersionReader versions_;
  std::shared_ptr<const Workflow> workflow_;
  Plans plans_;
  std::map<NodePath, Uuid> committed_;
  std::map<NodePath, Json> failed_;
  std::map<std::string, OpenedFrame> opened_;  // by prefix
  std::map<std::string, Json> failures_;       // of these, and of the run's own; by prefix, too
  std::map<std::string, Json> gates_;
  Place root_;
  std::map<std::string, Place> inner_;  // workflows that nodes run, by prefix
  FrameElement held_;                   // the node whose inputs were asked for last
};

}  // namespace wf
