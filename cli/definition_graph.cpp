#include "cli/definition_graph.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <queue>
#include <unordered_map>

#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/definition/value.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

namespace {

struct VertexRow {
  std::string_view name;
  Look look;
};
// In the order of VertexKind.
constexpr std::array<VertexRow, 3> k_vertices{{
    {"input", {"invhouse", "[/", "/]", Tone::green, 14}},
    {"task", {"box", "[", "]"}},
    {"output", {"house", "[\\", "\\]", Tone::blue, 14}},
}};

struct EdgeRow {
  std::string_view name;
  std::string_view word;  // before what it carries
  Line line;
};
// In the order of EdgeKind.
constexpr std::array<EdgeRow, 4> k_edges{{
    {"data", "", Line::solid},
    {"each", "each ", Line::solid},
    {"after", "after", Line::dashed},
    {"when", "when ", Line::dashed},
}};

const VertexRow& row_of(VertexKind kind) { return k_vertices.at(static_cast<std::size_t>(kind)); }
const EdgeRow& row_of(EdgeKind kind) { return k_edges.at(static_cast<std::size_t>(kind)); }

class GraphBuilder {
 public:
  GraphBuilder(const Workflow& workflow, const Json& descriptions, Ends ends)
      : workflow_(&workflow), descriptions_(&descriptions), ends_(ends) {}

  DefinitionGraph build() {
    graph_.name = workflow_->name;
    graph_.description = described("");
    graph_.version = version_digest(canonical_form(*workflow_).canonical());
    if (ends_ == Ends::shown) add_inputs();
    for (std::size_t node : nodes_in_order()) add_node(workflow_->nodes[node]);
    for (std::size_t i = 0; ends_ == Ends::shown && i < workflow_->outputs.size(); ++i)
      add_output(workflow_->outputs[i]);
    return std::move(graph_);
  }

 private:
  std::string described(const std::string& path) const {
    const Json* text = descriptions_->find(path);
    return text != nullptr && text->is_string() ? text->as_string() : std::string();
  }

  std::size_t add(GraphVertex vertex) {
    std::size_t index = graph_.vertices.size();
    known_.emplace(vertex.id, index);
    graph_.vertices.push_back(std::move(vertex));
    return index;
  }

  void add_inputs() {
    for (const Port& port : workflow_->inputs) {
      GraphVertex vertex{VertexKind::input, "inputs." + port.name, port.name};
      vertex.description = described(vertex.id);
      vertex.type = port.type.text();
      vertex.default_value = port.default_value;
      add(std::move(vertex));
    }
  }

  // What a reference leads to; nothing for an input of the workflow that is left out.
  std::optional<std::size_t> origin(const Reference& reference) const {
    auto found = known_.find(reference.root == "inputs" ? "inputs." + reference.name : reference.root);
    if (found == known_.end()) return std::nullopt;
    return found->second;
  }

  void connect(const Binding& binding, EdgeKind kind, std::size_t to, const std::string& input) {
    each_reference(binding, [&](const Reference& one) { connect(one, kind, to, input); });
  }

  // Once for each thing taken; the edges of one taker stand together.
  void connect(const Reference& reference, EdgeKind kind, std::size_t to, const std::string& input) {
    std::optional<std::size_t> from = origin(reference);
    if (!from) return;
    GraphEdge edge{kind, *from, to, reference.name, input};
    auto end = std::find_if(graph_.edges.rbegin(), graph_.edges.rend(),
                            [&](const GraphEdge& one) { return one.to != to || one == edge; });
    if (end == graph_.edges.rend() || end->to != to) graph_.edges.push_back(edge);
  }

  void connect_bindings(const Node& node, std::size_t index) {
    for (const auto& [input, binding] : node.map) connect(binding, EdgeKind::each, index, input);
    for (const auto& [input, binding] : node.with) connect(binding, EdgeKind::data, index, input);
    if (!node.when) return;
    each_reference(*node.when, [&](const Reference& one) { connect(one, EdgeKind::when, index, one.name); });
  }

