// What a definition looks like as a graph: its inputs, nodes and outputs, and what flows between them.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/json.hpp"
#include "core/definition/model.hpp"
#include "core/drawing/diagram.hpp"

namespace wf::cli {

enum class VertexKind { input, task, output };
enum class EdgeKind { data, each, after, when };

struct GraphVertex {
  VertexKind kind = VertexKind::task;
  std::string id;  // "inputs.table", "split", "outputs.k"
  std::string name;
  std::string description = {};
  std::string task = {};               // of a node that runs one
  std::string runs = {};               // of a node, see runs_text()
  std::vector<std::string> each = {};  // of a mapped node: the inputs that take an element
  std::string joint = {};              // what stands between those: ", " or, for each with each, " × "
  std::string run_if = {};             // of a node that does not just wait for success
  std::string when = {};               // its condition
  std::string type = {};               // of an input or output
  std::optional<Json> default_value = {};
};

struct GraphEdge {
  EdgeKind kind = EdgeKind::data;
  std::size_t from = 0;
  std::size_t to = 0;
  std::string output = {};  // of `from`; both are empty where nothing but an order is given
  std::string input = {};   // of `to`
  bool operator==(const GraphEdge&) const = default;
};

struct DefinitionGraph {
  std::string name;
  std::string description;
  Digest version;
  std::vector<GraphVertex> vertices;  // what is needed stands before what needs it
  std::vector<GraphEdge> edges;       // by where they lead
};

enum class Ends { shown, left_out };  // the inputs and outputs of the workflow

// `descriptions` as descriptions_of() gives them.
DefinitionGraph graph_of(const Workflow& workflow, const Json& descriptions, Ends ends);

Json to_json(const DefinitionGraph& graph);
Diagram diagram_of(const DefinitionGraph& graph);
// For a terminal: a table of the inputs, then each node below the first that it takes something from.
std::string render_tree(const DefinitionGraph& graph);

// What a node runs: "task fit", "workflow prepare@7f3a9c12d001", "one of task a, task b, or fail".
std::string runs_text(const Node& node);

// "train, accuracy as accuracies": what edges between two vertices carry, the first few of it.
std::string carried_text(const std::vector<const GraphEdge*>& edges);
// Lines that say more of a vertex than its name: "task fit", "for each k", "int = 3".
std::vector<std::string> detail_lines(const GraphVertex& vertex);

}  // namespace wf::cli
