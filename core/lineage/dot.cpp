// A graph as graphviz reads it.
#include "core/base/text.hpp"
#include "core/lineage/drawing.hpp"

namespace wf {

namespace {

// Inside a quoted string of dot only the quote and the backslash mean something.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string label_of(const std::vector<std::string>& lines) {
  std::string label;
  for (const std::string& line : lines) {
    std::string text = quoted(line);
    label += cat(label.empty() ? "" : "\\n", std::string_view(text).substr(1, text.size() - 2));
  }
  return cat("\"", label, "\"");
}

std::string_view style_of(Certainty certainty) {
  if (certainty == Certainty::asserted) return "solid";
  return certainty == Certainty::matched ? "dashed" : "dotted";
}

std::string box(const Graph& graph, VertexId id, const std::vector<std::string>& fields) {
  return cat("n", id, " [shape=", shape_of(graph.vertices()[id]).dot,
             ", label=", label_of(box_lines(graph, id, fields)), "];\n");
}

}  // namespace

std::string render_dot(const Graph& graph, const std::vector<std::string>& fields) {
  Drawing drawing = draw(graph);
  std::string out =
      "digraph lineage {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", fontsize=11];\n"
      "  edge [fontname=\"sans-serif\", fontsize=9];\n";
  if (graph.truncated()) out += cat("  label=", quoted(truncation_text(graph)), ";\n");
  for (std::size_t i = 0; i < drawing.frames.size(); ++i) {
    out += cat("  subgraph cluster_", i, " {\n    label=", quoted(drawing.frames[i].title), ";\n");
    for (VertexId id : drawing.frames[i].members) out += cat("    ", box(graph, id, fields));
    out += "  }\n";
  }
  for (VertexId id : drawing.outside) out += cat("  ", box(graph, id, fields));
  for (const Edge* edge : drawing.arrows) {
    out += cat("  n", edge->to, " -> n", edge->from, " [style=", style_of(edge->certainty),
               ", label=", quoted(arrow_text(*edge)), "];\n");
  }
  return out + "}\n";
}

}  // namespace wf
