#include "core/lineage/node_order.hpp"

#include <algorithm>
#include <iterator>

#include "core/lineage/wiring.hpp"

namespace wf {

bool is_at(const std::string& node, const std::string& path) {
  if (!node.starts_with(path)) return false;
  return node.size() == path.size() || node[path.size()] == '.' || node[path.size()] == '[';
}

NodeNames::NodeNames(std::string one, std::string other) {
  while (one != other && !one.empty() && !other.empty()) {
    swapped_.emplace_back(one, other);
    one = split_path(one).frame;
    other = split_path(other).frame;
  }
}

std::string NodeNames::operator()(const std::string& node) const {
  for (const auto& [one, other] : swapped_) {
    if (is_at(node, one)) return other + node.substr(one.size());
    if (is_at(node, other)) return one + node.substr(other.size());
  }
  return node;
}

NodeOrder::NodeOrder(History& history, const std::vector<OrderedRun>& runs, const std::string& only,
                     NodeReach reach) {
  for (const OrderedRun& run : runs) read(history, run, {});
  if (!only.empty()) keep_only(only, reach);
  sort();
}

void NodeOrder::read(History& history, const OrderedRun& ordered, const std::string& frame) {
  const auto& [run, names] = ordered;
  for (const Node& node : history.workflow(history.version_of(run, frame)).nodes) {
    const std::vector<FrameRow>& frames = history.frames(run, frame, node.name);
    for (const FrameRow& one : frames) read(history, ordered, one.path);
    std::string own = joined_path(frame, node.name);
    if (!frames.empty() && history.rows(run, own).empty()) continue;  // no task of its own has run
    std::string path = names(own);
    for (const std::string& before : node.after) after_[path].insert(names(joined_path(frame, before)));
    std::set<std::string>& sources = feeds_[path];
    Wiring(history, run).each_source(own, Elements(), [&, &names = names](const Wire& wire) {
      if (wire.node.empty())
        takers_[wire.name].insert(path);
      else
        sources.insert(names(wire.node));
    });
  }
}

std::vector<std::string> NodeOrder::takers(const std::string& name) const {
  std::vector<std::string> found;
  if (auto all = takers_.find(name); all != takers_.end())
    std::copy_if(all->second.begin(), all->second.end(), std::back_inserter(found),
                 [&](const std::string& node) { return feeds_.contains(node); });
  return found;
}

void NodeOrder::keep_only(const std::string& path, NodeReach reach) {
  std::vector<std::string> nodes;
  for (const auto& [node, sources] : feeds_)
    if (is_at(node, path)) nodes.push_back(node);
  std::set<std::string> kept;
  auto follow = [&](const Feeds& next) {
    std::set<std::string> reached;
    std::vector<std::string> pending = nodes;
    while (!pending.empty()) {
      std::string node = std::move(pending.back());
      pending.pop_back();
      if (!reached.insert(node).second) continue;
      if (auto found = next.find(node); found != next.end())
        pending.insert(pending.end(), found->second.begin(), found->second.end());
    }
    kept.merge(reached);
  };
  if (reach != NodeReach::down) follow(feeds_);
  if (reach != NodeReach::up) {
    Feeds fed;
    for (const auto& [node, sources] : feeds_)
      for (const std::string& source : sources) fed[source].insert(node);
    follow(fed);
  }
  std::erase_if(feeds_, [&](const auto& feed) { return !kept.contains(feed.first); });
  // What feeds a kept node from outside counts for nothing.
  for (auto& [node, sources] : feeds_)
    std::erase_if(sources, [&](const std::string& source) { return !kept.contains(source); });
}

// What feeds it, and what else it waits for: of a node that runs a workflow all that is in it.
std::set<std::string> NodeOrder::before(const std::string& node) const {
  std::set<std::string> found = feeds_.at(node);
  auto after = after_.find(node);
  if (after == after_.end()) return found;
  for (const std::string& path : after->second) {
    for (auto one = feeds_.lower_bound(path); one != feeds_.end() && one->first.starts_with(path); ++one) {
      char next = one->first.size() == path.size() ? '.' : one->first[path.size()];
      if (next == '.' || next == '[') found.insert(one->first);
    }
  }
  return found;
}

// Ties by name, hooks last.
void NodeOrder::sort() {
  std::map<std::string, std::size_t> waits;
  std::map<std::string, std::vector<std::string>> fed;
  auto sooner_named = [](const std::string& one, const std::string& other) {
    return std::pair(hook_of(one), std::string_view(one)) < std::pair(hook_of(other), std::string_view(other));
  };
  std::set<std::string, decltype(sooner_named)> ready(sooner_named);
  for (const auto& [node, sources] : feeds_) {
    std::set<std::string> sooner = before(node);
    waits[node] = sooner.size();
    if (sooner.empty()) ready.insert(node);
    for (const std::string& source : sooner) fed[source].push_back(node);
  }
  while (!ready.empty()) {
    std::string node = *ready.begin();
    ready.erase(ready.begin());
    waits.erase(node);
    for (const std::string& next : fed[node]) {
      if (--waits[next] == 0) ready.insert(next);
    }
    nodes_.push_back(std::move(node));
  }
  for (const auto& [node, count] : waits) nodes_.push_back(node);
}

Behind behind_executions(History& history, const RunKey& run, std::vector<NodePath> pending) {
  Behind found;
  while (!pending.empty()) {
    NodePath next = std::move(pending.back());
    pending.pop_back();
    auto [place, is_new] = found.elements.try_emplace(next.node, next.element);
    if (!is_new) {
      if (place->second < 0 || place->second == next.element) continue;
      place->second = -1;  // by two ways, or as a whole
    }
    Wiring(history, run).each_source(next.node, Elements(place->second), [&](const Wire& wire) {
      if (wire.node.empty()) {
        found.inputs[wire.name].push_back(wire.place);
        return;
      }
      auto elements = history.split(run, wire.node, wire.place).elements;
      pending.push_back({wire.node, elements && elements->single() ? elements->list().front() : -1});
    });
  }
  return found;
}

}  // namespace wf
