// What differs between two executions of a node beside their cache keys: in what they ran, where, and what they
// were given.
#pragma once
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/catalog/run_lookup.hpp"
#include "core/lineage/history.hpp"
#include "core/registry/difference.hpp"

namespace wf {

// With `root` before their paths.
void append_below(const std::string& root, std::vector<Change> changes, std::vector<Change>& found);
// A value by its name; of what an input says besides nothing.
InputVertex plain_value(std::string name, std::string type, Json value);

// The name of the task that a node runs: of a node with cases that of the one chosen. "" for what runs none.
std::string task_name(History& history, const RunKey& run, const std::string& node);

// What the definitions of runs say of their nodes; each is read once.
class NodeDefinitions {
 public:
  explicit NodeDefinitions(History& history) : history_(&history) {}

  struct Place {
    RunKey run;
    std::string node;
  };
  // Of the node, and of its task where that has the same name.
  const std::vector<Change>& changes(const Place& before, const Place& after);

 private:
  const Json& body(const Digest& version);
  Json task_body(const Place& place);
  Json node_body(const Place& place);

  History* history_;
  std::unordered_map<Digest, Json, DigestHash> bodies_;
  std::map<std::pair<std::string, std::string>, std::vector<Change>> changes_;
};

// What somebody told a gate, as its output.
std::map<std::string, InputVertex> answer_of(History& history, const RunKey& run, const std::string& gate);
// What came to the inputs of an execution from the run's inputs and from other nodes. What stands in the
// definition is not among it, and of what several nodes give to one input there is the list.
std::map<std::string, InputVertex> given_to(History& history, const RunKey& run, const NodePath& node);
// What a run had around it: host, platform, path, wf, and what the images of these nodes meant.
std::map<std::string, InputVertex> environment_of(History& history, const RunKey& run,
                                                  const std::vector<std::string>& nodes);

}  // namespace wf
