// The nodes of several runs together, each after what feeds it; of workflows that nodes run, the nodes in them.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/lineage/history.hpp"

namespace wf {

class NodeOrder {
 public:
  // Only these nodes and what is upstream of them; every node when a name is empty. Two runs can feed each
  // other's nodes the other way round: such nodes come last, by name.
  NodeOrder(History& history, const std::vector<RunKey>& runs, const std::vector<std::string>& only);

  const std::vector<std::string>& nodes() const { return nodes_; }
  // What feeds the node directly, in any of the runs.
  const std::set<std::string>& upstream(const std::string& node) const { return feeds_.at(node); }
  // Whether one of the nodes takes this input of the run.
  bool takes_input(const std::string& name) const;

 private:
  void read(History& history, const RunKey& run, const std::string& frame);
  void keep_only(const std::set<std::string>& nodes);
  std::set<std::string> before(const std::string& node) const;
  void sort();

  std::map<std::string, std::set<std::string>> feeds_;   // by the node that is fed
  std::map<std::string, std::set<std::string>> after_;   // what else a node waits for; only for the order
  std::map<std::string, std::set<std::string>> takers_;  // nodes by the input of the run they take
  std::vector<std::string> nodes_;
};

// The element of each node that the history of an execution goes through; -1: all of them. A map feeds
// element by element, so the history of score[3] has nothing to do with that of its siblings. Nodes of no
// such history have no entry.
std::map<std::string, std::int64_t> elements_behind(History& history, const RunKey& run,
                                                    const NodePath& execution);

}  // namespace wf
