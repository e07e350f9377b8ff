// Walks the provenance graph from its roots: upstream to the outermost things, downstream to everything that
// depends on them.
//
// The static feeds of a version, laid over the node rows of a run, are the history of that run: nothing is
// recorded per edge. A reuse leads to the run that made the artifact. Runs are joined by wf: references
// (asserted) and by equal bytes of non-empty content (matched), never against time.
#pragma once
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/catalog/catalog.hpp"
#include "core/definition/value.hpp"
#include "core/lineage/graph.hpp"
#include "core/lineage/history.hpp"
#include "core/lineage/wiring.hpp"

namespace wf {

enum class Detail { grouped, every_element };

// Upstream of a result that a run has reused: what made it, or also what the run had given its own node
// instead, which had the same bytes.
enum class Reuses { makers, own_too };

inline constexpr std::int64_t k_all_holdings = 1'000'000;

struct ExploreLimits {
  std::int64_t up = 0;  // node executions away from the roots
  std::int64_t down = 0;
  std::size_t vertices = 10'000;
  Detail detail = Detail::grouped;
  std::int64_t holdings = 20;  // artifacts with the same bytes, and runs that were given them
  Reuses reuses = Reuses::makers;
};

// Says what there is; `names` are nodes that ran.
[[noreturn]] void throw_no_node(const RunKey& run, const NodePath& node,
                                const std::vector<std::string>& names);

Elements all_elements(const std::vector<NodeRow>& rows);

// The key of a node execution's vertex.
std::string execution_key(const RunKey& run, const std::string& node, const Elements& elements);

// The files and folders in a value that can tell where it came from: all but empty files, which are equal by
// chance.
// What the word for taking a result ends with where it was not made for it; `recovered` is a kind of
// `reused`.
std::string_view reuse_word(bool reused, bool recovered);

std::vector<Content> telling_contents(const std::string& type, const Json& value);

class Explorer {
 public:
  Explorer(History& history, const ExploreLimits& limits) : history_(&history), limits_(limits) {}

  // What the answer starts from; several may be added.
  void start_at_content(const ContentVertex& content, const std::string& project, const std::string& domain);
  void start_at_data(const RunKey& run, const NodePath& node, const std::string& output);
  void start_at_execution(const RunKey& run, const NodePath& node);
  void start_at_input(const RunKey& run, const std::string& name);
  void start_at_output(const RunKey& run, const std::string& name);
  void start_at_run(const RunKey& run);
  void start_at_version(const VersionVertex& version);

  Graph walk();

 private:
  bool start_with_rest(const RunKey& run);
  void know_makers(const std::vector<bool>& seen);
  bool knows_maker(const NodeRow& row) const;
  bool start_at_workflow(const RunKey& run, const NodePath& node);
  struct Step {
    VertexId id = 0;
    std::int64_t depth = 0;
  };
  // Elements of one node whose artifacts come from one node execution each of the same run and node.
  struct Group {
    RunKey producer;
    std::string node;
    std::vector<std::pair<std::int64_t, Uuid>> made;  // element at the producer, artifact; ascending
    bool reused = false;
    bool recovered = false;  // a reuse across a recovery
  };

  // An artifact and where in it bytes stand.
  struct Held {
    Holding holding;
    Artifact artifact;
    Group group() const { return {artifact.run, artifact.node.node, {{artifact.node.element, artifact.id}}}; }
  };

  // Vertices.
  VertexId content_vertex(const ContentVertex& content);
  // `read` is the whole output of the first of the group, where it has been read.
  VertexId data_vertex(const Group& group, const std::string& name, const ValuePlace& place = {},
                       const NamedValue* read = nullptr);
  VertexId execution_vertex(const RunKey& run, const std::string& node, const Elements& elements);
  VertexId input_vertex(const RunKey& run, const std::string& name, ValuePlace place = {});
  VertexId input_vertex(const InputUse& use);
  VertexId output_vertex(const RunKey& run, const std::string& name, ValuePlace place = {});
  VertexId run_vertex(const RunKey& run);
  VertexId version_vertex(const VersionVertex& version);
  VertexId source_vertex(const SourceVertex& source);
  const StoredInput& require_input(const RunKey& run, const std::string& name);
  // What is there becomes the vertex's.
  template <typename Vertex>
  void put(Placed found, Vertex& vertex) {
    vertex.type = std::move(found.type);
    vertex.value = std::move(found.value);
    vertex.size = history_->size_of(vertex.value);
  }
  void add_context(VertexId id, const RunKey& run);
  void add_registrations(VertexId version, std::int64_t only);
  void add_sources(VertexId version);
  std::vector<std::string> published_as(const DataVertex& data);

