// A definition on its way from text to model: the model as far as it is known, and where its parts stand.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/definition/bundle.hpp"
#include "core/definition/decoder.hpp"
#include "core/definition/fields.hpp"
#include "core/definition/model.hpp"
#include "core/definition/test_case.hpp"

namespace wf {

// A port beside the places the checker speaks about. `typed` is false when its type was refused: then nothing
// bound to it or taken from it is complained about again.
struct PortDraft {
  YamlId key = k_no_yaml;
  bool typed = true;
};

// Finds ports by name without a walk through all of them; stands beside a vector that no longer grows.
class PortIndex {
 public:
  PortIndex() = default;
  PortIndex(const std::vector<Port>& ports, const std::vector<PortDraft>& drafts);
  // Position in the vector, or npos.
  std::size_t find(std::string_view name) const;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

 private:
  const std::vector<Port>* ports_ = nullptr;
  std::unordered_map<std::string_view, std::size_t> table_;  // only for many ports
};

struct TaskDraft {
  YamlId key = k_no_yaml;
  std::vector<PortDraft> inputs;
  std::vector<PortDraft> outputs;
  PortIndex input_index;
  PortIndex output_index;
  bool used = false;
};

struct NodeDraft {
  YamlId key = k_no_yaml;
  NodeKeys keys;
  std::size_t task = static_cast<std::size_t>(-1);  // in the workflow's tasks
  bool mapped = false;
  std::vector<NodeDraft> cases;  // beside the node's
  YamlId gate_value = k_no_yaml;  // of approve, signal or sleep
  bool gives_unknown = false;     // what a gate or the cases give was refused
};

// What a node takes and gives, whatever it runs.
struct Interface {
  std::string_view kind;  // "task"
  std::string_view name;
  const std::vector<Port>* inputs;
  const std::vector<Port>* outputs;
  const TaskDraft* task;  // nullptr for what is used of another version: all is known of it
  std::string what() const;  // "task 'score'"
  std::size_t find_input(std::string_view wanted) const;
  std::size_t find_output(std::string_view wanted) const;
  bool input_typed(std::size_t i) const { return task == nullptr || task->inputs[i].typed; }
  bool output_typed(std::size_t i) const { return task == nullptr || task->outputs[i].typed; }
};

// A node takes an output of another: the edges of the graph.
struct Edge {
  std::size_t from;
  std::size_t to;
  YamlId at;
};

struct Draft {
  Workflow workflow;
  std::shared_ptr<const UsedVersion> outer;  // whose tasks its nodes may name as well
  std::vector<PortDraft> inputs;
  PortIndex input_index;
  std::vector<TaskDraft> tasks;  // beside workflow.tasks
  std::vector<NodeDraft> nodes;  // beside workflow.nodes
  std::unordered_map<std::string_view, std::size_t> task_index;
  std::unordered_map<std::string_view, std::size_t> node_index;
  std::vector<Edge> edges;
  std::vector<bool> skippable;  // beside nodes; known once their bindings are read

