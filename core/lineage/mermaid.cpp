// A graph as a mermaid flowchart.
#include "core/base/text.hpp"
#include "core/lineage/drawing.hpp"

namespace wf {

namespace {

// What mermaid draws unless a page is configured otherwise.
constexpr std::size_t k_most_edges = 500;
constexpr std::size_t k_most_text = 50'000;

// Whatever could mean something to mermaid or to the HTML it makes becomes `#code;`, its own escape.
std::string escaped(std::string_view text) {
  constexpr std::string_view k_plain = " .,:_-/@+=…";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    constexpr unsigned char k_first_beyond_ascii = 0x80;
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    bool plain = byte >= k_first_beyond_ascii || letter || k_plain.find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : cat("#", static_cast<int>(byte), ";");
  }
  return out;
}

std::string box(const Graph& graph, VertexId id, const std::vector<std::string>& fields) {
  std::vector<std::string> lines = box_lines(graph, id, fields);
  for (std::string& line : lines) line = escaped(line);
  const Shape& shape = shape_of(graph.vertices()[id]);
  return cat("n", id, shape.mermaid_open, "\"", join(lines, "<br/>"), "\"", shape.mermaid_close, "\n");
}

std::string arrow(const Edge& edge) {
  std::string text = arrow_text(edge);
  std::string_view line = edge.certainty == Certainty::asserted ? "-->" : "-.->";
  return cat("  n", edge.to, " ", line, text.empty() ? "" : cat("|\"", escaped(text), "\"|"), " n", edge.from,
             "\n");
}

}  // namespace

std::string render_mermaid(const Graph& graph, const std::vector<std::string>& fields) {
  Drawing drawing = draw(graph);
  std::string out = "flowchart LR\n";
  for (std::size_t i = 0; i < drawing.frames.size(); ++i) {
    out += cat("  subgraph r", i, "[\"", escaped(drawing.frames[i].title), "\"]\n");
    for (VertexId id : drawing.frames[i].members) out += cat("    ", box(graph, id, fields));
    out += "  end\n";
  }
  for (VertexId id : drawing.outside) out += cat("  ", box(graph, id, fields));
  for (const Edge* edge : drawing.arrows) out += arrow(*edge);
  if (graph.truncated()) out += cat("  truncated[\"", escaped(truncation_text(graph)), "\"]\n");
  if (drawing.arrows.size() > k_most_edges || out.size() > k_most_text) {
    out += cat("%% mermaid draws ", k_most_edges, " edges and ", k_most_text,
               " characters unless maxEdges and maxTextSize say more: -o html has no such limit\n");
  }
  return out;
}

}  // namespace wf
