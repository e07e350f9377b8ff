// Boxes and arrows, whatever they stand for, and the forms they can be drawn in. Arrows lead from what comes
// first to what comes of it. All text is made safe here.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wf {

enum class Tone { plain, green, blue, red, amber, violet, faded };

// How a kind of box looks.
struct Look {
  std::string_view dot;  // a shape of graphviz
  std::string_view mermaid_open;
  std::string_view mermaid_close;
  Tone tone = Tone::plain;
  int corner = 4;  // the radius of its corners in SVG
};

enum class Line { solid, dashed, dotted };
enum class Copies { one, many };  // many: drawn as a stack
enum class Emphasis { none, strong };  // strong: stands out; in SVG only

struct Box {
  Look look;
  std::vector<std::string> lines;  // the first is its name
  Copies copies = Copies::one;
  std::string tip = {};  // shown where a pointer rests on it; in SVG only
  Emphasis emphasis = Emphasis::none;
};

struct Arrow {
  std::size_t from = 0;
  std::size_t to = 0;
  std::string label = {};
  Line line = Line::solid;
  Emphasis emphasis = Emphasis::none;
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
  std::string title = {};
};

// The boxes in no frame.
std::vector<std::size_t> boxes_outside(const Diagram& diagram);

// For graphviz.
std::string render_dot(const Diagram& diagram);
// A mermaid flowchart.
std::string render_mermaid(const Diagram& diagram);
// A picture that stands by itself, for light and dark pages; frames are left out.
std::string render_svg(const Diagram& diagram);

}  // namespace wf
