#include "core/lineage/drawing.hpp"

#include <array>
#include <map>

#include "core/base/text.hpp"
#include "core/lineage/fields.hpp"
#include "core/lineage/vertex_text.hpp"

namespace wf {

namespace {

// In the order of VertexBody.
constexpr std::array<Look, std::variant_size_v<VertexBody>> k_looks{{
    {"cylinder", "[(", ")]"},   // bytes
    {"note", "[", "]"},         // data
    {"box", "([", "])"},        // execution
    {"invhouse", "[/", "/]"},   // input
    {"house", "[\\", "\\]"},    // output
    {"folder", "[[", "]]"},     // run
    {"component", "{{", "}}"},  // version
    {"tab", ">", "]"},          // registration
    {"octagon", "((", "))"},    // commit
    {"note", ">", "]"},         // source
    {"box", "[", "]"},          // compared: the same
}};

// What differs between two runs has a shape of its own.
Look look_of(const VertexBody& body) {
  const auto* compared = std::get_if<ComparedVertex>(&body);
  if (compared == nullptr || compared->standing == Standing::same) return k_looks[body.index()];
  if (compared->standing == Standing::different) return {"octagon", "{{", "}}"};
  return compared->standing == Standing::only_before ? Look{"house", "[\\", "/]"}
                                                     : Look{"invhouse", "[/", "\\]"};
}

std::string_view reason_of(Bound bound) {
  if (bound == Bound::depth) return "further away than --depth";
  return bound == Bound::vertices ? "beyond --limit" : "among the many copies of the same bytes";
}

// One frame for each run, in the order of their first vertices.
std::vector<Frame> frames_of(const Graph& graph) {
  std::vector<Frame> frames;
  std::map<RunKey, std::size_t> known;
  for (VertexId id = 0; id < graph.vertices().size(); ++id) {
    const VertexBody& body = graph.vertices()[id];
    std::optional<RunKey> run = vertex_run(body);
    if (!run) continue;
    auto [place, is_new] = known.try_emplace(*run, frames.size());
    if (is_new) frames.push_back({run_short(*run), {}});
    Frame& frame = frames[place->second];
    frame.members.push_back(id);
    const auto* vertex = std::get_if<RunVertex>(&body);
    if (vertex != nullptr) frame.title = cat(run_short(*run), " of ", vertex->workflow);
  }
  return frames;
}

Line line_of(Certainty certainty) {
  if (certainty == Certainty::asserted) return Line::solid;
  return certainty == Certainty::matched ? Line::dashed : Line::dotted;
}

}  // namespace

Diagram diagram_of(const Graph& graph, const std::vector<std::string>& fields) {
  Diagram diagram{"lineage", {}, {}, frames_of(graph), truncation_text(graph)};
  for (VertexId id = 0; id < graph.vertices().size(); ++id)
    diagram.boxes.push_back({look_of(graph.vertices()[id]), box_lines(graph, id, fields)});
  for (const Edge& edge : graph.edges()) {
    if (edge.word == "in run") continue;
    diagram.arrows.push_back({edge.to, edge.from, arrow_text(edge), line_of(edge.certainty)});
  }
  return diagram;
}

std::vector<std::string> box_lines(const Graph& graph, VertexId id, const std::vector<std::string>& fields) {
  std::vector<std::string> lines{vertex_name(graph.vertices()[id])};
  if (fields.empty()) lines.push_back(vertex_value(graph.vertices()[id]));
  for (std::string& text : field_texts(graph, {id}, fields)) lines.push_back(std::move(text));
  std::erase(lines, std::string());
  return lines;
}

std::string arrow_text(const Edge& edge) {
  bool plain = edge.word == "input" || edge.word == "output" || edge.word == "made by";
  std::string text = plain ? edge.label : edge.label.empty() ? edge.word : cat(edge.label, ", ", edge.word);
  if (!edge.item.empty()) text += cat(text.empty() ? "" : " ", escape_terminal(edge.item));
  return text;
}

std::string truncation_text(const Graph& graph) {
  std::vector<std::string> reasons;
  for (Bound bound : graph.bounds()) reasons.emplace_back(reason_of(bound));
  return reasons.empty() ? std::string() : cat("truncated: there is more ", join(reasons, " and "));
}

}  // namespace wf
