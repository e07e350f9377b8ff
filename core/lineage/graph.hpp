// The provenance graph of one answer, as plain data. Vertices are things that existed; an edge leads from a
// thing to what it came from.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/json.hpp"
#include "core/base/uuid.hpp"
#include "core/catalog/run_lookup.hpp"
#include "core/lineage/place.hpp"

namespace wf {

// How much is in a file, and whether it still is in the store.
struct ContentSize {
  std::int64_t bytes = -1;  // -1: not known, or a folder
  bool freed = false;       // a collection of garbage has taken its bytes, or some of a folder's
};

// A file or folder on disk, or a digest: bytes that the answer starts from.
struct ContentVertex {
  std::string path;  // empty for a digest
  Digest digest;
  std::int64_t size = -1;  // -1: not known
  bool folder = false;
};

// One named output of a node execution, or of many elements of one.
struct DataVertex {
  RunKey run;  // that made it
  std::string node;
  Elements elements;
  std::string name;
  std::string type;                    // of one element
  std::vector<Uuid> artifacts;         // one for each element
  Json value;                          // of the first element
  ContentSize size;
  std::vector<std::string> published;  // the outputs of its run that it became; only where asked about
  ValuePlace place = {};               // in the output of each element; type and value are of what is there
};

// A node execution: when, where, how.
struct ExecutionVertex {
  RunKey run;
  std::string node;
  Elements elements;
  std::string task;
  std::string state;     // "mixed" where elements differ
  std::string executor;  // of the last attempt
  std::optional<std::string> image = {};  // that its container ran in
  std::string host;      // of the driver that made that attempt
  std::string platform;
  std::int64_t attempts = 0;  // of all elements together
  std::int64_t started_us = 0;
  std::int64_t ended_us = 0;     // 0: not yet
  std::int64_t duration_us = 0;  // of all attempts together
  std::optional<std::int64_t> exit_code;
  std::map<std::string, std::size_t> states;  // how many elements are in each
};

struct InputVertex {
  RunKey run;
  std::string name;
  std::string type;
  Json value;
  ContentSize size;
  std::string given;                  // default, value, file, reference
  std::optional<std::string> origin;  // where the file or folder was read
  ValuePlace place = {};              // in the input; type and value are of what is there
};

struct OutputVertex {
  RunKey run;
  std::string name;
  std::string type;
  Json value;
  ContentSize size;
  ValuePlace place = {};
};

struct RunVertex {
  RunKey run;
  std::optional<std::string> name;
  std::string state;
  std::string requested;
  std::string workflow;
  Digest version;
  std::int64_t registration = 0;
  std::int64_t created_us = 0;
  std::optional<std::int64_t> ended_us;
  std::string created_by;
  std::string host;
  std::string platform;
  std::optional<std::string> plan;  // "nightly@3f2a9c12d001", by which it was started
  std::optional<Uuid> parent;       // the run that it was made from, and how: "recovery" or "rerun"
  std::string relation;
  bool driver_dead = false;  // it goes on, and nobody drives it
  std::optional<std::string> abort_asked = {};  // it goes on, and is to be aborted: by whom, and why
};

struct VersionVertex {
  std::string project;
  std::string domain;
  std::string name;
  Digest version;
  std::vector<std::string> labels;
};

struct RegistrationVertex {
  std::string project;
  std::string domain;
  std::string name;
  std::int64_t seq = 0;
  Digest source;
  std::string source_path;
  std::int64_t registered_us = 0;
  std::string registered_by;
};

struct CommitVertex {
  Json git;  // as registered: commit, branch, dirty, path, remote
};

// A file that belongs to a version.
struct SourceVertex {
  Digest version;
  Digest digest;
  std::string path;
  std::int64_t size = -1;
};

// How a thing of one of two runs stands to that of the other.
enum class Standing : std::uint8_t { same, different, only_before, only_after };
std::string_view to_text(Standing standing);

// A node of two runs, or an input in which they differ.
struct ComparedVertex {
  std::string name;
  Standing standing = Standing::same;
  std::string how;     // "3 of 10 elements", "4 -> 5"; empty: there is no more to say
  bool first = false;  // it differs, and all that it depends on is the same
  bool non_deterministic = false;
};

using VertexBody =
    std::variant<ContentVertex, DataVertex, ExecutionVertex, InputVertex, OutputVertex, RunVertex,
                 VersionVertex, RegistrationVertex, CommitVertex, SourceVertex, ComparedVertex>;

using VertexId = std::size_t;

// asserted: recorded when it happened. matched: concluded from equal bytes. derived: follows from what is
// inside what (an item of a list, a file in a folder).
enum class Certainty { asserted, matched, derived };
std::string_view to_text(Certainty certainty);

struct Edge {
  VertexId from = 0;  // the younger thing
  VertexId to = 0;    // what it came from
  Certainty certainty = Certainty::asserted;
  std::string word;   // "made by", "input", "reuses", "same bytes as", …
  std::string label;  // the input it feeds; may be empty
  std::string item;   // the place inside a list or folder: "[3]", "pages/1.html"; may be empty
};

// What an answer was cut by, so that more exists than it holds.
enum class Bound { depth, vertices, matches };
std::string_view to_text(Bound bound);

class Graph {
 public:
  struct Added {
    VertexId id = 0;
    bool is_new = false;
  };
  Added add(const std::string& key, VertexBody body);
  std::optional<VertexId> find(const std::string& key) const;
  void connect(Edge edge);  // an edge that is there already stays one

  // They stay where they are while others are added.
  const std::deque<VertexBody>& vertices() const { return vertices_; }
  VertexBody& body(VertexId id) { return vertices_[id]; }
  const std::string& key(VertexId id) const { return keys_[id]; }
  const std::vector<Edge>& edges() const { return edges_; }
  // Indexes into edges(), in the order they were added.
  const std::vector<std::size_t>& edges_from(VertexId id) const { return from_[id]; }
  const std::vector<std::size_t>& edges_to(VertexId id) const { return to_[id]; }

  void cut(Bound bound) { bounds_.insert(bound); }
  bool truncated() const { return !bounds_.empty(); }
  const std::set<Bound>& bounds() const { return bounds_; }

  std::vector<VertexId> roots;  // what was asked about

 private:
  std::deque<VertexBody> vertices_;
  std::vector<std::string> keys_;
  std::vector<Edge> edges_;
  std::vector<std::vector<std::size_t>> from_;
  std::vector<std::vector<std::size_t>> to_;
  std::set<Bound> bounds_;
  std::unordered_map<std::string, VertexId> by_key_;
};

// The graph of these vertices, ascending, and of the edges among them.
Graph subgraph(Graph graph, const std::vector<VertexId>& keep);

// One vertex as JSON: its id, kind, title and what its kind has besides; likewise an edge.
Json vertex_json(const Graph& graph, VertexId id);
Json edge_json(const Graph& graph, const Edge& edge);

// {"roots":[…],"nodes":[…],"edges":[…],"truncated":…,"bounds":[…]}, in a stable order. Nodes have these
// fields (see fields.hpp), or all.
Json to_json(const Graph& graph, const std::vector<std::string>& fields = {});
// A line for each node and each edge, {"record":"node",…} and {"record":"edge",…}, then
// {"record":"truncated",…} for an answer that is.
std::string to_json_lines(const Graph& graph, const std::vector<std::string>& fields = {});

}  // namespace wf
