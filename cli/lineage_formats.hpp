// The formats of a provenance graph.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "core/lineage/graph.hpp"

namespace wf::cli {

struct GraphAnswer {
  Graph graph;
  std::string title;                // "lineage of results/report.html"
  std::vector<std::string> fields;  // of --fields; empty: the usual
  std::function<std::string(const GraphAnswer&)> tree;
  Json more = Json::object();  // members beside those of the graph: objects; in JSON lines a record each
};

// What -o accepts for a graph, the default first.
std::vector<std::string> graph_formats();
// A chain of things, each with its relation to the one above it.
std::string chain_table(const GraphAnswer& answer, const std::vector<VertexId>& chain);
void print_graph(const Context& context, const GraphAnswer& answer);

}  // namespace wf::cli
