// What a run would do, found out without running or writing anything.
//
// It walks frames as the driver does. An execution whose inputs are all known is asked of the cache: a result
// makes its outputs known, and so what follows them. What would run makes nothing known, as its output may be
// the same as before; whatever needs it is unknown until it has run.
//
// What is predicted is what happens as long as no task fails and nobody else writes to the store.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/cache_reader.hpp"
#include "core/engine/plan.hpp"
#include "core/engine/records.hpp"
#include "core/engine/run_record.hpp"
#include "core/engine/start_check.hpp"

namespace wf {

enum class Fate : std::uint8_t {
  run,
  reuse,
  skip,
  fail,     // before anything of it runs: its inputs do not fit, or what it needs cannot be had
  never,    // it needs a node that fails so
  nothing,  // a node mapped over an empty list
  wait,     // a gate: for somebody, or for a time
  unknown
};
std::string_view fate_name(Fate fate);

// Why it is unknown what becomes of an execution, or of a whole node and all that is in it.
enum class Doubt : std::uint8_t {
  input,        // it needs what another gives
  length,       // it is not known how many elements there are
  condition,    // it may be skipped
  choice,       // it is not known which of its cases it runs
  same_result,  // it would run, unless another makes the same result first
  enough,       // enough elements may have succeeded before its turn comes
  failure       // it may not have begun when a node fails that is sure to fail
};
std::string_view doubt_name(Doubt doubt);

struct PredictedExecution {
  NodePath path;  // without an element for a mapped node of which no more is known
  const Plan* plan = nullptr;
  // What it runs; of a node with cases the chosen one, if that is known; nullptr: the run's own outputs.
  const PlanNode* node = nullptr;
  Fate fate = Fate::unknown;
  std::optional<CacheOffer> offer;  // of what was asked of the cache: its key, and how it was missed
  std::optional<Uuid> artifact;     // of a reuse: the result and the run that made it …
  std::optional<Uuid> producer;
  std::string from;                // … or the execution of this run that will have made it
  Doubt doubt = Doubt::input;      // of what is unknown
  std::vector<std::string> until;  // … until these nodes or executions have ended
  Json cause;  // of what is skipped or fails, and what an execution would fail with that another may precede
};

struct Prediction {
  std::unique_ptr<Plans> plans;                // that the executions belong to
  std::vector<PredictedExecution> executions;  // nodes in a topological order, elements ascending
};

struct PredictionRequest {
  Scope scope;
  Digest version;
  std::vector<RunInput> inputs;
  CacheUse cache = CacheUse::reuse;
  VerifyDepth verify = VerifyDepth::quick;
  StartGround ground = {};
  Environments environments = {host_platform()};
  FindImages find_images = {};  // of tasks that have been emitted; without it nobody asks
};

// `workflow` must outlive the prediction. The store is only read.
Prediction predict(Store& store, const Workflow& workflow, const PredictionRequest& request);

}  // namespace wf
