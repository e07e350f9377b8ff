// A workflow compiled for running: nodes by number, who waits for whom, and where each input comes from.
#pragma once
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/definition/model.hpp"
#include "core/engine/cache_key.hpp"
#include "core/engine/environments.hpp"

namespace wf {

using NodeIndex = std::uint32_t;

struct Plan;

// A task as its executions share it.
struct PlanTask {
  const Task* task = nullptr;
  TaskKey key;
  const Plan* plan = nullptr;  // of the workflow that it belongs to
  std::optional<RanIn> wanted =
      {};  // what a result must have been made in so that it is reused; nullopt: in anything
};

struct PlanInput {
  const Binding* binding = nullptr;  // nullptr: the port's default, or null
  bool mapped = false;
};

// It has a task, or a workflow to run, or cases.
struct PlanNode {
  const Node* node = nullptr;
  const PlanTask* task = nullptr;
  const Plan* workflow = nullptr;
  const std::vector<Port>* ports = nullptr;    // the inputs of what it runs
  const std::vector<Port>* outputs = nullptr;  // and the outputs
  std::vector<PlanInput> inputs;               // beside ports
  std::vector<NodeIndex> successors;  // each once
  std::uint32_t predecessors = 0;     // how many distinct nodes it waits for
  bool mapped = false;
  // What of its outputs is temporary, sorted, and who has to be over before nobody reads it any more, itself
  // included; and of which nodes it is one of those.
  std::vector<std::string> temporary;
  std::vector<NodeIndex> readers;
  std::vector<NodeIndex> reads;
  std::vector<PlanNode> cases;  // instead of a task: of these one is run
};

struct Plan {
  const Workflow* workflow = nullptr;
  Digest version;
  std::vector<std::unique_ptr<PlanTask>> tasks;
  std::vector<PlanNode> nodes;  // in a topological order, ties in the workflow's own order
};

// The plans of a workflow and of those it uses and emits, each once. The workflow must outlive them.
class Plans {
 public:
  Plans(const Workflow& workflow, const Digest& version, Environments environments);
  const Plan& root() const { return *root_; }
  const Environments& environments() const { return environments_; }
  // One that came up while the run went on.
  const Plan& add(std::shared_ptr<const Workflow> workflow, const Digest& version);
  // nullptr when there is none yet.
  const Plan* find(const Digest& version) const;
  // Images that nobody has looked up, of the tasks of a plan and of all that it runs.
  std::set<std::string> unknown_images(const Plan& plan) const;
  // What they are: of which something is known already that stands. The tasks that name the others have their
  // keys from now on; none of them may have begun.
  void learn(const std::vector<ImageIdentity>& images);

 private:
  using Tasks = std::unordered_map<std::string_view, const PlanTask*>;
  const Plan* add(const Workflow& workflow, const Digest& version);
  void run_used(const UsedVersion& used, PlanNode& out);
  PlanNode planned(const Node& node, const Tasks& tasks);

  Environments environments_;
  std::unordered_map<Digest, std::unique_ptr<Plan>, DigestHash> plans_;
  std::vector<std::shared_ptr<const Workflow>> kept_;
  const Plan* root_;
};

}  // namespace wf
