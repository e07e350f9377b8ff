#include "core/registry/edges.hpp"

#include "core/base/text.hpp"

namespace wf {

namespace {

class EdgeWriter {
 public:
  EdgeWriter(Database& database, const Digest& version)
      : insert_(&database.statement("INSERT INTO version_edge (version, node, input, source, output, mode) "
                                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING")),
        version_(version) {}

  void write_condition(const std::string& node, const std::optional<Expression>& when) {
    if (!when) return;
    each_reference(*when, [&](const Reference& reference) { insert(node, {}, reference, "when"); });
  }

  void write(const std::string& node, const std::string& input, const Binding& binding,
             std::string_view mode) {
    // What an expression makes of a list has elements of its own.
    bool whole = std::holds_alternative<Reference>(binding.value);
    each_reference(binding, [&](const Reference& reference) {
      // Element by element only where the list itself is gone through, and not what is inside one of its
      // elements.
      bool apart = mode == "map" && (!whole || !reference.path.empty());
      insert(node, input, reference, apart ? "with" : mode);
    });
  }

 private:
  void insert(const std::string& node, const std::string& input, const Reference& reference,
              std::string_view mode) {
    if (reference.root == "error") return;
    std::string_view source = reference.root;
    if (source == "inputs") source = {};
    insert_->bind(version_, node, input, source, reference.name, mode).run();
  }

  Statement* insert_;
  Digest version_;
};

}  // namespace

std::string case_name(const std::string& node, std::int64_t chosen) { return cat(node, "?", chosen); }

void write_edges(Database& database, const Digest& version, const Workflow& workflow) {
  EdgeWriter edges(database, version);
  auto write_bindings = [&](const Node& node, const std::string& name) {
    for (const auto& [input, binding] : node.with) edges.write(name, input, binding, "with");
    for (const auto& [input, binding] : node.map) edges.write(name, input, binding, "map");
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
