#include "core/lineage/fields.hpp"

#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "core/lineage/codes.hpp"

namespace wf {

namespace {

template <std::size_t... Kinds>
std::vector<VertexBody> one_of_each(std::index_sequence<Kinds...>) {
  return {VertexBody(std::in_place_index<Kinds>)...};
}

}  // namespace

std::vector<std::string> vertex_fields() {
  std::set<std::string> names;
  for (VertexBody& body : one_of_each(std::make_index_sequence<std::variant_size_v<VertexBody>>())) {
    Graph graph;
    VertexId id = graph.add("id", std::move(body)).id;
    Json json = vertex_json(graph, id);
    for (const auto& [name, value] : json.as_object()) names.insert(name);
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> parse_fields(std::string_view text) {
  std::vector<std::string> known = vertex_fields();
  std::vector<std::string> fields;
  for (std::string_view item : split(text, ',')) {
    std::string name(trim(item));
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string near = did_you_mean(name, known);
      throw Error(codes::k_unknown_field, cat("there is no field '", name, "'"),
                  cat(near, near.empty() ? "" : "; ", "known fields: ", join(known, ", ")));
    }
    bool is_new = std::find(fields.begin(), fields.end(), name) == fields.end();
    if (is_new) fields.push_back(std::move(name));
  }
  return fields;
}

Json select_fields(const Json& vertex, const std::vector<std::string>& fields) {
  if (fields.empty()) return vertex;
  Json selected = Json::object();
  for (const auto& [name, value] : vertex.as_object()) {
    bool chosen = std::find(fields.begin(), fields.end(), name) != fields.end();
    if (chosen || name == "id" || name == "kind") selected.add(name, value);
  }
  return selected;
}

std::vector<std::string> field_texts(const Graph& graph, const std::vector<VertexId>& ids,
                                     const std::vector<std::string>& fields) {
  std::vector<std::string> texts(fields.size());
  if (fields.empty()) return texts;
  for (VertexId id : ids) {
    Json json = vertex_json(graph, id);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const Json* value = json.find(fields[i]);
      if (!texts[i].empty() || value == nullptr || value->is_null()) continue;
      std::string text = value->is_string() ? value->as_string() : value->compact();
      texts[i] = cat(fields[i], " ", escape_terminal(text));
    }
  }
  return texts;
}

}  // namespace wf
