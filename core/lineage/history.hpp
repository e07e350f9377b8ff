// What the store remembers, in the pieces that lineage asks for again and again; each is read once.
#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/definition/model.hpp"
#include "core/lineage/graph.hpp"
#include "core/lineage/run_rows.hpp"
#include "core/lineage/stride.hpp"
#include "core/registry/edges.hpp"
#include "core/store/store.hpp"
#include "core/store/version.hpp"

namespace wf {

// One feed inside a version: node.input <- source.output. See core/registry/edges.hpp.
struct Feed {
  std::string node;
  std::string input;
  std::string source;
  std::string output;
  ValuePlace item;  // where it stands in what the input is given
  ValuePlace part;  // what is taken of the source
  std::string mode;
  bool made = false;  // into something else, so that places in the one say nothing of places in the other

  bool by_element() const { return mode == k_feed_map || mode == k_feed_product; }
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
  std::string item;       // where in the input its bytes are: "[2]", ".key"
  std::string file;       // and in the folder there: "/pages/1.html"
  ValuePlace place = {};  // where in the input, if it was given as a reference
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
  explicit History(Database& database) : database_(&database), tables_(database), versions_(database) {}
  Database& database() { return *database_; }

  const RunVertex& run(const RunKey& key);
  // A version, read back.
  const Workflow& workflow(const Digest& version);
  std::string name_of(const Digest& version);  // of its workflow
  std::int64_t known_since(
      const Digest& version);  // when this store was first given it, in wall microseconds
  // The version whose nodes run in a frame; of the run itself for "".
  const Digest& version_of(const RunKey& run, const std::string& frame);
  // Whether it was opened; what an emitted definition was given may not have fitted.
  bool has_frame(const RunKey& run, const std::string& frame);
  // A node of the run, or of a workflow in it; of one with cases the one that was chosen. nullptr: there is none.
  const Node* node(const RunKey& run, const std::string& path);
  // Those of the task that it runs. To read a definition takes longer than all the rest of an answer: it is
  // not done where no file belongs to it.
  std::vector<SourceVertex> sources(const RunKey& run, const std::string& path);
  // Where in the runs of a project and domain a version is at work: in frame "" of its own runs, and in those
  // of nodes that run it. At most `limit` of each.
  struct Workplace {
    RunKey run;
    std::string frame;
  };
  std::vector<Workplace> workplaces(const VersionVertex& version, std::int64_t limit);
  std::vector<Digest> users(const Digest& version);  // versions with nodes that run it, or tasks of it
  // Which of its cases a node runs; nullopt where it has none, or none was chosen.
  std::optional<std::int64_t> choice(const RunKey& run, const std::string& node);
  // Those of a node of the frame `parent`, by element; none for a node that runs a task.
  const std::vector<FrameRow>& frames(const RunKey& run, const std::string& parent, const std::string& node);
  const std::vector<Feed>& feeds_into(const Digest& version, const std::string& node);
  const std::vector<Feed>& feeds_from(const Digest& version, const std::string& source,
                                      const std::string& output);
  // Of an input that a node of the frame is mapped over each with each; nullopt where the lengths are not
  // known.
  std::optional<Stride> stride(const RunKey& run, const std::string& frame, const std::string& node,
                               const std::string& input);
  // Every row of a node, by element. Empty: nothing of it started.
  const std::vector<NodeRow>& rows(const RunKey& run, const std::string& node);
  // A place in what a node gives: of which elements, where it is mapped, and where in what each of these
  // does.
  struct Split {
    std::optional<Elements> elements;  // nullopt: all there are
    ValuePlace place;
  };
  Split split(const RunKey& run, const std::string& node, const ValuePlace& place);
  // Every execution that has this artifact, its producer included.
  std::vector<RunNode> holders(const RunKey& producer, const Uuid& artifact);
  std::vector<NamedValue> data(const RunKey& producer, const Uuid& artifact);
  std::optional<NamedValue> data(const RunKey& producer, const Uuid& artifact, const std::string& name);
  // What is at a place of it.
  std::optional<Placed> data_at(const RunKey& producer, const Uuid& artifact, const std::string& name,
                                const ValuePlace& place);
  // Where in it the text of a place leads.
  ValuePlace place_in_data(const RunKey& producer, const Uuid& artifact, const std::string& name,
                           std::string_view text);
  std::vector<StoredInput> inputs(const RunKey& run);  // by name
  const StoredInput* input(const RunKey& run, const std::string& name);  // nullptr: it has none
  std::vector<std::string> output_names(const RunKey& run);
  const NamedValue* output(const RunKey& run, const std::string& name);  // nullptr: there is none
  std::vector<std::string> node_names(const RunKey& run);
  // What is there; of a place in a folder the file.
  Placed at(const std::string& type, const Json& value, const ValuePlace& place);
  ContentSize size_of(const Json& value);  // unknown unless it is a file or a folder
  ExecutionVertex execution(const RunKey& run, const std::string& node, const Elements& elements);

  // Of what is at a place of an output.
  std::vector<InputUse> uses_by_reference(const RunKey& run, const NodePath& node, const std::string& output,
                                          const ValuePlace& place);
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

  // All feeds of a version, as its definition has them.
  struct Feeds {
    std::unordered_map<std::string, std::vector<Feed>> into;  // by node
    std::unordered_map<std::string, std::vector<Feed>> from;  // by source and output
  };

  const Frames& frames(const RunKey& run);
  bool has_files(const Digest& version);
  const Feeds& defined_feeds(const Digest& version);
  std::optional<Stride> read_stride(const RunKey& run, const std::string& frame, const std::string& path,
                                    const std::string& input);
  RunVertex read_run(const RunKey& key);
  std::vector<NodeRow> read_rows(const RunKey& run, const std::string& node);
  void find_producer(NodeRow& row);
  const std::optional<NamedValue>& kept_data(const RunKey& producer, const Uuid& artifact,
                                             const std::string& name);
  const Packs& packs(const RunKey& run);
  std::vector<RunKey> reusers(const RunKey& producer);
  void add_holders(const RunKey& run, const std::optional<Uuid>& only, Holders& holders);
  const std::vector<DriverPlace>& drivers(const RunKey& key);
  void add_attempts(ExecutionVertex& execution);
  const std::string& task_of(const NodeRow& row);  // which made its artifact

  Database* database_;
  RunRows tables_;
  std::map<RunKey, RunVertex> runs_;
  std::map<RunKey, std::vector<DriverPlace>> drivers_;
  std::unordered_map<std::string, std::vector<Feed>> feeds_into_;
  std::unordered_map<std::string, std::vector<Feed>> feeds_from_;
  std::unordered_map<std::string, std::vector<NodeRow>> rows_;
  std::unordered_map<std::string, std::string> tasks_;  // by the version, and the node in it, that run them
  std::map<Uuid, Packs> packs_;
  std::map<Uuid, Frames> frames_;
  std::map<Uuid, std::map<std::string, std::int64_t>> choices_;
  std::unordered_map<Digest, Feeds, DigestHash> defined_feeds_;
  std::map<std::tuple<Uuid, std::string, std::string>, std::optional<Stride>> strides_;  // by node and input
  std::unordered_map<Digest, bool, DigestHash> has_files_;
  std::map<std::pair<RunKey, std::string>, std::optional<StoredInput>> inputs_;
  std::map<std::pair<RunKey, std::string>, std::optional<NamedValue>> outputs_;
  std::map<std::pair<Uuid, std::string>, std::optional<NamedValue>>
      data_;  // that is asked about place by place
  VersionReader versions_;
  std::map<Uuid, Reuses> reuses_;
};

}  // namespace wf
