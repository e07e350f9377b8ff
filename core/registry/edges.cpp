#include "core/registry/edges.hpp"

namespace wf {

namespace {

class EdgeWriter {
 public:
  EdgeWriter(Database& database, const Digest& version)
      : insert_(&database.statement("INSERT INTO version_edge (version, node, input, source, output, mode) "
                                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING")),
        version_(version) {}

  void write(const std::string& node, const std::string& input, const Binding& binding,
             std::string_view mode) {
    // What an expression makes of a list has elements of its own.
    bool whole = std::holds_alternative<Reference>(binding.value);
    each_reference(binding, [&](const Reference& reference) {
      std::string_view source = reference.root;
      if (source == "inputs") source = {};
      // Element by element only where the list itself is gone through, and not what is inside one of its
      // elements.
      bool apart = mode == "map" && (!whole || !reference.path.empty());
      insert_->bind(version_, node, input, source, reference.name, apart ? "with" : mode).run();
    });
  }

 private:
  Statement* insert_;
  Digest version_;
};

}  // namespace

void write_edges(Database& database, const Digest& version, const Workflow& workflow) {
  EdgeWriter edges(database, version);
  for (const Node& node : workflow.nodes) {
    for (const auto& [input, binding] : node.with) edges.write(node.name, input, binding, "with");
    for (const auto& [input, binding] : node.map) edges.write(node.name, input, binding, "map");
  }
  for (const WorkflowOutput& output : workflow.outputs)
    edges.write("", output.name, output.binding, "output");
}

}  // namespace wf
