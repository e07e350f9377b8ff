// What differs between two runs, or between the histories of two results: node executions aligned by node
// path and element, the first divergence, and what could have caused it.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/catalog/key_parts.hpp"
#include "core/lineage/history.hpp"
#include "core/lineage/node_order.hpp"
#include "core/lineage/subject.hpp"
#include "core/registry/difference.hpp"

namespace wf {

// A run, and the node or the element of one whose history is compared; without a name: all of it.
struct ComparedRun {
  RunVertex run;
  NodePath node;
  std::string path;  // of the node, or of the element where it runs a workflow
};

// One output, input or setting on both sides; a side that lacks it is nullopt.
struct ValuePair {
  std::string name;
  std::optional<InputVertex> before;  // of other values only type, value and size are set
  std::optional<InputVertex> after;
};

enum class KeyRelation { equal, different, unknown };
std::string_view to_text(KeyRelation relation);

// A node execution that is not the same on both sides.
struct ExecutionDifference {
  NodePath path;       // that of the side before, where two elements are compared with each other
  std::string before;  // its state; empty: no such execution
  std::string after;
  std::optional<Json> before_cause;  // of a failure
  std::optional<Json> after_cause;
  KeyRelation keys = KeyRelation::unknown;
  std::vector<KeyDifference> parts;  // of different keys, when both are kept
  // The task, where it is another. Where no keys tell, all that differs in the definition, and of what it was
  // given.
  std::vector<Change> definition;
  std::vector<ValuePair> inputs;
  bool uncached = false;  // it has results, and no keys
  std::vector<ValuePair> outputs;
  bool upstream_agrees = false;  // a divergence begins here

  // Where both have a result, it does not matter whether it was reused.
  bool same_state() const;
  bool same_cause() const;  // of two failures
  // Equal keys must give equal bytes.
  bool non_deterministic() const { return keys == KeyRelation::equal && !outputs.empty(); }
};

// What the attempts of a node took; only what ran in the run itself.
struct Effort {
  std::int64_t attempts = 0;
  std::int64_t duration_us = 0;
  std::int64_t cpu_us = 0;
  std::optional<std::int64_t> max_rss_bytes;  // where it was seen
};
struct EffortPair {
  std::string node;
  Effort before;
  Effort after;
};

// A node that gave different bytes under equal keys.
struct NonDeterminism {
  std::string node;
  std::vector<std::int64_t> elements;
};

struct RunDifference {
  ComparedRun before;
  ComparedRun after;
  NodeReach reach = NodeReach::up;  // of the nodes that are compared; whole runs have no other
  std::vector<Change> definition;
  std::vector<ValuePair> inputs;
  std::vector<ValuePair> environment;           // host, path, platform, wf, images
  std::vector<ExecutionDifference> executions;  // in topological order; at most as many as asked for
  std::int64_t executions_that_differ = 0;
  std::int64_t executions_compared = 0;
  std::vector<NonDeterminism> non_deterministic;  // all there is, however many executions are told
  std::vector<EffortPair> efforts;                // in topological order
  Graph aligned;  // all nodes of both, whatever the number of executions that are told; see aligned_graph.hpp

  // The earliest execution that differs while all before it agree; nullptr without one.
  const ExecutionDifference* first() const;
  bool truncated() const;
  // Durations and resources differ always, and count for nothing here.
  bool same() const;

  std::optional<RunKey> unfinished;  // a run that goes on, where what is compared may still change
};

// `before` and `after` are runs, node executions, results or files that a run made. Of a node the limits of
// `before` say what is compared: what it came from, what came of it in its run, or both. Throws as
// find_subject does, Error(k_not_of_a_run) for what no run made, and Error(k_not_ended) where nothing differs
// yet. `most` bounds the executions that are told.
RunDifference difference_of_runs(Store& store, const LineageQuery& before, const LineageQuery& after,
                                 std::size_t most);

// With the fields (see fields.hpp) of the aligned nodes.
Json to_json(const RunDifference& difference, const std::vector<std::string>& fields = {});
// A line for each of its parts, {"record":"execution",…}; the first one, "difference", says how much differs.
std::string to_json_lines(const RunDifference& difference, const std::vector<std::string>& fields = {});

}  // namespace wf