  // nullopt where what the node runs is not known, which has been reported.
  std::optional<Interface> interface_of(const Node& node, const NodeDraft& draft) const;
};

// Finds the workflow, or the task of another version, that a node names, by the scalar where it does; nullptr
// after a report.
enum class Use { workflow, task };
using FindUsed = std::function<std::shared_ptr<const UsedVersion>(Use use, YamlId at)>;

template <typename Named>
std::vector<std::string> names_of(const std::vector<Named>& all) {
  std::vector<std::string> names;
  for (const Named& one : all) names.push_back(one.name);
  return names;
}

enum class PortRole { workflow_input, task_input, task_output };

// Calls `visit(key, value, name)` for each member of a mapping of named things, after checking its name;
// an absent or null mapping has none. `what` names one of them: "a task".
template <typename Visit>
void each_named(Decoder& decoder, YamlId mapping, std::string_view what, Visit visit);

bool check_name(Decoder& decoder, YamlId key, std::string_view what);
// True for a mapping to go through; null and absent are empty, anything else is reported.
bool has_members(Decoder& decoder, YamlId mapping, std::string_view what);

void read_ports(Decoder& decoder, Bundle& bundle, YamlId mapping, PortRole role, std::vector<Port>& ports,
                std::vector<PortDraft>& drafts);
// What the long form of a port says besides its type: what refines it (media_type, format, columns), false
// after a report; and min, max, pattern, one_of.
bool refine_type(Decoder& decoder, const PortKeys& keys, Port& port);
void read_constraints(Decoder& decoder, const PortKeys& keys, Port& port);
void read_tasks(Decoder& decoder, Bundle& bundle, YamlId mapping, Draft& draft);
void read_nodes(Decoder& decoder, YamlId mapping, const FindUsed& find_used, Draft& draft);
// What a node, a case or a hook runs: one thing, of these choices.
void read_runs(Decoder& decoder, const FindUsed& find_used, Draft& draft, Node& node, NodeDraft& node_draft,
               std::initializer_list<std::string_view> choices);
// Of `on_failure` or `on_exit`; behind all other nodes.
void read_hook(Decoder& decoder, YamlId at, Hook hook, const FindUsed& find_used, Draft& draft);
// What a gate waits for; its value, which may refer to nodes, is bound later.
void read_gate(Decoder& decoder, YamlId at, Node& node, NodeDraft& node_draft);
void bind_gate(Decoder& decoder, Draft& draft, std::size_t index);
void read_each(Decoder& decoder, YamlId at, Each& each);
// nullptr when nothing is said.
AttemptPolicyPtr read_attempts(Decoder& decoder, const AttemptKeys& keys);
// `resources`, and `escalate` under 'retry'.
void read_resources(Decoder& decoder, YamlId at, AttemptPolicy& out);
void read_escalation(Decoder& decoder, YamlId at, AttemptPolicy& out);
// Pools and the tokens of each; nullopt where nothing is said.
std::optional<PoolNeeds> read_pools(Decoder& decoder, YamlId at);
std::optional<Sandbox> read_sandbox(Decoder& decoder, YamlId at);
std::optional<Concurrency> read_concurrency(Decoder& decoder, YamlId at);
// A span of time of at least so many nanoseconds; nullopt after a report, and where there is none.
std::optional<std::int64_t> read_duration(Decoder& decoder, YamlId at, std::int64_t least_ns, std::string_view code);
void read_bindings(Decoder& decoder, Draft& draft);
// `promised` by the dynamic task that has emitted it.
void read_outputs(Decoder& decoder, YamlId mapping, Draft& draft, const std::vector<Port>& promised);
// When all else has been read. Their files go into `bundle`.
std::vector<TestCase> read_tests(Decoder& decoder, Bundle& bundle, YamlId mapping, Draft& draft);
// One of a few words, into the enum whose values stand in the same order.
template <typename Choice>
void read_choice(Decoder& decoder, YamlId at, std::span<const std::string_view> names, Choice& out);
// Whether what a dynamic task has emitted takes and gives what the task says.
void check_emitted(Decoder& decoder, const WorkflowKeys& keys, const Draft& draft, const Task& task);
// Cycles, nodes that can never run, and tasks that no node runs.
void check_graph(Decoder& decoder, const Draft& draft);

template <typename Choice>
void read_choice(Decoder& decoder, YamlId at, std::span<const std::string_view> names, Choice& out) {
  if (at == k_no_yaml) return;
  if (auto place = decoder.expect_choice(at, names)) out = static_cast<Choice>(*place);
}

template <typename Visit>
void each_named(Decoder& decoder, YamlId mapping, std::string_view what, Visit visit) {
  if (!has_members(decoder, mapping, what)) return;
  std::unordered_set<std::string_view> seen;
  decoder.tree.each_member(mapping, [&](YamlId key, YamlId value) {
    if (!decoder.tree.is_scalar(key)) return;
    std::string_view name = decoder.tree.text(key);
    if (!seen.insert(name).second) return;  // reported as a duplicate key
    check_name(decoder, key, what);
    visit(key, value, name);
  });
}

}  // namespace wf
