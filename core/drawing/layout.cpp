#include "core/drawing/layout.hpp"

#include <algorithm>
#include <cmath>

#include "core/drawing/layered.hpp"

namespace wf {

namespace {

constexpr double k_least_gap = 28;  // between layers
constexpr double k_most_gap = 90;
constexpr double k_gap_for_rise = 0.2;  // steep lines need room
constexpr double k_wanted_shape = 1.6;  // width to height

double length_of(const Extent& extent, Flow flow) {
  return flow == Flow::right ? extent.width : extent.height;
}

// The width over the height that a flow would roughly give.
double shape_of(const Network& network, const Ranks& ranks, Flow flow) {
  Flow across = flow == Flow::right ? Flow::down : Flow::right;
  std::vector<double> lengths(ranks.count);
  std::vector<double> breadths(ranks.count);
  for (std::size_t box = 0; box < network.boxes.size(); ++box) {
    std::size_t rank = ranks.of[box];
    lengths[rank] = std::max(lengths[rank], length_of(network.boxes[box], flow) + 2 * k_least_gap);
    breadths[rank] += length_of(network.boxes[box], across) + k_least_gap;
  }
  double length = 0;
  for (double one : lengths) length += one;
  double breadth = *std::max_element(breadths.begin(), breadths.end());
  return flow == Flow::right ? length / breadth : breadth / length;
}

// To the right is how graphs of data are read; but a page that is too long for that is better scrolled down.
Flow best_flow(const Network& network, const Ranks& ranks) {
  constexpr double k_wide = 4;
  constexpr double k_bias = 0.4;
  constexpr double k_for_height = 0.5;
  double right = shape_of(network, ranks, Flow::right);
  if (right >= k_wide) return Flow::down;
  double down = shape_of(network, ranks, Flow::down);
  // Pages scroll down more easily than sideways.
  auto strangeness = [](double shape) {
    double excess = std::log(shape / k_wanted_shape);
    return excess > 0 ? excess : -excess * k_for_height;
  };
  return strangeness(right) <= strangeness(down) + k_bias ? Flow::right : Flow::down;
}

class Drafter {
 public:
  Drafter(const Network& network, const Layered& layered, Flow flow)
      : network_(&network), layered_(&layered), flow_(flow) {
    out_.flow = flow;
  }

  Layout draft() {
    move_to_origin();
    place_layers();
    for (std::size_t box = 0; box < network_->boxes.size(); ++box)
      out_.boxes.push_back(centre(layered_->items[box]));
    for (const Item& item : layered_->items) {
      if (item.kind == ItemKind::label) out_.labels.push_back({item.subject, centre(item)});
    }
    for (std::size_t link : layered_->loose) out_.strokes.push_back(loose(network_->links[link]));
    for (const Joint& joint : layered_->joints) out_.strokes.push_back(stroke(joint));
    return std::move(out_);
  }

 private:
  struct Band {
    double begin = 0;
    double end = 0;
    double middle() const { return (begin + end) / 2; }
  };

  const Item& item(ItemId id) const { return layered_->items[id]; }
  Point point(double along, double across) const {
    return flow_ == Flow::right ? Point{along, across - origin_} : Point{across - origin_, along};
  }
  Point centre(const Item& one) const { return point(bands_[one.layer].middle(), one.at); }

  void move_to_origin() {
    double high = 0;
    for (std::size_t i = 0; i < layered_->items.size(); ++i) {
      const Item& one = layered_->items[i];
      origin_ = i == 0 ? one.at - one.breadth / 2 : std::min(origin_, one.at - one.breadth / 2);
      high = i == 0 ? one.at + one.breadth / 2 : std::max(high, one.at + one.breadth / 2);
    }
    breadth_ = high - origin_;
  }

  void place_layers() {
    std::vector<double> rises(layered_->layers.size());
    for (const Joint& joint : layered_->joints) {
      double& rise = rises[item(joint.to).layer];
      rise = std::max(rise, std::abs(item(joint.to).at - item(joint.from).at));
    }
    double along = 0;
    for (std::size_t layer = 0; layer < layered_->layers.size(); ++layer) {
      if (layer > 0) along += std::clamp(rises[layer] * k_gap_for_rise, k_least_gap, k_most_gap);
      double length = 0;
      for (ItemId id : layered_->layers[layer]) length = std::max(length, item(id).length);
      bands_.push_back({along, along + length});
      along += length;
    }
    out_.size = flow_ == Flow::right ? Extent{along, breadth_} : Extent{breadth_, along};
  }

  // A line passes through the whole of its layer, and touches boxes and labels from outside.
  double first_of(const Item& one) const {
    const Band& band = bands_[one.layer];
    return one.kind == ItemKind::passage ? band.begin : band.middle() - one.length / 2;
  }
  double last_of(const Item& one) const {
    return one.kind == ItemKind::passage ? first_of(one) : first_of(one) + one.length;
  }

  Stroke stroke(const Joint& joint) const {
    const Item& from = item(joint.from);
    const Item& to = item(joint.to);
    return {joint.style,
            point(last_of(from), from.at),
            point(bands_[from.layer].end, from.at),
            point(bands_[to.layer].begin, to.at),
            point(first_of(to), to.at),
            to.kind == ItemKind::box};
  }

  Stroke loose(const Link& link) const {
    const Item& from = layered_->items[link.from];
    const Item& to = layered_->items[link.to];
    Point begin = point(last_of(from), from.at);
    Point end = point(first_of(to), to.at);
    return {link.style, begin, begin, end, end, true, true};
  }

  const Network* network_;
  const Layered* layered_;
  Flow flow_;
  double origin_ = 0;
  double breadth_ = 0;
  std::vector<Band> bands_;  // of each layer, along the flow
  Layout out_;
};

}  // namespace

Layout lay_out(const Network& network) {
  if (network.boxes.empty()) return {};
  Ranks ranks = rank_boxes(network);
  Flow flow = best_flow(network, ranks);
  Layered layered = make_layered(network, ranks, flow);
  reduce_crossings(layered);
  align_items(layered, flow);
  return Drafter(network, layered, flow).draft();
}

}  // namespace wf
