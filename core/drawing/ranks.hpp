// First step of a layout: which boxes stand before which.
#pragma once
#include <vector>

#include "core/drawing/layout.hpp"

namespace wf {

struct Ranks {
  std::vector<std::size_t> of;       // of each box; a link leads from a lower rank to a higher one …
  std::vector<bool> closes_a_cycle;  // … except these, by their index
  std::size_t count = 0;
};

// Longest paths, then every box as near to its neighbours as its links allow.
Ranks rank_boxes(const Network& network);

}  // namespace wf
