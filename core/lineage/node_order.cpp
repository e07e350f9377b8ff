#include "core/lineage/node_order.hpp"

#include <algorithm>

#include "core/registry/registry.hpp"

namespace wf {

NodeOrder::NodeOrder(History& history, const std::vector<Digest>& versions,
                     const std::vector<std::string>& only) {
  for (const Digest& version : versions) read(history, version);
  bool all = std::find(only.begin(), only.end(), std::string()) != only.end();
  if (!all) keep_only({only.begin(), only.end()});
  sort();
}

void NodeOrder::read(History& history, const Digest& version) {
  for (const Node& node : load_version(history.database(), version).nodes) {
    std::set<std::string>& sources = feeds_[node.name];
    for (const Feed& feed : history.feeds_into(version, node.name)) {
      if (feed.source.empty()) {
        takers_[feed.output].insert(node.name);
      } else {
        sources.insert(feed.source);
      }
    }
  }
}

bool NodeOrder::takes_input(const std::string& name) const {
  auto takers = takers_.find(name);
  return takers != takers_.end() &&
         std::any_of(takers->second.begin(), takers->second.end(),
                     [&](const std::string& node) { return feeds_.count(node) > 0; });
}

void NodeOrder::keep_only(const std::set<std::string>& nodes) {
  std::map<std::string, std::set<std::string>> kept;
  std::vector<std::string> pending(nodes.begin(), nodes.end());
  while (!pending.empty()) {
    std::string node = std::move(pending.back());
    pending.pop_back();
    auto found = feeds_.find(node);
    if (found == feeds_.end() || !kept.insert(*found).second) continue;
    pending.insert(pending.end(), found->second.begin(), found->second.end());
  }
  feeds_ = std::move(kept);
}

void NodeOrder::sort() {
  std::map<std::string, std::size_t> waits;
  std::map<std::string, std::vector<std::string>> fed;
  std::set<std::string> ready;
  for (const auto& [node, sources] : feeds_) {
    waits[node] = sources.size();
    if (sources.empty()) ready.insert(node);
    for (const std::string& source : sources) fed[source].push_back(node);
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

std::map<std::string, std::int64_t> elements_behind(History& history, const Digest& version,
                                                    const NodePath& execution) {
  std::map<std::string, std::int64_t> found;
  std::vector<NodePath> pending{execution};
  while (!pending.empty()) {
    NodePath next = std::move(pending.back());
    pending.pop_back();
    auto [place, is_new] = found.try_emplace(next.node, next.element);
    if (!is_new) {
      if (place->second < 0 || place->second == next.element) continue;
      place->second = -1;  // by two ways, or as a whole
    }
    for (const Feed& feed : history.feeds_into(version, next.node)) {
      if (!feed.source.empty()) pending.push_back({feed.source, feed.mode == "map" ? place->second : -1});
    }
  }
  return found;
}

}  // namespace wf
