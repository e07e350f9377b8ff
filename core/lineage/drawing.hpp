// What all drawings of a graph share (dot, mermaid, the page): runs as frames, words on boxes and arrows.
// Arrows lead from a thing to what came of it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/drawing/diagram.hpp"
#include "core/lineage/graph.hpp"

namespace wf {

// Boxes are vertices by their ids; arrows are all edges but those that a frame says: "in run".
Diagram diagram_of(const Graph& graph, const std::vector<std::string>& fields);

// The lines in a box: its title, then its value or the chosen fields.
std::vector<std::string> box_lines(const Graph& graph, VertexId id, const std::vector<std::string>& fields);
std::string arrow_text(const Edge& edge);
// "truncated: …" with what cut the answer; empty when nothing did.
std::string truncation_text(const Graph& graph);

// One HTML page to look around in, with everything inside; its source is in page/.
std::string render_page(const Graph& graph, const std::vector<std::string>& fields, std::string_view title);

}  // namespace wf
