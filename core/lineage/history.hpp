// What the store remembers, in the pieces that lineage asks for again and again; each is read once.
#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/definition/model.hpp"
#include "core/lineage/graph.hpp"
#include "core/store/store.hpp"
#include "core/store/version.hpp"

namespace wf {

// One feed inside a version: node.input <- source.output.
struct Feed {
  std::string node;
  std::string input;
  std::string source;
  std::string output;
  std::int64_t item = -1;  // the place in the list that the input is given; -1: all of it
  std::int64_t part = -1;  // the element of the source that is taken; -1: all
  std::string mode;        // with, map, output, when
};

// A workflow that a node of a run runs.
struct FrameRow {
  std::string path;  // "sub[3]"
  std::int64_t element = -1;
  Digest version;
  std::string state;  // running, succeeded, failed, aborted
};

// A node execution with the artifact it made or was given.
struct NodeRow {
  std::int64_t element = -1;
  std::string state;
  std::int64_t started_us = 0;
  std::int64_t ended_us = 0;  // 0: not yet
  std::optional<Uuid> artifact;
  RunKey producer;  // of the artifact
  NodePath made_by;
  // By the cache, or by the run taking it over from the one that it recovers.
  bool reused() const { return state == "reused" || recovered(); }
  bool recovered() const { return state == "recovered"; }
};

// Visits those of a node's rows that are among the elements: by search where these are few.
template <typename Visit>
void each_row(const std::vector<NodeRow>& rows, const Elements& elements, const Visit& visit) {
  constexpr std::size_t k_search_steps = 16;
  if (elements.list().size() * k_search_steps > rows.size()) {
    for (const NodeRow& row : rows)
      if (elements.contains(row.element)) visit(row);
    return;
  }
  auto before = [](const NodeRow& row, std::int64_t element) { return row.element < element; };
  for (std::int64_t element : elements.list()) {
    auto row = std::lower_bound(rows.begin(), rows.end(), element, before);
    if (row != rows.end() && row->element == element) visit(*row);
  }
}

// A node execution, wherever it is.
struct RunNode {
  RunKey run;
  NodePath node;
};

struct NamedValue {
  std::string name;
  std::string type;
  Json value;
};

// An input of a later run that came from here.
struct InputUse {
  RunKey run;
  std::string input;
  std::string item;
};

// Where an input that was given as wf:… came from.
struct InputSource {
  RunKey run;
  NodePath node;  // 'inputs' or 'outputs' for the run's own
  std::string output;
};

struct StoredInput {
  InputVertex vertex;
  std::optional<InputSource> source;
};

class History {
 public:
  explicit History(Database& database) : database_(&database), versions_(database) {}
  Database& database() { return *database_; }

  const RunVertex& run(const RunKey& key);
  // A version, read back.
  const Workflow& workflow(const Digest& version);
  // The version whose nodes run in a frame; of the run itself for "".
  const Digest& version_of(const RunKey& run, const std::string& frame);
  // Whether it was opened; what an emitted definition was given may not have fitted.
  bool has_frame(const RunKey& run, const std::string& frame);
  // A node of the run, or of a workflow in it; of one with cases the one that was chosen. nullptr: there is none.
  const Node* node(const RunKey& run, const std::string& path);
  // Which of its cases a node runs; nullopt where it has none, or none was chosen.
  std::optional<std::int64_t> choice(const RunKey& run, const std::string& node);
  // Those of a node of the frame `parent`, by element; none for a node that runs a task.
  const std::vector<FrameRow>& frames(const RunKey& run, const std::string& parent, const std::string& node);
  const std::vector<Feed>& feeds_into(const Digest& version, const std::string& node);
  const std::vector<Feed>& feeds_from(const Digest& version, const std::string& source,
                                      const std::string& output);
  // Every row of a node, by element. Empty: nothing of it started.
  const std::vector<NodeRow>& rows(const RunKey& run, const std::string& node);
  // Every execution that has this artifact, its producer included.
  std::vector<RunNode> holders(const RunKey& producer, const Uuid& artifact);
  std::vector<NamedValue> data(const RunKey& producer, const Uuid& artifact);
  std::optional<NamedValue> data(const RunKey& producer, const Uuid& artifact, const std::string& name);
  std::vector<StoredInput> inputs(const RunKey& run);  // by name
  std::optional<StoredInput> input(const RunKey& run, const std::string& name);
  std::vector<std::string> output_names(const RunKey& run);
  std::optional<NamedValue> output(const RunKey& run, const std::string& name);
  std::vector<std::string> node_names(const RunKey& run);
  ContentSize size_of(const Json& value);  // unknown unless it is a file or a folder
  ExecutionVertex execution(const RunKey& run, const std::string& node, const Elements& elements);

  std::vector<InputUse> uses_by_reference(const RunKey& run, const NodePath& node, const std::string& output);
  std::vector<InputUse> uses_by_bytes(const std::string& project, const std::string& domain,
                                      const Digest& digest, std::int64_t limit);

 private:
  struct DriverPlace {
    std::int64_t fence = 0;
    std::string host;
    std::string platform;
  };
  // Executions by the artifact they have.
  using Holders = std::map<Uuid, std::vector<RunNode>>;
  // Of the artifacts of one run.
  struct Reuses {
    std::vector<RunKey> runs;  // that reused some
    int asked = 0;
    std::optional<Holders> all;
  };
  // Reused executions of one run that lie in packs.
  struct Packed {
    std::int64_t element = -1;
    Uuid artifact;
    std::int64_t reused_us = 0;
    std::string state;
  };
  using Packs = std::map<std::string, std::vector<Packed>>;  // by node

  // Of one run.
  struct Frames {
    std::map<std::pair<std::string, std::string>, std::vector<FrameRow>> by_node;  // parent, node
    std::map<std::string, Digest> versions;                                        // by path
  };

  const Frames& frames(const RunKey& run);
  RunVertex read_run(const RunKey& key);
  std::vector<NodeRow> read_rows(const RunKey& run, const std::string& node);
  void find_producer(NodeRow& row);
  const Packs& packs(const RunKey& run);
  std::vector<RunKey> reusers(const RunKey& producer);
  void add_holders(const RunKey& run, const std::optional<Uuid>& only, Holders& holders);
  const std::vector<DriverPlace>& drivers(const RunKey& key);
  void add_attempts(ExecutionVertex& execution);
  std::string task_of(const RunKey& run, const Uuid& artifact);

  Database* database_;
  std::map<RunKey, RunVertex> runs_;
  std::map<RunKey, std::vector<DriverPlace>> drivers_;
  std::unordered_map<std::string, std::vector<Feed>> feeds_into_;
  std::unordered_map<std::string, std::vector<Feed>> feeds_from_;
  std::unordered_map<std::string, std::vector<NodeRow>> rows_;
  std::map<Uuid, Packs> packs_;
  std::map<Uuid, Frames> frames_;
  std::map<Uuid, std::map<std::string, std::int64_t>> choices_;
  VersionReader versions_;
  std::map<Uuid, Reuses> reuses_;
};

}  // namespace wf
