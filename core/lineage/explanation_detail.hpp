// What a person asks next about an explanation: the texts behind digests, where inputs came from, what
// differs without counting.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/definition/model.hpp"
#include "core/lineage/explanation.hpp"
#include "core/lineage/history.hpp"
#include "core/registry/difference.hpp"

namespace wf {

// Where a node's input came from: an input of the run, or an output of another node.
struct InputOrigin {
  std::string node;                 // empty: an input of the run
  std::string name;                 // of that input or output
  std::string given;                // of an input: default, value, file or reference
  std::optional<std::string> path;  // where the file or folder was read
  std::string reference;            // wf:… of an input that was given so
  std::string place = {};           // where in the node's input it goes: "[2]"; empty: it is all of it
};

struct DifferenceDetail {
  std::string
      text_diff;  // see unified_diff; of scripts, commands (a line for each argument) and source texts
  std::vector<InputOrigin> before;  // of an input; empty: it stands in the definition
  std::vector<InputOrigin> after;
};

struct ExplanationDetail {
  std::vector<DifferenceDetail> differences;  // one for each of the explanation
  std::vector<std::string> ignored_inputs;    // of the task
  std::vector<std::string> ignored_parts;
  std::vector<Change> not_in_key;  // of a reuse: what differs between the two executions all the same
};

class DetailReader {
 public:
  // `run` is that of the explanations; both must outlive this.
  DetailReader(Store& store, const RunVertex& run);
  ExplanationDetail read(const Explanation& explanation);

 private:
  std::vector<InputOrigin> origins(const RunKey& run, const NodePath& node, const std::string& input);
  // The workflow that a node of the run stands in.
  const Digest& version_of(const Explanation& explanation);
  const Task* task_of(const Explanation& explanation);
  std::vector<Change> not_in_key(const Explanation& explanation);
  void compare_ignored(const Explanation& explanation, std::vector<Change>& found);
  void compare_definitions(const Explanation& explanation, std::vector<Change>& found);
  Json value_from_run(const RunKey& run, const std::vector<InputOrigin>& origins);
  const Json& body(const Digest& version);

  Store* store_;
  const RunVertex* run_;
  History history_;
  std::map<Digest, Json> bodies_;
};

// [{…}] with a member "detail" in each where `details` has one for each execution, else without.
Json to_json(const RunExplanation& explanation, const std::vector<ExplanationDetail>& details);

}  // namespace wf
