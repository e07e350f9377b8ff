// What `wf run --dry-run` prints.
#pragma once
#include <string>

#include "cli/context.hpp"
#include "core/engine/prediction.hpp"

namespace wf::cli {

struct PredictedRun {
  std::string workflow;
  Digest version;
  std::string plan;  // "nightly@3f2a9c12d001"; empty for none
  Prediction prediction;
};

// A table with a line of counts, or JSON. Elements of a node that fare alike share a line.
void print_prediction(const Context& context, Store& store, const PredictedRun& run);

}  // namespace wf::cli
