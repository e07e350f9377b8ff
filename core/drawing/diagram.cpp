#include "core/drawing/diagram.hpp"

namespace wf {

std::vector<std::size_t> boxes_outside(const Diagram& diagram) {
  std::vector<bool> framed(diagram.boxes.size());
  for (const Frame& frame : diagram.frames) {
    for (std::size_t id : frame.members) framed[id] = true;
  }
  std::vector<std::size_t> outside;
  for (std::size_t id = 0; id < framed.size(); ++id) {
    if (!framed[id]) outside.push_back(id);
  }
  return outside;
}

}  // namespace wf
