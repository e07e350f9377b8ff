#include "core/engine/same_results.hpp"

#include <algorithm>

namespace wf {

namespace {

using Chain = std::vector<FrameElement>;

// From the run's own workflow inwards.
Chain chain_of(const FrameElement& place) {
  Chain chain;
  for (FrameElement at = place; at.frame != nullptr; at = at.frame->run_by()) chain.push_back(at);
  std::reverse(chain.begin(), chain.end());
  return chain;
}

const PlanNode& node_of(const FrameElement& at) { return at.frame->node(at.node); }

bool waits_for_nodes(const FrameElement& at) { return at.frame->plan().nodes[at.node].predecessors > 0; }

// Whether it waits for nothing once its frame is open: neither for a node nor for its turn in its node.
bool goes_at_once(const FrameElement& at) {
  return !waits_for_nodes(at) && node_of(at).node->each.parallelism == 0;
}

// What a dynamic task has emitted goes on only after it has been found.
bool go_at_once(const Chain& chain, std::size_t from) {
  auto begin = chain.begin() + static_cast<std::ptrdiff_t>(from);
  bool emitted = std::any_of(begin, chain.end() - 1, [](const FrameElement& at) { return node_of(at).task != nullptr; });
  return !emitted && std::all_of(begin, chain.end(), goes_at_once);
}

template <typename Value>
Digest digest_of(const std::vector<std::string>& names, const Value& value_of) {
  Hasher hasher;
  for (const std::string& name : names) {
    const Json* value = value_of(name);
    hasher.update_prefixed(name).update_prefixed(value == nullptr ? "" : value->canonical());
  }
  return hasher.finish();
}

}  // namespace

std::size_t SameResults::add(std::size_t number, const FrameElement& place, const Digest& key) {
  std::vector<Asking>& asking = by_key_[key];
  asking.push_back({number, place});
  return asking.front().number;
}

void SameResults::add_doubtful(const FrameElement& place, const PlanTask& task,
                               const std::vector<const Json*>& values) {
  if (!task.key.cacheable()) return;
  const std::vector<std::string>& ignored = task.task->cache.ignore_inputs;
  std::map<std::string, const Json*> known;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string& name = task.task->inputs[i].name;
    bool counts = values[i] != nullptr && std::find(ignored.begin(), ignored.end(), name) == ignored.end();
    if (counts) known.emplace(name, values[i]);
  }
  Names names;
  for (const auto& [name, value] : known) names.push_back(name);
  Digest digest = digest_of(names, [&](const std::string& name) { return known.at(name); });
  std::vector<FrameElement>& places = doubtful_[task.key.parts_digest()][std::move(names)][digest];
  bool same_node = !places.empty() && places.back().frame == place.frame && places.back().node == place.node;
  if (!same_node) places.push_back(place);
}

void SameResults::add_doubtful(const FrameElement& place, const PlanNode& node) {
  if (node.task != nullptr) add_doubtful(place, *node.task, {});
  if (node.task != nullptr && node.task->task->promised)  // it may emit any of them
    for (const auto& task : node.task->plan->tasks) add_doubtful(place, *task, {});
  if (node.workflow != nullptr)
    for (const PlanNode& inner : node.workflow->nodes) add_doubtful(place, inner);
  for (const PlanNode& one : node.cases) add_doubtful(place, one);
}

void SameResults::settle(std::vector<PredictedExecution>& executions) {
  for (const auto& [key, asking] : by_key_) settle(executions, asking);
}

void SameResults::settle(std::vector<PredictedExecution>& executions, const std::vector<Asking>& asking) {
  const Asking* first = &asking.front();
  for (const Asking& one : asking) {
    if (&one != first && !precedes(first->place, one.place)) first = &one;
  }
  bool begins = executions[first->number].fate == Fate::run;
  bool sure = begins && std::all_of(asking.begin(), asking.end(), [&](const Asking& one) {
                return &one == first || precedes(first->place, one.place);
              });
  auto doubt = [&](PredictedExecution& one, std::string other) {
    one.fate = Fate::unknown;
    one.doubt = Doubt::same_result;
    one.until = {std::move(other)};
  };
  for (const Asking& one : asking) {
    PredictedExecution& execution = executions[one.number];
    if (execution.fate != Fate::run) continue;  // a failure may come before
    if (!sure) {
      const Asking& other = &one == first ? asking[first == &asking.front() ? 1 : 0] : *first;
      doubt(execution, executions[other.number].path.text());
    } else if (&one != first && execution.node->node->each.stop_early) {
      doubt(execution, executions[first->number].path.text());  // others may be enough while it waits
    } else if (&one != first) {
      execution.fate = Fate::reuse;
      execution.from = executions[first->number].path.text();
    } else if (const FrameElement* before = one_before(one.place, *execution.offer)) {
      doubt(execution, before->frame->path(before->node, before->element).text());
    }
  }
}

// One that may come to have the same key, and may be begun before.
const FrameElement* SameResults::one_before(const FrameElement& place, const CacheOffer& offer) {
  auto of_parts = doubtful_.find(offer.parts->parts_digest());
  if (of_parts == doubtful_.end()) return nullptr;
  Json inputs = Json::parse(offer.inputs, "the inputs of a cache key");
  for (const auto& [names, by_values] : of_parts->second) {
    Digest digest = digest_of(names, [&](const std::string& name) { return inputs.find(name); });
    auto places = by_values.find(digest);
    if (places == by_values.end()) continue;
    for (const FrameElement& other : places->second)
      if (!precedes(place, other)) return &other;
  }
  return nullptr;
}

// Whether the driver is sure to take the one before the other, however long anything takes. Elements are
// taken in their order, except that one that was put back may meet those that waited for their turn. What
// waits for nothing is ready before what waits, in the order of nodes. What becomes ready in an inner frame
// goes before all that is ready, so there only nodes that are ready from the beginning are sure.
bool SameResults::precedes(const FrameElement& one, const FrameElement& other) {
  const Chain ours = chain_of(one);
  const Chain theirs = chain_of(other);
  std::size_t level = 0;
  auto same = [](const FrameElement& a, const FrameElement& b) {
    return a.frame == b.frame && a.node == b.node && a.element == b.element;
  };
  if (same(one, other)) return true;  // what it emits comes after it
  while (level + 1 < ours.size() && level + 1 < theirs.size() && same(ours[level], theirs[level])) ++level;
  const FrameElement& a = ours[level];
  const FrameElement& b = theirs[level];
  bool in_turn = node_of(a).workflow != nullptr || node_of(a).node->each.parallelism == 0;
  // What several elements have emitted becomes ready at once, the last of it first.
  bool emitted = level + 1 < ours.size() && node_of(a).task != nullptr;
  if (a.node == b.node) return a.element < b.element && in_turn && !emitted && go_at_once(ours, level + 1);
  if (leads_to(a.frame->plan(), a.node, b.node)) return true;
  bool waits = waits_for_nodes(b);
  bool in_order = waits ? level == 0 : a.node < b.node;
  return in_order && go_at_once(ours, level);
}

bool SameResults::leads_to(const Plan& plan, NodeIndex from, NodeIndex to) {
  auto [place, is_new] = reachable_.try_emplace({&plan, from});
  std::vector<bool>& reached = place->second;
  if (is_new) {
    reached.resize(plan.nodes.size());
    reached[from] = true;
    for (NodeIndex i = from; i < plan.nodes.size(); ++i) {
      if (!reached[i]) continue;
      for (NodeIndex next : plan.nodes[i].successors) reached[next] = true;
    }
  }
  return from != to && reached[to];
}

}  // namespace wf
