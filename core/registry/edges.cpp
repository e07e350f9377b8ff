#include "core/registry/edges.hpp"

#include <unordered_set>

#include "core/base/text.hpp"

namespace wf {

namespace {

class EdgeWriter {
 public:
  EdgeWriter(Database& database, const Digest& version, const Workflow& workflow)
      : insert_(&database.statement(
            "INSERT INTO version_edge (version, node, input, source, output, item, part, mode) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING")),
        version_(version) {
    for (const Node& node : workflow.nodes) {
      if (!node.map.empty()) mapped_.insert(node.name);
    }
  }

  void write_condition(const std::string& node, const std::optional<Expression>& when) {
    if (!when) return;
    each_reference(*when, [&](const Reference& reference) { insert(node, {}, reference, k_all, "when"); });
  }

  // A list that is put together is given item by item.
  void write(const std::string& node, const std::string& input, const Binding& binding,
             std::string_view mode) {
    const auto* list = std::get_if<BindingList>(&binding.value);
    if (list == nullptr) return write(node, input, binding, k_all, mode);
    for (std::size_t i = 0; i < list->items.size(); ++i)
      write(node, input, list->items[i], static_cast<std::int64_t>(i), mode);
  }

 private:
  static constexpr std::int64_t k_all = -1;

  void write(const std::string& node, const std::string& input, const Binding& binding, std::int64_t item,
             std::string_view mode) {
    // What an expression makes of a list has elements of its own.
    bool whole = std::holds_alternative<Reference>(binding.value);
    each_reference(binding, [&](const Reference& reference) {
      // Element by element only where the list itself is gone through, and not what is inside one of its
      // elements.
      bool inside = reference.path.size() > (part_of(reference) == k_all ? 0U : 1U);
      bool apart = mode == "map" && item == k_all && (!whole || inside);
      insert(node, input, reference, item, apart ? "with" : mode);
    });
  }

  // The element of a mapped node that a reference takes.
  std::int64_t part_of(const Reference& reference) const {
    if (reference.path.empty() || !mapped_.contains(reference.root)) return k_all;
    return parse_int(reference.path.front()).value_or(k_all);
  }

  void insert(const std::string& node, const std::string& input, const Reference& reference, std::int64_t item,
              std::string_view mode) {
    if (reference.root == "error") return;
    std::string_view source = reference.root;
    if (source == "inputs") source = {};
    insert_->bind(version_, node, input, source, reference.name, item, part_of(reference), mode).run();
  }

  Statement* insert_;
  Digest version_;
  std::unordered_set<std::string> mapped_;
};

}  // namespace

std::string case_name(const std::string& node, std::int64_t chosen) { return cat(node, "?", chosen); }

void write_edges(Database& database, const Digest& version, const Workflow& workflow) {
  EdgeWriter edges(database, version, workflow);
  auto write_bindings = [&](const Node& node, const std::string& name) {
    for (const auto& [input, binding] : node.with) edges.write(name, input, binding, "with");
    // Of each with each, an element is at no one place of the lists.
    bool side_by_side = node.each.combine == Each::Combine::zip;
    for (const auto& [input, binding] : node.map) edges.write(name, input, binding, side_by_side ? "map" : "with");
  };
  for (const Node& node : workflow.nodes) {
    write_bindings(node, node.name);
    edges.write_condition(node.name, node.when);
    if (node.gate) edges.write(node.name, "gate", node.gate->value, "with");
    for (std::size_t i = 0; i < node.cases.size(); ++i) {
      write_bindings(node.cases[i], case_name(node.name, static_cast<std::int64_t>(i)));
      edges.write_condition(node.name, node.cases[i].when);
    }
  }
  for (const WorkflowOutput& output : workflow.outputs)
    edges.write("", output.name, output.binding, "output");
}

}  // namespace wf
