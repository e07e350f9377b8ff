// A diagram as a mermaid flowchart.
#include "core/base/text.hpp"
#include "core/drawing/diagram.hpp"

namespace wf {

namespace {

// What mermaid draws unless a page is configured otherwise.
constexpr std::size_t k_most_edges = 500;
constexpr std::size_t k_most_text = 50'000;

// Whatever could mean something to mermaid or to the HTML it makes becomes `#code;`, its own escape.
std::string escaped(std::string_view text) {
  constexpr std::string_view k_plain = " .,:_-/@+=…";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    constexpr unsigned char k_first_beyond_ascii = 0x80;
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    bool plain = byte >= k_first_beyond_ascii || letter || k_plain.find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : cat("#", static_cast<int>(byte), ";");
  }
  return out;
}

std::string box_text(const Diagram& diagram, std::size_t id) {
  const Box& box = diagram.boxes[id];
  std::vector<std::string> lines = box.lines;
  for (std::string& line : lines) line = escaped(line);
  return cat("n", id, box.look.mermaid_open, "\"", join(lines, "<br/>"), "\"", box.look.mermaid_close, "\n");
}

std::string arrow_text(const Arrow& arrow) {
  return cat("  n", arrow.from, " ", arrow.line == Line::solid ? "-->" : "-.->",
             arrow.label.empty() ? "" : cat("|\"", escaped(arrow.label), "\"|"), " n", arrow.to, "\n");
}

}  // namespace

std::string render_mermaid(const Diagram& diagram) {
  std::string out = "flowchart LR\n";
  for (std::size_t i = 0; i < diagram.frames.size(); ++i) {
    out += cat("  subgraph r", i, "[\"", escaped(diagram.frames[i].title), "\"]\n");
    for (std::size_t id : diagram.frames[i].members) out += cat("    ", box_text(diagram, id));
    out += "  end\n";
  }
  for (std::size_t id : boxes_outside(diagram)) out += cat("  ", box_text(diagram, id));
  for (const Arrow& arrow : diagram.arrows) out += arrow_text(arrow);
  if (!diagram.note.empty()) out += cat("  note[\"", escaped(diagram.note), "\"]\n");
  if (diagram.arrows.size() > k_most_edges || out.size() > k_most_text) {
    out += cat("%% mermaid draws ", k_most_edges, " edges and ", k_most_text,
               " characters unless maxEdges and maxTextSize say more\n");
  }
  return out;
}

}  // namespace wf
