// What feeds what inside a version.
#pragma once
#include "core/registry/registry.hpp"

namespace wf {

// How an input takes what it is given: as a whole; an item for each element of the node, side by side or each
// with each; as an output of the workflow; as a condition, which has no input.
inline constexpr std::string_view k_feed_with = "with";
inline constexpr std::string_view k_feed_map = "map";
inline constexpr std::string_view k_feed_product = "product";
inline constexpr std::string_view k_feed_output = "output";
inline constexpr std::string_view k_feed_when = "when";

// node.input <- source.output
struct VersionEdge {
  std::string node;  // "" for the workflow's own outputs; see case_name()
  std::string input;
  std::string source;  // "" for the workflow's inputs
  std::string output;
  std::vector<std::string> item;  // where in what the input is given it stands
  std::vector<std::string> part;  // what of the output is taken
  std::string_view mode = k_feed_with;
  bool made = false;  // an expression makes something else of it
};

// What feeds one of the cases of a node stands under this name: "pick?0".
std::string case_name(const std::string& node, std::int64_t chosen);

std::vector<VersionEdge> edges_of(const Workflow& workflow);

// Rows hold one index of `item` and of `part`: the row of an edge that has more to it has this part, and the
// definition says the rest.
inline constexpr std::int64_t k_part_in_definition = -2;
// Inside a write transaction.
void write_edges(Database& database, const Digest& version, const Workflow& workflow);

}  // namespace wf
