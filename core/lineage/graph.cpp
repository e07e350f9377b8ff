#include "core/lineage/graph.hpp"

#include <algorithm>

namespace wf {

std::string_view to_text(Certainty certainty) {
  if (certainty == Certainty::asserted) return "asserted";
  return certainty == Certainty::matched ? "matched" : "derived";
}

std::string_view to_text(Standing standing) {
  if (standing == Standing::same) return "same";
  if (standing == Standing::different) return "different";
  return standing == Standing::only_before ? "only_before" : "only_after";
}

std::string_view to_text(Bound bound) {
  if (bound == Bound::depth) return "depth";
  return bound == Bound::vertices ? "limit" : "matches";
}

Graph::Added Graph::add(const std::string& key, VertexBody body) {
  auto [place, is_new] = by_key_.try_emplace(key, vertices_.size());
  if (is_new) {
    vertices_.push_back(std::move(body));
    keys_.push_back(key);
    from_.emplace_back();
    to_.emplace_back();
  }
  return {place->second, is_new};
}

std::optional<VertexId> Graph::find(const std::string& key) const {
  auto place = by_key_.find(key);
  return place == by_key_.end() ? std::nullopt : std::optional(place->second);
}

void Graph::connect(Edge edge) {
  auto same = [&](std::size_t index) {
    const Edge& known = edges_[index];
    return known.from == edge.from && known.to == edge.to && known.word == edge.word &&
           known.label == edge.label && known.item == edge.item;
  };
  // Whichever end has fewer: much is fed by one thing, or feeds one.
  const std::vector<std::size_t>& down = to_[edge.to];
  const std::vector<std::size_t>& up = from_[edge.from];
  const std::vector<std::size_t>& fewer = down.size() < up.size() ? down : up;
  if (std::any_of(fewer.begin(), fewer.end(), same)) return;
  from_[edge.from].push_back(edges_.size());
  to_[edge.to].push_back(edges_.size());
  edges_.push_back(std::move(edge));
}

Graph subgraph(Graph graph, const std::vector<VertexId>& keep) {
  Graph part;
  std::unordered_map<VertexId, VertexId> kept;
  for (VertexId id : keep) kept.emplace(id, part.add(graph.key(id), std::move(graph.body(id))).id);
  for (VertexId root : graph.roots) {
    if (auto found = kept.find(root); found != kept.end()) part.roots.push_back(found->second);
  }
  for (Edge edge : graph.edges()) {
    auto from = kept.find(edge.from);
    auto to = kept.find(edge.to);
    if (from == kept.end() || to == kept.end()) continue;
    edge.from = from->second;
    edge.to = to->second;
    part.connect(std::move(edge));
  }
  for (Bound bound : graph.bounds()) part.cut(bound);
  return part;
}

}  // namespace wf
