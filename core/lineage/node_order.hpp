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

class NodeOrder {
 public:
  // Only these nodes and what is within reach of them; every node when a name is empty. Two runs can feed
  // each other's nodes the other way round: such nodes come last, by name.
  NodeOrder(History& history, const std::vector<RunKey>& runs, const std::vector<std::string>& only,
            NodeReach reach);

  const std::vector<std::string>& nodes() const { return nodes_; }
  // What feeds the node directly, in any of the runs.
  const std::set<std::string>& upstream(const std::string& node) const { return feeds_.at(node); }
  // The nodes that take this input of the run.
  std::vector<std::string> takers(const std::string& name) const;

 private:
  void read(History& history, const RunKey& run, const std::string& frame);
  using Feeds = std::map<std::string, std::set<std::string>>;
  void keep_only(const std::set<std::string>& nodes, NodeReach reach);
  std::set<std::string> before(const std::string& node) const;
  void sort();

  Feeds feeds_;   // by the node that is fed
  Feeds after_;   // what else a node waits for; only for the order
  Feeds takers_;  // nodes by the input of the run they take
  std::vector<std::string> nodes_;
};

// The element of each node that the history of an execution goes through; -1: all of them. A map feeds
// element by element, so the history of score[3] has nothing to do with that of its siblings. Nodes of no
// such history have no entry.
std::map<std::string, std::int64_t> elements_behind(History& history, const RunKey& run,
                                                    const NodePath& execution);

}  // namespace wf
