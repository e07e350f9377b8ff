// What a layout is worked out on: items in layers, joined only from one layer to the next.
#pragma once
#include <cstdint>
#include <vector>

#include "core/drawing/ranks.hpp"

namespace wf {

using ItemId = std::uint32_t;

// Passages are where lines run through a layer.
enum class ItemKind : std::uint8_t { box, label, passage };

struct Item {
  ItemKind kind = ItemKind::box;
  std::size_t subject = 0;  // the box or the label
  std::size_t layer = 0;
  double length = 0;                // along the flow
  double breadth = 0;               // across it
  double at = 0;                    // its middle across the flow
  std::vector<ItemId> before = {};  // in the layer before
  std::vector<ItemId> after = {};
};

struct Joint {
  ItemId from = 0;
  ItemId to = 0;
  std::size_t style = 0;
};

struct Layered {
  std::vector<Item> items;  // boxes first, by their index
  std::vector<std::vector<ItemId>> layers;
  std::vector<Joint> joints;
  std::vector<std::size_t> loose;  // links that are not routed
};

Layered make_layered(const Network& network, const Ranks& ranks, Flow flow);

// Orders each layer so that few lines cross.
void reduce_crossings(Layered& layered);

// Sets `at` of all items: those of a layer in their order and apart from each other, near to what they are
// joined to, lines straight where that is possible.
void align_items(Layered& layered, Flow flow);

}  // namespace wf
