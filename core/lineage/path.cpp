#include "core/lineage/path.hpp"

#include <algorithm>
#include <deque>
#include <set>

#include "core/base/text.hpp"
#include "core/lineage/codes.hpp"
#include "core/lineage/vertex_text.hpp"

namespace wf {

namespace {

bool is_same(const DataVertex& one, const DataVertex& other) {
  return one.run == other.run && one.node == other.node && one.name == other.name &&
         one.elements.meets(other.elements) && overlap(one.place, other.place);
}
bool is_same(const ExecutionVertex& one, const ExecutionVertex& other) {
  return one.run == other.run && one.node == other.node && one.elements.meets(other.elements);
}
bool is_same(const InputVertex& one, const InputVertex& other) {
  return one.run == other.run && one.name == other.name && overlap(one.place, other.place);
}
bool is_same(const OutputVertex& one, const OutputVertex& other) {
  return one.run == other.run && one.name == other.name && overlap(one.place, other.place);
}
bool is_same(const SourceVertex& one, const ContentVertex& other) { return one.digest == other.digest; }

// Whether the vertex is the wanted thing or holds some of it: elements and items that share a history are one
// vertex.
bool covers(const VertexBody& vertex, const VertexBody& wanted) {
  return std::visit(
      [](const auto& one, const auto& other) {
        if constexpr (requires { is_same(one, other); }) return is_same(one, other);
        return false;
      },
      vertex, wanted);
}

// One of the two things, read once: to read a file is to hash it.
struct End {
  LineageQuery query;
  Subject subject;

  template <typename Kind>
  bool is() const {
    return std::holds_alternative<Kind>(subject);
  }
};

// What counts as having reached an end.
// What counts as having reached an end.
class Target {
 public:
  // `younger` is where the way begins.
  Target(History& history, const End& end, const End& younger) : inputs_count_(!younger.is<ContentVertex>()) {
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
        bool same = edge.word == "reuses" || (edge.word == "same bytes as" && end.is<ContentVertex>());
        if (same) add(graph, edge.to);
      }
    }
  }

  bool is(const Graph& graph, VertexId id) const {
    const VertexBody& body = graph.vertices()[id];
    if (run_)
      return vertex_run(body) == run_ && (inputs_count_ || !std::holds_alternative<InputVertex>(body));
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
  bool inputs_count_ = true;  // but what it was given was there before: bytes that it was given are not of it
  std::optional<std::string> first_key_;
  std::set<std::string> keys_;
  std::vector<VertexBody> bodies_;
};

// What a search goes along: what things were made out of; where a version is asked about, also the runs and
// versions that what was made belongs to.
enum class Along { history, belonging };

bool passable(const Graph& graph, const Edge& edge, Along along) {
  if (edge.word == "belongs to") return false;
  if (!is_context(edge)) return true;
  return along == Along::belonging && !std::holds_alternative<InputVertex>(graph.vertices()[edge.from]);
}

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
      if (!passable(graph, edge, along) || came_from[next] != k_none) continue;
      came_from[next] = id;
      queue.push_back(next);
    }
  }
  return {};
}

// Every vertex on a way from a root to the target: all are reached from the roots, so those that reach it.
std::set<VertexId> on_all_ways(const Graph& graph, const Target& target, Along along) {
  std::set<VertexId> found;
  std::vector<VertexId> pending;
  auto take = [&](VertexId id) {
    if (found.insert(id).second) pending.push_back(id);
  };
  for (VertexId id = 0; id < graph.vertices().size(); ++id)
    if (target.is(graph, id)) take(id);
  while (!pending.empty()) {
    VertexId id = pending.back();
    pending.pop_back();
    for (std::size_t index : graph.edges_to(id)) {
      const Edge& edge = graph.edges()[index];
      if (passable(graph, edge, along)) take(edge.from);
    }
  }
  return found;
}

// These things alone, with where they belong.
Graph cut_out(const Graph& graph, std::set<VertexId> keep) {
  std::vector<VertexId> pending(keep.begin(), keep.end());
  while (!pending.empty()) {
    VertexId id = pending.back();
    pending.pop_back();
    for (std::size_t index : graph.edges_from(id)) {
      const Edge& edge = graph.edges()[index];
      if (is_context(edge) && keep.insert(edge.to).second) pending.push_back(edge.to);
    }
  }
  return subgraph(graph, {keep.begin(), keep.end()});
}

// An empty chain: none was found.
LineagePath path_up(History& history, const End& younger, const End& older, PathExtent extent) {
  LineageQuery query = younger.query;
  query.limits.holdings = k_all_holdings;
  query.limits.reuses = Reuses::own_too;
  Graph graph = explore(history, younger.subject, query);
  Target target(history, older, younger);
  bool of_version = younger.is<VersionVertex>() || older.is<VersionVertex>();
  Along along = of_version ? Along::belonging : Along::history;
  std::vector<VertexId> chain = search(graph, target, along);
  std::set<VertexId> keep(chain.begin(), chain.end());
  if (extent == PathExtent::all && !chain.empty()) keep.merge(on_all_ways(graph, target, along));
  LineagePath path;
  path.graph = cut_out(graph, std::move(keep));
  for (VertexId id : chain) path.chain.push_back(*path.graph.find(graph.key(id)));
  if (!chain.empty()) target.end_with_bytes(path);
  path.younger = younger.query.reference;
  path.older = older.query.reference;
  return path;
}

[[noreturn]] void throw_no_path(const std::string& one, const std::string& other, PathWay way,
                                bool truncated) {
  std::string what = way == PathWay::either ? cat("no path between '", one, "' and '", other, "'")
                     : way == PathWay::up   ? cat("'", one, "' did not come from '", other, "'")
                                            : cat("'", other, "' did not come from '", one, "'");
  if (truncated)
    throw Error(codes::k_no_path, cat(what, " within the bounds of the search (truncated)"),
                "look further with --limit 0, and without --depth");
  throw Error(codes::k_no_path, way == PathWay::either ? cat(what, ": neither came from the other") : what,
              cat("what each came from: wf lineage show '", one, "', wf lineage show '", other, "'",
                  way == PathWay::either ? "" : "; or leave the direction out"));
}

}  // namespace

LineagePath find_path(Store& store, const LineageQuery& one, const LineageQuery& other, PathWay way,
                      PathExtent extent) {
  End first{one, find_subject(store, one)};
  End second{other, find_subject(store, other)};
  History history(store.database());
  bool truncated = false;
  if (way != PathWay::down) {
    LineagePath up = path_up(history, first, second, extent);
    if (!up.chain.empty()) return up;
    truncated = up.graph.truncated();
  }
  if (way != PathWay::up) {
    LineagePath down = path_up(history, second, first, extent);
    if (!down.chain.empty()) return down;
    truncated = truncated || down.graph.truncated();
  }
  throw_no_path(one.reference, other.reference, way, truncated);
}

}  // namespace wf
