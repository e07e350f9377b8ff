#include "core/drawing/layout.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace {

wf::Network network(std::size_t boxes, std::vector<wf::Link> links) {
  return {std::vector<wf::Extent>(boxes, wf::Extent{80, 30}), {}, std::move(links)};
}

std::ptrdiff_t loose_strokes(const wf::Layout& layout) {
  return std::count_if(layout.strokes.begin(), layout.strokes.end(),
                       [](const wf::Stroke& stroke) { return stroke.is_loose; });
}

}  // namespace

TEST_CASE("nothing has a layout") { CHECK(wf::lay_out({}).boxes.empty()); }

TEST_CASE("a cycle is cut at one link, and a loop at itself") {
  wf::Layout layout = wf::lay_out(network(3, {{0, 1}, {1, 2}, {2, 0}, {1, 1}}));
  CHECK(layout.boxes.size() == 3);
  CHECK(loose_strokes(layout) == 2);
  std::set<double> layers;
  for (const wf::Point& box : layout.boxes) layers.insert(box.y);
  CHECK(layers.size() == 3);
}

TEST_CASE("links that need not cross do not") {
  // Each of three origins leads to one of three ends, given the other way round.
  wf::Layout layout = wf::lay_out(network(6, {{0, 5}, {1, 4}, {2, 3}}));
  CHECK(layout.boxes[0].y == layout.boxes[5].y);
  CHECK(layout.boxes[1].y == layout.boxes[4].y);
  CHECK(layout.boxes[2].y == layout.boxes[3].y);
}

TEST_CASE("a long link passes its layers beside the boxes") {
  wf::Layout layout = wf::lay_out(network(5, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {0, 4}}));
  for (const wf::Stroke& stroke : layout.strokes) {
    for (const wf::Point& box : layout.boxes) {
      bool passes = stroke.begin.y < box.y && stroke.leave.y > box.y;
      bool through = passes && std::abs(stroke.begin.x - box.x) < 40;  // half of a box
      CHECK_FALSE(through);
    }
  }
}
