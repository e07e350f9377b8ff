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
};

// What -o accepts for a graph, the default first.
std::vector<std::string> graph_formats();
void print_graph(const Context& context, const GraphAnswer& answer);

}  // namespace wf::cli
