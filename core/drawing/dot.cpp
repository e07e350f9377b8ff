// A diagram as graphviz reads it.
#include "core/base/text.hpp"
#include "core/drawing/diagram.hpp"

namespace wf {

namespace {

// Inside a quoted string of dot only the quote and the backslash mean something.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string label_of(const std::vector<std::string>& lines) {
  std::string label;
  for (const std::string& line : lines) {
    std::string text = quoted(line);
    label += cat(label.empty() ? "" : "\\n", std::string_view(text).substr(1, text.size() - 2));
  }
  return cat("\"", label, "\"");
}

std::string_view style_of(Line line) {
  if (line == Line::solid) return "solid";
  return line == Line::dashed ? "dashed" : "dotted";
}

std::string box_text(const Diagram& diagram, std::size_t id) {
  const Box& box = diagram.boxes[id];
  return cat("n", id, " [shape=", box.look.dot, box.copies == Copies::many ? ", peripheries=2" : "",
             ", label=", label_of(box.lines), "];\n");
}

}  // namespace

std::string render_dot(const Diagram& diagram) {
  std::string out = cat("digraph ", diagram.name,
                        " {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", fontsize=11];\n"
                        "  edge [fontname=\"sans-serif\", fontsize=9];\n");
  if (!diagram.note.empty()) out += cat("  label=", quoted(diagram.note), ";\n");
  for (std::size_t i = 0; i < diagram.frames.size(); ++i) {
    out += cat("  subgraph cluster_", i, " {\n    label=", quoted(diagram.frames[i].title), ";\n");
    for (std::size_t id : diagram.frames[i].members) out += cat("    ", box_text(diagram, id));
    out += "  }\n";
  }
  for (std::size_t id : boxes_outside(diagram)) out += cat("  ", box_text(diagram, id));
  for (const Arrow& arrow : diagram.arrows) {
    out += cat("  n", arrow.from, " -> n", arrow.to, " [style=", style_of(arrow.line),
               ", label=", quoted(arrow.label), "];\n");
  }
  return out + "}\n";
}

}  // namespace wf