  std::vector<Group> groups_of(const RunKey& run, const std::string& node, const Elements* only);
  std::vector<Elements> reusing(const RunKey& run, const std::string& node, const Elements* only);
  std::vector<Group> split_for_detail(std::vector<Group> groups) const;
  std::vector<Elements> detailed(const Elements& elements) const;
  bool full() const;
  void root(VertexId id);
  void follow_up(VertexId id, std::int64_t depth);
  void follow_down(VertexId id, std::int64_t depth);

  // One step upstream.
  void up(const Step& step);
  void up_from(const Step& step, const ContentVertex& content);
  void up_from(const Step& step, const DataVertex& data);
  void up_from(const Step& step, const ExecutionVertex& execution);
  void up_from(const Step& step, const InputVertex& input);
  void up_from(const Step& step, const OutputVertex& output);
  void up_through(const Step& step, const RunKey& run, const Wire& wire);
  bool is_gate(const RunKey& run, const std::string& path);
  void up_to_source(const Step& step, const InputSource& source, const ValuePlace& place);
  void up_to_reusing(const Step& step, const RunKey& run, const std::string& node, const Elements* only,
                     const std::string& word, const std::string& label);
  void up_by_bytes(const Step& step, const InputVertex& input);
  void up_by_parts(const Step& step, const RunKey& run, const Digest& folder, const std::string& inside);
  void up_from(const Step& step, const SourceVertex& source);
  void up_from_held(const Step& step, const Held& held, const std::string& item);
  VertexId held_vertex(const Held& held);

  // One step downstream.
  void down(const Step& step);
  void down_from(const Step& step, const ContentVertex& content);
  void down_from(const Step& step, const DataVertex& data);
  void down_from(const Step& step, const ExecutionVertex& execution);
  void down_from(const Step& step, const InputVertex& input);
  void down_from(const Step& step, const OutputVertex& output);
  void down_from(const Step& step, const RunVertex& run);
  void down_from(const Step& step, const VersionVertex& version);
  void down_from(const Step& step, const SourceVertex& source);
  // The executions of a node that depend on the step's thing in themselves.
  void down_to_node(const Step& step, const RunKey& run, const std::string& path, std::string_view word);
  // Calls it with each node that ran a task of the version, and with the node as it ran.
  using VisitNode = std::function<void(const RunKey& run, const std::string& path, const Node& node)>;
  void each_node_with_task_of(const VersionVertex& version, const VisitNode& visit);
  std::vector<VersionVertex> versions_with(const Digest& file, std::int64_t after_us = 0);
  void down_through(const Step& step, const RunKey& run, const std::string& source, const std::string& output,
                    const Elements& elements, const ValuePlace& place);
  void down_to_execution(const Step& step, const RunKey& run, const Wire& wire, const std::string& word);
  void down_to_uses(const Step& step, const std::vector<InputUse>& uses, Certainty certainty,
                    const RunKey& producer);
  void down_by_bytes(const Step& step, const DataVertex& data);
  void down_to_sources(const Step& step, const Digest& digest, std::int64_t after_us);
  // What was given results that a run has reused and whose makers are not among what was found: these results
  // hang on what the run had given its own node. Whether there was such a one.
  bool down_from_reuses();
  void down_from_reuse(const Step& step, const RunKey& run, const std::string& node,
                       const Elements& elements);

  // Artifacts that hold the bytes; one too many shows that there are more than `most`.
  std::vector<Held> held_by(const std::string& project, const std::string& domain, const Digest& digest,
                            std::int64_t most);
  // Inputs that were these bytes before any of the artifacts that hold them was made: those are later copies.
  std::vector<InputUse> uses_before(const ContentVertex& content, const std::vector<Held>& held,
                                    std::int64_t most);
  std::vector<InputUse> uses_of(const RunKey& scope, const Digest& digest);
  void erase_copies(const ContentVertex& content, std::vector<Held>& held);
  // The first `most` of what was asked for with a limit of one more, so that exactly `most` are all there is.
  template <typename Item>
  std::vector<Item> bounded(std::vector<Item> found, std::int64_t most) {
    if (static_cast<std::int64_t>(found.size()) <= most) return found;
    graph_.cut(Bound::matches);
    found.erase(found.begin() + most, found.end());
    return found;
  }

  History* history_;
  ExploreLimits limits_;
  Graph graph_;
  std::deque<Step> up_queue_;
  std::deque<Step> down_queue_;
  std::vector<bool> up_seen_;
  std::vector<bool> down_seen_;
  std::vector<Step> reuses_;  // executions that were met downstream
  // Executions that were followed, by run and node; so many vertices were looked at.
  std::unordered_map<std::string, std::vector<VertexId>> makers_;
  VertexId makers_known_ = 0;
  std::optional<RunKey>
      rest_of_;          // the run asked about, where only what its outputs came from was begun with
  std::string project_;  // of what was asked about
  std::string domain_;
};

}  // namespace wf
