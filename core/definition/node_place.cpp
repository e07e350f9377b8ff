// Where a definition names one of its nodes.
#include "core/definition/load.hpp"
#include "core/definition/yaml_tree.hpp"

namespace wf {

std::optional<Place> place_of_node(const std::string& path, const std::string& text, std::string_view node) {
  Diagnostics ignored;
  SourceText source(path, text);
  auto tree = parse_yaml(source, {}, ignored);
  if (!tree || tree->empty()) return std::nullopt;
  YamlMember nodes = find_member(*tree, tree->root(), "nodes");
  if (nodes.key == k_no_yaml) return std::nullopt;
  YamlMember found = find_member(*tree, nodes.value, node);
  if (found.key == k_no_yaml) return std::nullopt;
  return place_of(source, *tree, found.key);
}

}  // namespace wf
