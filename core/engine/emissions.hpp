// Definitions that dynamic tasks emit, as plans to be run.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/engine/collect.hpp"
#include "core/engine/plan.hpp"
#include "core/engine/records.hpp"
#include "core/engine/run_record.hpp"
#include "core/store/blob_store.hpp"

namespace wf {

// Workflows run each other at most so deep, and so many nodes are emitted in one run: what emits itself has an
// end. Throws Error(k_bad_definition) for what is to be run in a frame with this prefix.
void require_shallow(const std::string& prefix);
inline constexpr std::size_t k_most_emitted_nodes = 100'000;

class Emissions {
 public:
  Emissions(Plans& plans, BlobStore& blobs) : plans_(plans), blobs_(blobs) {}

  // The plan of what an execution of `task` with these outputs emitted; each definition is read once. Throws
  // Error(k_bad_definition) with all that is wrong in it.
  const Plan& plan_of(const PlanTask& task, const std::vector<OutputValue>& outputs);
  // The same of one that need not be in the store yet: `text` reads it.
  using Text = std::function<std::string()>;
  const Plan& plan_of(const PlanTask& task, const std::vector<OutputValue>& outputs, const Text& text);
  // What a dynamic task emitted in this attempt, and what cannot be run, is no result.
  void refuse_bad(const PlanTask& task, const std::string& attempt_folder,
                  std::variant<CollectedOutputs, InvalidOutput>& outputs);

 private:
  std::string text_of(const Task& task, const Digest& definition);

  Plans& plans_;
  BlobStore& blobs_;
  std::map<std::pair<const PlanTask*, Digest>, const Plan*> known_;  // by task and definition
};

// What a workflow takes of the inputs of the dynamic task that emitted it, and its own defaults. `values`
// stand beside the task's inputs. Throws Error(k_value_not_allowed).
std::vector<RunInput> emitted_inputs(const Workflow& emitted, const Task& task,
                                     const std::vector<const Json*>& values);
// What its task promises of what it gave, in the order of the task, as far as it is given. Throws as above.
std::vector<OutputValue> promised_outputs(const Task& task, const std::vector<OutputValue>& given);

}  // namespace wf