  void add_node(const Node& node) {
    GraphVertex vertex{VertexKind::task, node.name, node.name};
    vertex.description = described("nodes." + node.name);
    if (vertex.description.empty()) vertex.description = described("tasks." + node.task);
    vertex.task = node.task;
    vertex.runs = runs_text(node);
    for (const auto& [input, binding] : node.map) vertex.each.push_back(input);
    vertex.joint = node.each.combine == Each::Combine::product ? " × " : ", ";
    if (node.run_if != RunIf::all_success)
      vertex.run_if = k_run_if_names.at(static_cast<std::size_t>(node.run_if));
    if (node.when) vertex.when = node.when->text();
    std::size_t index = add(std::move(vertex));
    connect_bindings(node, index);
    if (node.gate) connect(node.gate->value, EdgeKind::data, index, "gate");
    for (const Node& one : node.cases) connect_bindings(one, index);
    for (const std::string& name : node.after)
      graph_.edges.push_back({EdgeKind::after, known_.at(name), index});
  }

  void add_output(const WorkflowOutput& output) {
    GraphVertex vertex{VertexKind::output, "outputs." + output.name, output.name};
    vertex.type = output.type.text();
    connect(output.binding, EdgeKind::data, add(std::move(vertex)), output.name);
  }

  // Nodes after what they refer to, else in the order of the definition.
  std::vector<std::size_t> nodes_in_order() const {
    const std::vector<Node>& nodes = workflow_->nodes;
    std::unordered_map<std::string_view, std::size_t> index;
    for (std::size_t i = 0; i < nodes.size(); ++i) index.emplace(nodes[i].name, i);
    std::vector<std::vector<std::size_t>> successors(nodes.size());
    std::vector<std::size_t> missing(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      each_predecessor(nodes[i], [&](const std::string& name) {
        successors[index.at(name)].push_back(i);
        ++missing[i];
      });
    }
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (missing[i] == 0) ready.push(i);
    }
    std::vector<std::size_t> order;
    while (!ready.empty()) {
      order.push_back(ready.top());
      ready.pop();
      for (std::size_t next : successors[order.back()]) {
        if (--missing[next] == 0) ready.push(next);
      }
    }
    return order;
  }

  const Workflow* workflow_;
  const Json* descriptions_;
  Ends ends_;
  DefinitionGraph graph_;
  std::unordered_map<std::string, std::size_t> known_;  // vertices by id
};

Json vertex_json(const GraphVertex& vertex) {
  Json each = Json::array();
  for (const std::string& input : vertex.each) each.push(input);
  Json json = Json::object();
  json.add("id", vertex.id).add("kind", row_of(vertex.kind).name).add("name", vertex.name);
  json.add("description", or_null(vertex.description)).add("task", or_null(vertex.task));
  json.add("runs", or_null(vertex.runs));
  json.add("each", std::move(each)).add("run_if", or_null(vertex.run_if)).add("when", or_null(vertex.when));
  json.add("type", or_null(vertex.type));
  json.add("default", vertex.default_value ? printed_value(vertex.type, *vertex.default_value) : Json());
  return json;
}

Box box_of(const GraphVertex& vertex) {
  std::vector<std::string> lines{vertex.name};
  for (std::string& line : detail_lines(vertex)) lines.push_back(std::move(line));
  std::string tip = cat(row_of(vertex.kind).name, " ", vertex.name);
  for (std::size_t i = 1; i < lines.size(); ++i) tip += cat(", ", lines[i]);
  if (!vertex.description.empty()) tip += cat("\n", vertex.description);
  return {row_of(vertex.kind).look, std::move(lines), vertex.each.empty() ? Copies::one : Copies::many,
          std::move(tip)};
}

}  // namespace

DefinitionGraph graph_of(const Workflow& workflow, const Json& descriptions, Ends ends) {
  return GraphBuilder(workflow, descriptions, ends).build();
}

std::string carried_text(const std::vector<const GraphEdge*>& edges) {
  constexpr std::size_t k_most = 4;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(edges.size(), k_most); ++i) {
    const GraphEdge& edge = *edges[i];
    texts.push_back(
        cat(row_of(edge.kind).word, edge.output, edge.output == edge.input ? "" : cat(" as ", edge.input)));
  }
  if (edges.size() > k_most) texts.push_back(cat(edges.size() - k_most, " more"));
  return join(texts, ", ");
}

