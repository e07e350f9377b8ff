// The inputs of a node as far as they are known before all that it needs has run.
#pragma once
#include <vector>

#include "core/engine/frame.hpp"
#include "core/engine/unknowns.hpp"

namespace wf {

class PartialInputs {
 public:
  // Puts them together in the node's state, as Frame::bind() and with what it throws; what is not known is
  // null there. All must outlive this.
  PartialInputs(Frame& frame, NodeIndex node, const Unknowns& unknowns);

  // What the number of elements hangs on.
  Hangs length() const;
  // What an execution hangs on; the node has been counted.
  Hangs missing(std::int64_t element) const;
  // The values of an execution, nullptr for those that are not known.
  std::vector<const Json*> known(std::int64_t element) const;
  // Those that all executions have.
  std::vector<const Json*> known_by_all() const;
  // What is unknown of one input of an execution.
  Unknown of(std::size_t input, std::int64_t element) const;

 private:
  Json known_items(std::size_t input, const Unknowns& unknowns);
  Json known_item(std::size_t input, std::size_t item, const Binding& binding);

  Frame& frame_;
  NodeIndex node_;
  const std::vector<PlanInput>& inputs_;
  std::vector<Unknown> unknown_;  // beside the ports
};

}  // namespace wf
