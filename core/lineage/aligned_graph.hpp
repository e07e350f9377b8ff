// The nodes of two runs as one graph: what is the same, what differs, and what only one of them has.
#pragma once
#include <map>
#include <string>

#include "core/lineage/node_order.hpp"
#include "core/lineage/run_difference.hpp"

namespace wf {

// How the executions of one node compare.
struct NodeTally {
  std::int64_t compared = 0;
  std::int64_t different = 0;  // both have them
  std::int64_t only_before = 0;
  std::int64_t only_after = 0;
  bool mapped = false;
  bool non_deterministic = false;
};

// A vertex for each node that has executions and each input that differs, in topological order; the roots are
// what feeds nothing else.
Graph aligned_graph(const RunDifference& difference, const std::map<std::string, NodeTally>& tallies,
                    const NodeOrder& order);

}  // namespace wf
