// Temporary outputs: which are, and who has to be over before nobody reads them any more.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "core/definition/model.hpp"

namespace wf {

// Of one node.
struct TemporaryOutputs {
  std::vector<std::string> spent;  // sorted; those whose bytes go when all readers are over
  std::vector<std::string> given;  // sorted; those that the workflow gives, or may: they stay
  // Places in the workflow's nodes, sorted: the node itself, those that refer to it or wait for it, and where
  // one of these may give it on as it is (it runs a workflow) those that refer to that. Empty when none are
  // `spent`.
  std::vector<std::size_t> readers;
};

// Beside the workflow's nodes; empty when no task of it, or of what its nodes use, has a temporary output.
std::vector<TemporaryOutputs> temporary_outputs(const Workflow& workflow);

}  // namespace wf
