#include "core/registry/edges.hpp"

#include "core/base/text.hpp"

namespace wf {

namespace {

class EdgeReader {
 public:
  void read_condition(const std::string& node, const std::optional<Expression>& when) {
    if (!when) return;
    each_reference(*when,
                   [&](const Reference& reference) { add(node, {}, reference, {}, k_feed_when, false); });
  }

  void read(const std::string& node, const std::string& input, const Binding& binding,
            std::string_view mode) {
    std::vector<std::string> item;
    read(node, input, binding, item, mode);
  }

  std::vector<VersionEdge> edges;

 private:
  // A list or a mapping that is put together is given piece by piece.
  void read(const std::string& node, const std::string& input, const Binding& binding,
            std::vector<std::string>& item, std::string_view mode) {
    auto inside = [&](std::string step, const Binding& one) {
      item.push_back(std::move(step));
      read(node, input, one, item, mode);
      item.pop_back();
    };
    if (const auto* list = std::get_if<BindingList>(&binding.value)) {
      for (std::size_t i = 0; i < list->items.size(); ++i) inside(cat(i), list->items[i]);
      return;
    }
    if (const auto* map = std::get_if<BindingMap>(&binding.value)) {
      for (const BindingMember& member : map->members) inside(member.name, member.value);
      return;
    }
    // What an expression makes of a list has elements of its own.
    bool made = std::holds_alternative<Expression>(binding.value);
    bool by_element = mode == k_feed_map || mode == k_feed_product;
    std::string_view how = by_element && item.empty() && made ? k_feed_with : mode;
    each_reference(binding,
                   [&](const Reference& reference) { add(node, input, reference, item, how, made); });
  }

  void add(const std::string& node, const std::string& input, const Reference& reference,
           const std::vector<std::string>& item, std::string_view mode, bool made) {
    if (reference.root == "error") return;
    std::string source = reference.root == "inputs" ? std::string() : reference.root;
    edges.push_back({node, input, std::move(source), reference.name, item, reference.path, mode, made});
  }
};

std::optional<std::int64_t> as_index(const std::vector<std::string>& steps) {
  constexpr std::int64_t k_all = -1;
  if (steps.empty()) return k_all;
  std::optional<std::int64_t> index = parse_int(steps.front());
  bool plain = steps.size() == 1 && index && *index >= 0 && cat(*index) == steps.front();
  return plain ? index : std::nullopt;
}

}  // namespace

std::string case_name(const std::string& node, std::int64_t chosen) { return cat(node, "?", chosen); }

std::vector<VersionEdge> edges_of(const Workflow& workflow) {
  EdgeReader reader;
  auto read_bindings = [&](const Node& node, const std::string& name) {
    for (const auto& [input, binding] : node.with) reader.read(name, input, binding, k_feed_with);
    std::string_view by_element = node.each.combine == Each::Combine::zip ? k_feed_map : k_feed_product;
    for (const auto& [input, binding] : node.map) reader.read(name, input, binding, by_element);
  };
  for (const Node& node : workflow.nodes) {
    read_bindings(node, node.name);
    reader.read_condition(node.name, node.when);
    if (node.gate) reader.read(node.name, "gate", node.gate->value, k_feed_with);
    for (std::size_t i = 0; i < node.cases.size(); ++i) {
      std::string name = case_name(node.name, static_cast<std::int64_t>(i));
      read_bindings(node.cases[i], name);
      reader.read_condition(name, node.cases[i].when);
    }
  }
  for (const WorkflowOutput& output : workflow.outputs)
    reader.read("", output.name, output.binding, k_feed_output);
  return std::move(reader.edges);
}

void write_edges(Database& database, const Digest& version, const Workflow& workflow) {
  Statement& insert = database.statement(
      "INSERT INTO version_edge (version, node, input, source, output, item, part, mode) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING");
  for (const VersionEdge& edge : edges_of(workflow)) {
    auto item = as_index(edge.item);
    auto part = as_index(edge.part);
    bool product = edge.mode == k_feed_product;
    bool told = item && part && !product && !edge.made;
    insert
        .bind(version, edge.node, edge.input, edge.source, edge.output, told ? *item : -1,
              told ? *part : k_part_in_definition, product ? k_feed_with : edge.mode)
        .run();
  }
}

}  // namespace wf
