// Boxes and arrows, whatever they stand for, and the forms they can be drawn in. Arrows lead from what comes
// first to what comes of it. All text is made safe here.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wf {

// How a kind of box looks.
struct Look {
  std::string_view dot;  // a shape of graphviz
  std::string_view mermaid_open;
  std::string_view mermaid_close;
};

enum class Line { solid, dashed, dotted };
enum class Copies { one, many };  // many: drawn as a stack

struct Box {
  Look look;
  std::vector<std::string> lines;  // the first is its name
  Copies copies = Copies::one;
};

struct Arrow {
  std::size_t from = 0;
  std::size_t to = 0;
  std::string label = {};
  Line line = Line::solid;
};

struct Frame {
  std::string title;
  std::vector<std::size_t> members;
};

struct Diagram {
  std::string name;  // an identifier: "lineage"
  std::vector<Box> boxes;
  std::vector<Arrow> arrows;
  std::vector<Frame> frames = {};  // a box is in one of them or in none
  std::string note = {};           // what the reader must know, such as what is left out
};

// The boxes in no frame.
std::vector<std::size_t> boxes_outside(const Diagram& diagram);

// For graphviz.
std::string render_dot(const Diagram& diagram);
// A mermaid flowchart.
std::string render_mermaid(const Diagram& diagram);

}  // namespace wf
