// The nodes of several runs together, each after what feeds it; of workflows that nodes run, the nodes in them.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/lineage/history.hpp"

namespace wf {

// What is kept beside the nodes asked for: what they came from, what came of them, or both.
enum class NodeReach { up, down, both };

// Whether a node has this path, or is in a workflow that runs at it: "q[1].w" is at "q[1]", and at "q".
bool is_at(const std::string& node, const std::string& path);

// Names of nodes such that what is compared with each other has the same: two paths, and the workflows that
// they are in, stand for each other.
class NodeNames {
 public:
  NodeNames() = default;
  NodeNames(std::string one, std::string other);
  // Of an own name the one it has here, and of that the own one.
  std::string operator()(const std::string& node) const;

 private:
  std::vector<std::pair<std::string, std::string>> swapped_;  // the innermost first
};

// A run whose nodes are put in order, under other names.
struct OrderedRun {
  RunKey run;
  NodeNames names = {};
};

class NodeOrder {
 public:
  // Only nodes at this path and what is within reach of them; every node when it is empty. Two runs can feed
  // each other's nodes the other way round: such nodes come last, by name.
  NodeOrder(History& history, const std::vector<OrderedRun>& runs, const std::string& only, NodeReach reach);

  const std::vector<std::string>& nodes() const { return nodes_; }
  bool has(const std::string& node) const { return feeds_.contains(node); }
  // What feeds the node directly, in any of the runs.
  const std::set<std::string>& upstream(const std::string& node) const { return feeds_.at(node); }
  // The nodes that take this input of the run.
  std::vector<std::string> takers(const std::string& name) const;

 private:
  void read(History& history, const OrderedRun& run, const std::string& frame);
  using Feeds = std::map<std::string, std::set<std::string>>;
  void keep_only(const std::string& path, NodeReach reach);
  std::set<std::string> before(const std::string& node) const;
  void sort();

  Feeds feeds_;   // by the node that is fed
  Feeds after_;   // what else a node waits for; only for the order
  Feeds takers_;  // nodes by the input of the run they take
  std::vector<std::string> nodes_;
};

// What the history of executions goes through. A map feeds element by element, so the history of score[3] has
// nothing to do with that of its siblings.
struct Behind {
  std::map<std::string, std::int64_t> elements;           // by node; -1: all of them
  std::map<std::string, std::vector<ValuePlace>> inputs;  // of the run, and what of them was taken
};
Behind behind_executions(History& history, const RunKey& run, std::vector<NodePath> executions);

}  // namespace wf
