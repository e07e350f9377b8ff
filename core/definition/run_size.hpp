// How much a run may be, so that nobody has to wait, or to fill the memory, to find out that it was meant
// otherwise.
#pragma once
#include <cstdint>
#include <optional>

#include "core/definition/model.hpp"

namespace wf {

// Elements that a node is mapped over, and executions of a run: of all its nodes, and of those of the
// workflows that they run.
inline constexpr std::int64_t k_most_elements = 1'000'000;
inline constexpr std::int64_t k_most_executions = 2'000'000;

// How many elements the lists written out under `map` make, as they are combined; nullopt: that is known in a
// run. More than k_most_elements are told as one more.
std::optional<std::int64_t> elements_of(const Node& node);

// The node with which a run of the workflow is sure to have more than k_most_executions; nullptr: it is not.
const Node* node_beyond_bound(const Workflow& workflow);

}  // namespace wf
