// Which members of the vertices an answer shows: `--fields kind,started,value`.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/lineage/graph.hpp"

namespace wf {

// Every member that a vertex of some kind has in JSON, sorted.
std::vector<std::string> vertex_fields();

// "a,b,c". Throws Error(k_unknown_field) that lists the known ones.
std::vector<std::string> parse_fields(std::string_view text);

// The vertex with its id, its kind and these of its members; with all when `fields` is empty.
Json select_fields(const Json& vertex, const std::vector<std::string>& fields);

// "field value" for each field, of the first of the vertices that has it, else empty; safe for terminals.
std::vector<std::string> field_texts(const Graph& graph, const std::vector<VertexId>& ids,
                                     const std::vector<std::string>& fields);

}  // namespace wf
