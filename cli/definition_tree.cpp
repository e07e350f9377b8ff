// The graph of a definition for a terminal.
#include <algorithm>

#include "cli/definition_graph.hpp"
#include "cli/output.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

// A chain would be as wide as it is long: what is deeper stands at the margin, further below.
constexpr std::size_t k_deepest = 12;

// What flows from one vertex to another, by the edges that carry it.
struct Child {
  std::size_t vertex = 0;
  std::vector<const GraphEdge*> edges;
};

class TreeWriter {
 public:
  explicit TreeWriter(const DefinitionGraph& graph)
      : graph_(&graph), children_(graph.vertices.size()), shown_(graph.vertices.size()) {
    std::vector<bool> has_parent(graph.vertices.size());
    for (const GraphEdge& edge : graph.edges) {
      add_child(edge);
      if (!is_input(edge.from)) has_parent[edge.to] = true;
    }
    for (std::size_t i = 0; i < has_parent.size(); ++i) {
      if (!is_input(i) && !has_parent[i]) roots_.push_back(i);
    }
  }

  std::string write() {
    write_title();
    write_inputs();
    for (std::size_t i = 0; i < roots_.size(); ++i) {  // grows while it is written
      if (shown_[roots_[i]]) continue;
      out_ += cat(name_of(roots_[i]), details_of(roots_[i]), "\n");
      write_children(roots_[i], 1);
    }
    return std::move(out_);
  }

 private:
  bool is_input(std::size_t vertex) const { return graph_->vertices[vertex].kind == VertexKind::input; }

  // The edges to a vertex follow each other.
  void add_child(const GraphEdge& edge) {
    std::vector<Child>& children = children_[edge.from];
    if (children.empty() || children.back().vertex != edge.to) children.push_back({edge.to, {}});
    children.back().edges.push_back(&edge);
  }

  std::string name_of(std::size_t vertex) const {
    const GraphVertex& one = graph_->vertices[vertex];
    return one.kind == VertexKind::output ? cat("output ", one.name) : styled(Style::bold, one.name);
  }

  std::string details_of(std::size_t vertex) const {
    std::vector<std::string> lines = detail_lines(graph_->vertices[vertex]);
    return lines.empty() ? std::string() : escape_terminal(cat("  ", join(lines, ", ")));
  }

  void write_title() {
    out_ = styled(Style::bold, graph_->name);
    if (!graph_->description.empty()) out_ += cat(": ", escape_terminal(graph_->description));
    out_ += "\n\n";
  }

  std::string users_of(std::size_t input) const {
    constexpr std::size_t k_most = 6;
    std::vector<std::string> names;
    const std::vector<Child>& users = children_[input];
    for (std::size_t i = 0; i < std::min(users.size(), k_most); ++i)
      names.push_back(graph_->vertices[users[i].vertex].id);
    if (users.size() > k_most) names.push_back(cat(users.size() - k_most, " more"));
    return names.empty() ? "-" : join(names, ", ");
  }

  void write_inputs() {
    Json::Array rows;
    for (std::size_t i = 0; i < graph_->vertices.size() && is_input(i); ++i) {
      Json row = Json::object();
      row.add("input", graph_->vertices[i].name).add("type", detail_lines(graph_->vertices[i]).front());
      row.add("users", users_of(i));
      rows.push_back(std::move(row));
    }
    if (rows.empty()) return;
    out_ += cat(render_table({{"input", "INPUT"}, {"type", "TYPE"}, {"users", "USED BY"}}, rows), "\n");
  }

  void write_children(std::size_t vertex, std::size_t depth) {
    shown_[vertex] = true;
    const std::vector<Child>& children = children_[vertex];
    for (std::size_t i = 0; i < children.size(); ++i) {
      bool last = i + 1 == children.size();
      out_ += cat(indent_, last ? "└─ " : "├─ ", name_of(children[i].vertex));
      write_child(children[i], depth, last);
    }
  }

  void write_child(const Child& child, std::size_t depth, bool last) {
    std::string carried = cat("  ← ", carried_text(child.edges));
    bool leaf = children_[child.vertex].empty();
    bool later = !shown_[child.vertex] && !leaf && depth >= k_deepest;
    if (shown_[child.vertex] || later) {
      out_ += cat(carried, later ? "  (continued below)\n" : "  (see above)\n");
      if (later) roots_.push_back(child.vertex);
      return;
    }
    out_ += cat(details_of(child.vertex), carried, "\n");
    std::size_t length = indent_.size();
    indent_ += last ? "   " : "│  ";
    write_children(child.vertex, depth + 1);
    indent_.resize(length);
  }

  const DefinitionGraph* graph_;
  std::vector<std::vector<Child>> children_;
  std::vector<bool> shown_;
  std::vector<std::size_t> roots_;
  std::string out_;
  std::string indent_;
};

}  // namespace

std::string render_tree(const DefinitionGraph& graph) { return TreeWriter(graph).write(); }

}  // namespace wf::cli
