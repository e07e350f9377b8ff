#include "core/engine/sure_failure.hpp"

#include <algorithm>

namespace wf {

namespace {

// The nodes that every one of `nodes` waits for, directly or not.
std::vector<bool> needed_by_all(const Plan& plan, const std::vector<NodeIndex>& nodes) {
  std::vector<bool> all(plan.nodes.size(), true);
  for (NodeIndex last : nodes) {
    std::vector<bool> needed(plan.nodes.size());
    for (NodeIndex node = last; node-- > 0;) {
      const std::vector<NodeIndex>& next = plan.nodes[node].successors;
      needed[node] =
          std::any_of(next.begin(), next.end(), [&](NodeIndex one) { return one == last || needed[one]; });
    }
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = all[i] && needed[i];
  }
  return all;
}

// Whether the inputs of a node are all that can fail: then it does when it is taken from the queue, and not
// when it is released.
bool is_plain(const PlanNode& node) { return !node.mapped && !node.node->when && node.cases.empty(); }

// Whether the first of the failing nodes fails before the others: of what waits for nothing the first is taken
// first, but what fails as it is released does so before that; in frames the last one is released first.
bool first_is_sure(const Frame& frame, const std::vector<NodeIndex>& failed) {
  const std::vector<PlanNode>& nodes = frame.plan().nodes;
  const PlanNode& first = nodes[failed.front()];
  if (failed.size() == 1) return true;
  if (first.predecessors > 0) return false;
  if (std::all_of(failed.begin(), failed.end(), [&](NodeIndex node) { return is_plain(nodes[node]); })) return true;
  bool at_release = first.mapped && !first.node->when;
  return at_release && frame.prefix().empty();
}

}  // namespace

// What the failing nodes need has ended before; what runs whatever happens hangs on what it needs.
std::vector<bool> nodes_still_sure(const Frame& frame, const std::vector<NodeIndex>& failed) {
  const Plan& plan = frame.plan();
  std::vector<bool> sure = needed_by_all(plan, failed);
  if (first_is_sure(frame, failed)) sure[failed.front()] = true;
  std::vector<bool> open_before(plan.nodes.size());
  for (NodeIndex node = 0; node < plan.nodes.size(); ++node) {
    bool own_way = plan.nodes[node].node->run_if != RunIf::all_success && !open_before[node];
    sure[node] = sure[node] || own_way || frame.state(node).outcome == Outcome::blocked;
    for (NodeIndex next : plan.nodes[node].successors) open_before[next] = open_before[next] || !sure[node];
  }
  return sure;
}

void doubt_others(const Frame& frame, const std::vector<NodeIndex>& failed, std::span<PredictedExecution> inside) {
  std::vector<bool> sure = nodes_still_sure(frame, failed);
  auto is_sure = [&](std::string_view name) {
    const std::vector<PlanNode>& nodes = frame.plan().nodes;
    std::size_t node = 0;
    while (nodes[node].node->name != name) ++node;
    return sure[node];
  };
  for (PredictedExecution& one : inside) {
    std::string_view name = std::string_view(one.path.node).substr(frame.prefix().size());
    if (one.fate == Fate::unknown || is_sure(name.substr(0, name.find_first_of(".[")))) continue;
    one.fate = Fate::unknown;
    one.doubt = Doubt::failure;
    auto other = std::find_if(failed.begin(), failed.end(), [&](NodeIndex node) { return frame.path(node).node != one.path.node; });
    one.until = {frame.path(other == failed.end() ? failed.front() : *other).text()};
  }
}

}  // namespace wf
