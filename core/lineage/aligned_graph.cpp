#include "core/lineage/aligned_graph.hpp"

#include "core/base/text.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf {

namespace {

Standing standing_of(const NodeTally& tally) {
  if (tally.only_before == tally.compared) return Standing::only_before;
  if (tally.only_after == tally.compared) return Standing::only_after;
  bool same = tally.different + tally.only_before + tally.only_after == 0;
  return same ? Standing::same : Standing::different;
}

// Of a mapped node, how many of its elements: "2 of 5 elements, 1 only after".
std::string how_many(const NodeTally& tally) {
  if (!tally.mapped) return {};
  std::string all = cat(tally.compared, tally.compared == 1 ? " element" : " elements");
  if (standing_of(tally) != Standing::different) return all;
  std::string text = cat(tally.different, " of ", all);
  if (tally.only_before > 0) text += cat(", ", tally.only_before, " only before");
  if (tally.only_after > 0) text += cat(", ", tally.only_after, " only after");
  return text;
}

std::string side_text(const std::optional<InputVertex>& value) {
  return value ? value_text(value->type, value->value, value->size) : "nothing";
}

ComparedVertex compared_input(const ValuePair& pair) {
  Standing standing = !pair.before  ? Standing::only_after
                      : !pair.after ? Standing::only_before
                                    : Standing::different;
  return {cat("input ", pair.name), standing, cat(side_text(pair.before), " -> ", side_text(pair.after)),
          false, false};
}

// What nothing is made of; and of each ring that leads to none of these, its first. Two runs may have fed two
// nodes the one from the other and the other way round.
std::vector<VertexId> roots_of(const Graph& graph) {
  std::vector<VertexId> roots;
  std::vector<bool> seen(graph.vertices().size());
  auto take = [&](VertexId root) {
    roots.push_back(root);
    std::vector<VertexId> open{root};
    while (!open.empty()) {
      VertexId id = open.back();
      open.pop_back();
      if (seen[id]) continue;
      seen[id] = true;
      for (std::size_t edge : graph.edges_from(id)) open.push_back(graph.edges()[edge].to);
    }
  };
  for (VertexId id = 0; id < seen.size(); ++id)
    if (graph.edges_to(id).empty()) take(id);
  for (VertexId id = 0; id < seen.size(); ++id)
    if (!seen[id]) take(id);
  return roots;
}

}  // namespace

Graph aligned_graph(const RunDifference& difference, const std::map<std::string, NodeTally>& tallies,
                    const NodeOrder& order) {
  Graph graph;
  const ExecutionDifference* first = difference.first();
  for (const std::string& node : order.nodes()) {
    auto tally = tallies.find(node);
    if (tally == tallies.end()) continue;  // neither run came to it
    bool is_first = first != nullptr && first->path.node == node;
    graph.add(cat("node:", node), ComparedVertex{node, standing_of(tally->second), how_many(tally->second),
                                                 is_first, tally->second.non_deterministic});
  }
  std::size_t nodes = graph.vertices().size();
  for (VertexId id = 0; id < nodes; ++id) {
    const std::string node = std::get<ComparedVertex>(graph.vertices()[id]).name;
    for (const std::string& source : order.upstream(node))
      if (auto from = graph.find(cat("node:", source)))
        graph.connect({id, *from, Certainty::asserted, "input", {}, {}});
  }
  for (const ValuePair& pair : difference.inputs) {
    VertexId input = graph.add(cat("input:", pair.name), compared_input(pair)).id;
    for (const std::string& taker : order.takers(pair.name))
      if (auto to = graph.find(cat("node:", taker)))
        graph.connect({*to, input, Certainty::asserted, "input", {}, {}});
  }
  graph.roots = roots_of(graph);
  return graph;
}

}  // namespace wf
