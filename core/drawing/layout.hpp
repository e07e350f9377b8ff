// Where boxes and the links between them go: a drawing in layers (Sugiyama's method) in which links lead one
// way, cross each other and bend as little as is quickly found, and touch no box but their own. The same
// network always gives the same layout.
#pragma once
#include <cstddef>
#include <vector>

namespace wf {

struct Extent {
  double width = 0;
  double height = 0;
};

struct Point {
  double x = 0;
  double y = 0;
};

inline constexpr std::size_t k_no_label = static_cast<std::size_t>(-1);

struct Link {
  std::size_t from = 0;
  std::size_t to = 0;
  std::size_t label = k_no_label;  // of Network::labels
  std::size_t style = 0;           // links of one box and one style share a line as far as they go together
};

struct Network {
  std::vector<Extent> boxes;
  std::vector<Extent> labels;
  std::vector<Link> links;
};

enum class Flow { right, down };

// A piece of a line: straight to `leave`, a bend to `enter`, straight to `end`, each along the flow.
struct Stroke {
  std::size_t style = 0;
  Point begin;
  Point leave;
  Point enter;
  Point end;
  bool has_head = false;  // it ends at a box
  bool is_loose = false;  // it runs straight below everything: one of too many long links, or of a cycle
};

struct PlacedLabel {
  std::size_t label = 0;
  Point centre;
};

struct Layout {
  Flow flow = Flow::right;
  Extent size;               // everything lies between (0, 0) and this
  std::vector<Point> boxes;  // centres
  std::vector<PlacedLabel> labels;
  std::vector<Stroke> strokes;
};

Layout lay_out(const Network& network);

}  // namespace wf