std::vector<std::string> detail_lines(const GraphVertex& vertex) {
  constexpr std::size_t k_most_columns = 20;
  constexpr std::size_t k_widest_condition = 40;
  std::vector<std::string> lines;
  if (!vertex.runs.empty() && vertex.task != vertex.name) lines.push_back(vertex.runs);
  if (!vertex.each.empty()) lines.push_back(cat("for each ", join(vertex.each, vertex.joint)));
  if (!vertex.when.empty()) lines.push_back(cat("when ", cut_to_width(vertex.when, k_widest_condition, "…")));
  if (!vertex.run_if.empty()) lines.push_back(cat("run if ", vertex.run_if));
  if (!vertex.type.empty()) {
    std::string text = vertex.type;
    if (vertex.default_value)
      text +=
          cat(" = ", cut_to_width(value_text(vertex.type, *vertex.default_value, {}), k_most_columns, "…"));
    lines.push_back(std::move(text));
  }
  return lines;
}

Json to_json(const DefinitionGraph& graph) {
  Json vertices = Json::array();
  for (const GraphVertex& vertex : graph.vertices) vertices.push(vertex_json(vertex));
  Json edges = Json::array();
  for (const GraphEdge& edge : graph.edges) {
    Json json = Json::object();
    json.add("from", graph.vertices[edge.from].id).add("to", graph.vertices[edge.to].id);
    json.add("kind", row_of(edge.kind).name).add("output", or_null(edge.output));
    json.add("input", or_null(edge.input));
    edges.push(std::move(json));
  }
  Json json = Json::object();
  json.add("workflow", graph.name).add("version", graph.version.text());
  json.add("description", or_null(graph.description));
  return json.add("vertices", std::move(vertices)).add("edges", std::move(edges));
}

Diagram diagram_of(const DefinitionGraph& graph) {
  Diagram diagram{"workflow", {}, {}};
  diagram.title = graph.description.empty() ? graph.name : cat(graph.name, ": ", graph.description);
  for (const GraphVertex& vertex : graph.vertices) diagram.boxes.push_back(box_of(vertex));
  // Edges that lead to a vertex stand together: one arrow for each vertex that they come from.
  for (std::size_t i = 0; i < graph.edges.size();) {
    std::size_t to = graph.edges[i].to;
    std::vector<std::pair<std::size_t, std::vector<const GraphEdge*>>> origins;
    for (; i < graph.edges.size() && graph.edges[i].to == to; ++i) {
      const GraphEdge& edge = graph.edges[i];
      auto known = std::find_if(origins.begin(), origins.end(),
                                [&](const auto& origin) { return origin.first == edge.from; });
      if (known == origins.end()) {
        origins.push_back({edge.from, {&edge}});
      } else {
        known->second.push_back(&edge);
      }
    }
    for (const auto& [from, edges] : origins) {
      const GraphEdge& first = *edges.front();
      // The name at one end says it already.
      bool plain = edges.size() == 1 && first.kind == EdgeKind::data && first.output == first.input &&
                   (graph.vertices[from].name == first.output || graph.vertices[to].name == first.input);
      diagram.arrows.push_back({from, to, plain ? "" : carried_text(edges), row_of(first.kind).line});
    }
  }
  return diagram;
}

std::string runs_text(const Node& node) {
  if (node.used) {
    const UsedVersion& used = *node.used;
    std::string version = cat("@", used.version.short_hex());
    return used.task.empty() ? cat("workflow ", used.name, version) : cat("task ", used.name, "#", used.task, version);
  }
  if (node.fail) return "fail";
  if (node.gate) return cat("gate: ", k_gate_names.at(static_cast<std::size_t>(node.gate->kind)));
  if (node.cases.empty()) return cat("task ", node.task);
  std::string text = "one of ";
  for (std::size_t i = 0; i < node.cases.size(); ++i)
    text += cat(i == 0 ? "" : i + 1 == node.cases.size() ? " or " : ", ", runs_text(node.cases[i]));
  return text;
}

}  // namespace wf::cli
