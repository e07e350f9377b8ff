#include "core/lineage/path.hpp"

#include <algorithm>
#include <deque>
#include <set>

#include "core/base/text.hpp"
#include "core/lineage/codes.hpp"
#include "core/lineage/vertex_text.hpp"

namespace wf {

namespace {

bool share_elements(const Elements& one, const Elements& other) {
  return std::any_of(one.list().begin(), one.list().end(),
                     [&](std::int64_t element) { return other.contains(element); });
}

// Whether the vertex is the wanted thing or holds it: elements that share a history are one vertex.
bool covers(const VertexBody& vertex, const VertexBody& wanted) {
  const auto* data = std::get_if<DataVertex>(&vertex);
  const auto* wanted_data = std::get_if<DataVertex>(&wanted);
  if (data != nullptr && wanted_data != nullptr) {
    return data->run == wanted_data->run && data->node == wanted_data->node &&
           data->name == wanted_data->name && share_elements(data->elements, wanted_data->elements);
  }
  const auto* execution = std::get_if<ExecutionVertex>(&vertex);
  const auto* wanted_execution = std::get_if<ExecutionVertex>(&wanted);
  return execution != nullptr && wanted_execution != nullptr && execution->run == wanted_execution->run &&
         execution->node == wanted_execution->node &&
         share_elements(execution->elements, wanted_execution->elements);
}

// One of the two things, read once: to read a file is to hash it.
struct End {
  LineageQuery query;
  Subject subject;
};

// What counts as having reached an end.
class Target {
 public:
  Target(History& history, const End& end) {
    if (const auto* run = std::get_if<RunSubject>(&end.subject)) {
      run_ = run->run;
      return;
    }
    LineageQuery near = end.query;
    near.limits.up = 1;
    near.limits.down = 0;
    Graph graph = explore(history, end.subject, near);
    for (VertexId root : graph.roots) {
      add(graph, root);
      for (std::size_t index : graph.edges_from(root)) {
        const Edge& edge = graph.edges()[index];
        bool same = edge.word == "same bytes as" || edge.word == "reuses" || edge.word == "belongs to";
        if (same) add(graph, edge.to);
      }
    }
  }

  bool is(const Graph& graph, VertexId id) const {
    const VertexBody& body = graph.vertices()[id];
    if (run_) return vertex_run(body) == run_;
    if (keys_.count(graph.key(id)) > 0) return true;
    return std::any_of(bodies_.begin(), bodies_.end(), [&](const VertexBody& b) { return covers(body, b); });
  }

  // A file is known by its bytes: the chain that reached those ends with the file itself.
  void end_with_bytes(LineagePath& path) const {
    if (bodies_.empty() || !std::holds_alternative<ContentVertex>(bodies_.front())) return;
    auto [id, is_new] = path.graph.add(*first_key_, bodies_.front());
    if (!is_new) return;
    path.graph.connect({id, path.chain.back(), Certainty::matched, "same bytes as", {}, {}});
    path.chain.push_back(id);
  }

 private:
  void add(const Graph& graph, VertexId id) {
    if (!first_key_) first_key_ = graph.key(id);
    keys_.insert(graph.key(id));
    bodies_.push_back(graph.vertices()[id]);
  }

  std::optional<RunKey> run_;  // everything of it counts
  std::optional<std::string> first_key_;
  std::set<std::string> keys_;
  std::vector<VertexBody> bodies_;
};

// What a search goes along: what things were made out of, or also the runs and versions they belong to.
enum class Along { history, belonging };

// The nearest vertex that is the target, and the way to it from a root.
std::vector<VertexId> search(const Graph& graph, const Target& target, Along along) {
  constexpr VertexId k_none = static_cast<VertexId>(-1);
  std::vector<VertexId> came_from(graph.vertices().size(), k_none);
  std::deque<VertexId> queue;
  for (VertexId root : graph.roots) {
    came_from[root] = root;
    queue.push_back(root);
  }
  while (!queue.empty()) {
    VertexId id = queue.front();
    queue.pop_front();
    if (target.is(graph, id)) {
      std::vector<VertexId> chain{id};
      while (came_from[chain.back()] != chain.back()) chain.push_back(came_from[chain.back()]);
      std::reverse(chain.begin(), chain.end());
      return chain;
    }
    for (std::size_t index : graph.edges_from(id)) {
      const Edge& edge = graph.edges()[index];
      VertexId next = edge.to;
      bool passable = along == Along::belonging || !is_context(edge);
      if (!passable || came_from[next] != k_none) continue;
      came_from[next] = id;
      queue.push_back(next);
    }
  }
  return {};
}

// The chain alone, with where its things belong.
LineagePath cut_out(const Graph& graph, const std::vector<VertexId>& chain) {
  std::set<VertexId> keep(chain.begin(), chain.end());
  std::vector<VertexId> pending = chain;
  while (!pending.empty()) {
    VertexId id = pending.back();
    pending.pop_back();
    for (std::size_t index : graph.edges_from(id)) {
      const Edge& edge = graph.edges()[index];
      if (is_context(edge) && keep.insert(edge.to).second) pending.push_back(edge.to);
    }
  }
  LineagePath path;
  path.graph = subgraph(graph, {keep.begin(), keep.end()});
  for (VertexId id : chain) path.chain.push_back(*path.graph.find(graph.key(id)));
  return path;
}

// An empty chain: none was found.
LineagePath path_up(History& history, const End& younger, const End& older) {
  Graph graph = explore(history, younger.subject, younger.query);
  Target target(history, older);
  std::vector<VertexId> chain = search(graph, target, Along::history);
  if (chain.empty()) chain = search(graph, target, Along::belonging);
  LineagePath path = cut_out(graph, chain);
  if (!chain.empty()) target.end_with_bytes(path);
  path.younger = younger.query.reference;
  path.older = older.query.reference;
  return path;
}

}  // namespace

LineagePath find_path(Store& store, const LineageQuery& one, const LineageQuery& other) {
  End first{one, find_subject(store, one)};
  End second{other, find_subject(store, other)};
  History history(store.database());
  LineagePath up = path_up(history, first, second);
  if (!up.chain.empty()) return up;
  LineagePath down = path_up(history, second, first);
  if (!down.chain.empty()) return down;
  bool truncated = up.graph.truncated() || down.graph.truncated();
  std::string what = cat("no path between '", one.reference, "' and '", other.reference, "'");
  if (truncated)
    throw Error(codes::k_no_path, cat(what, " within the bounds of the search (truncated)"),
                "look further with --limit 0, and without --depth");
  throw Error(codes::k_no_path, cat(what, ": neither came from the other"),
              cat("what each came from: wf lineage show '", one.reference, "', wf lineage show '",
                  other.reference, "'"));
}

}  // namespace wf
