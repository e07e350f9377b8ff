// Which items of the lists that a node goes through each with each its elements take.
#pragma once
#include <cstdint>

#include "core/lineage/place.hpp"

namespace wf {

// Of one of the lists: element e takes the item e / step % length.
struct Stride {
  std::int64_t step = 1;
  std::int64_t length = 1;
  std::int64_t elements = 1;  // of the node

  Elements items_of(const Elements& of_node) const;
  Elements elements_with(const Elements& items) const;
};

}  // namespace wf
