// What all drawings of a graph share (dot, mermaid, the page): runs as frames, words on boxes and arrows.
// Arrows lead from a thing to what came of it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/lineage/graph.hpp"

namespace wf {

// How a kind of vertex looks.
struct Shape {
  std::string_view dot;
  std::string_view mermaid_open;
  std::string_view mermaid_close;
};
const Shape& shape_of(const VertexBody& body);

struct Drawing {
  struct Frame {
    std::string title;
    std::vector<VertexId> members;
  };
  std::vector<Frame> frames;        // one for each run, in the order of their first vertices
  std::vector<VertexId> outside;    // what belongs to no run
  std::vector<const Edge*> arrows;  // without those that a frame says: "in run"
};

Drawing draw(const Graph& graph);

// The lines in a box: its title, then its value or the chosen fields.
std::vector<std::string> box_lines(const Graph& graph, VertexId id, const std::vector<std::string>& fields);
std::string arrow_text(const Edge& edge);
// "truncated: …" with what cut the answer; empty when nothing did.
std::string truncation_text(const Graph& graph);

// For graphviz.
std::string render_dot(const Graph& graph, const std::vector<std::string>& fields);
// A mermaid flowchart.
std::string render_mermaid(const Graph& graph, const std::vector<std::string>& fields);
// One HTML page to look around in, with everything inside; its source is in page/.
std::string render_page(const Graph& graph, const std::vector<std::string>& fields, std::string_view title);

}  // namespace wf
