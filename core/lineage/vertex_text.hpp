// Vertices and edges in words, the same ones in every format; safe for terminals.
#pragma once
#include <optional>
#include <string>

#include "core/lineage/graph.hpp"

namespace wf {

// "score[0…2].page", "input table", "run 8c6c9965f29e".
std::string vertex_name(const VertexBody& body);
// What it is or holds, in short: "14.2 KiB 8f1c0b7e22aa"; empty where the name says all.
std::string vertex_value(const VertexBody& body);
// The place in a value that its name ends with; empty: it is all of it.
std::string vertex_place(const VertexBody& body);
// The run it belongs to.
std::optional<RunKey> vertex_run(const VertexBody& body);
std::string run_short(const RunKey& run);  // "run 8c6c9965f29e"
std::string state_text(const RunVertex& run);  // "succeeded", "running, driver dead: wf resume 8c6c9965f29e"
std::string grouped(std::size_t count);    // 10000 -> "10,000"

// Whether the edge leads to where a thing belongs (its run, version, commit) rather than to what it came
// from.
bool is_context(const Edge& edge);

}  // namespace wf
