#include "core/definition/cel_tree.hpp"

namespace wf {

namespace {

using cel::Kind;
using cel::Node;
using cel::NodeKind;

// The name at the bottom of `a.b[0].c`, with the steps above it; nullopt when an index on the way is
// computed.
std::optional<Reference> path_of(const Node& node) {
  if (node.kind == NodeKind::name) return Reference{node.text, node.field, {}};
  if (node.kind != NodeKind::select && node.kind != NodeKind::index) return std::nullopt;
  std::optional<Reference> path = path_of(node.children[0]);
  if (!path) return std::nullopt;
  if (node.kind == NodeKind::select) {
    path->path.push_back(node.field);
    return path;
  }
  const Node& key = node.children[1];
  if (key.kind != NodeKind::literal) return std::nullopt;
  if (key.value.kind() == Kind::string) {
    path->path.push_back(key.value.as<std::string>());
  } else if (key.value.kind() == Kind::integer) {
    path->path.push_back(std::to_string(key.value.as<std::int64_t>()));
  } else {
    return std::nullopt;
  }
  return path;
}

void collect(const Node& node, std::vector<ExpressionReference>& out) {
  if (auto path = path_of(node)) {
    out.push_back({std::move(*path), node.span});
    return;
  }
  for (const Node& child : node.children) collect(child, out);
}

}  // namespace

std::vector<ExpressionReference> references(const Expression& expression) {
  std::vector<ExpressionReference> out;
  collect(expression.tree().root, out);
  return out;
}

}  // namespace wf
