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

// Whether it fails in the order in which the nodes stand: when it is taken from the queue, and not when it is released,
// and held up by nothing of its own.
bool is_in_turn(const PlanNode& node, const SureFailure& failure) {
  bool at_once = !node.node->when && node.cases.empty() && node.node->each.parallelism == 0;
  return at_once && failure.when == SureFailure::When::taken;
}

// Whether the first of the failing nodes fails before the others: of what waits for nothing the first is taken
// first, but what fails as it is released does so before that; in frames the last one is released first.
bool first_is_sure(const Frame& frame, const std::vector<SureFailure>& failed) {
  const std::vector<PlanNode>& nodes = frame.plan().nodes;
  const SureFailure& first = failed.front();
  const PlanNode& node = nodes[first.node];
  if (std::all_of(failed.begin(), failed.end(), [&](const SureFailure& one) { return one.node == first.node; })) return true;
  if (node.predecessors > 0) return false;
  auto in_turn = [&](const SureFailure& one) { return is_in_turn(nodes[one.node], one); };
  if (std::all_of(failed.begin(), failed.end(), in_turn)) return true;
  return first.when == SureFailure::When::released && !node.node->when && frame.prefix().empty();
}

// Whether what is predicted belongs to the execution that fails, or to one that has failed before it.
bool is_of_failure(const Frame& frame, const SureFailure& failure, const PredictedExecution& one) {
  const std::string execution = frame.path(failure.node, failure.element).text();
  const std::string text = one.path.text();
  if (text == execution || text.starts_with(execution + ".")) return true;
  return one.fate == Fate::fail && one.path.element < failure.element;
}

}  // namespace

// What the failing nodes need has ended before; what runs whatever happens hangs on what it needs.
std::vector<bool> nodes_still_sure(const Frame& frame, const std::vector<SureFailure>& failed) {
  const Plan& plan = frame.plan();
  std::vector<NodeIndex> nodes;
  for (const SureFailure& one : failed) nodes.push_back(one.node);
  std::vector<bool> sure = needed_by_all(plan, nodes);
  if (first_is_sure(frame, failed)) sure[failed.front().node] = true;
  std::vector<bool> open_before(plan.nodes.size());
  for (NodeIndex node = 0; node < plan.nodes.size(); ++node) {
    bool own_way = plan.nodes[node].node->run_if != RunIf::all_success && !open_before[node];
    sure[node] = sure[node] || own_way || frame.state(node).outcome == Outcome::blocked;
    for (NodeIndex next : plan.nodes[node].successors) open_before[next] = open_before[next] || !sure[node];
  }
  return sure;
}

void doubt_others(const Frame& frame, const std::vector<SureFailure>& failed, std::span<PredictedExecution> inside) {
  std::vector<bool> sure = nodes_still_sure(frame, failed);
  auto node_named = [&](std::string_view name) {
    const std::vector<PlanNode>& nodes = frame.plan().nodes;
    NodeIndex node = 0;
    while (nodes[node].node->name != name) ++node;
    return node;
  };
  for (PredictedExecution& one : inside) {
    std::string_view name = std::string_view(one.path.node).substr(frame.prefix().size());
    NodeIndex node = node_named(name.substr(0, name.find_first_of(".[")));
    auto own = std::find_if(failed.begin(), failed.end(), [&](const SureFailure& other) { return other.node == node; });
    bool stays = sure[node] && (own == failed.end() || is_of_failure(frame, *own, one));
    if (one.fate == Fate::unknown || stays) continue;
    one.fate = Fate::unknown;
    one.doubt = Doubt::failure;
    auto other = std::find_if(failed.begin(), failed.end(), [&](const SureFailure& failure) {
      return frame.path(failure.node).node != one.path.node || (sure[node] && failure.node == node);
    });
    const SureFailure& until = other == failed.end() ? failed.front() : *other;
    one.until = {frame.path(until.node, sure[node] ? until.element : k_no_element).text()};
  }
}

}  // namespace wf
