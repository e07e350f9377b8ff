#include "core/engine/start_check.hpp"

#include "core/base/text.hpp"
#include "core/definition/dataset.hpp"
#include "core/engine/attempt_policy.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/pools.hpp"
#include "core/engine/staging.hpp"
#include "core/registry/stored_content.hpp"

namespace wf {

std::optional<Error> wrong_table(const Task& task, const std::vector<const Json*>& values, const TableFault& fault_of) {
  for (std::size_t i = 0; i < task.inputs.size(); ++i) {
    for (const DatasetValue& one : datasets_of(task.inputs[i].type, *values[i])) {
      if (auto fault = fault_of(one.type, one.digest))
        return Error(codes::k_value_not_allowed,
                     cat("the input '", task.inputs[i].name, "'", one.path, " is not allowed: ", fault->message),
                     fault->hint);
    }
  }
  return std::nullopt;
}

std::optional<Error> StartCheck::problem(const PlanNode& node, const std::vector<const Json*>& values) {
  const Task& task = *node.task->task;
  if (auto lack = lack_of_room(node)) return lack;
  auto table = wrong_table(task, values, [this](const Type& type, const Digest& digest) { return table_fault(type, digest); });
  if (table) return table;
  try {
    check_staging(task, values);
  } catch (const Error& error) {
    if (error.code().exit != Exit::run_failed) throw;
    return error;
  }
  return ground_.hindrance ? ground_.hindrance(task) : std::nullopt;
}

std::optional<Error> StartCheck::lack_of_room(const PlanNode& node) const {
  const Task& task = *node.task->task;
  if (!node.node->attempts && !task.attempts) return std::nullopt;
  if (ground_.capacity) {
    const ResourceAmounts requests = needs_of(*node.node, task, 0, ground_.capacity->total()).requests;
    if (requests != ResourceAmounts{} && !ground_.capacity->can_ever_have(requests))
      return Error(codes::k_beyond_machine, ground_.capacity->refusal(requests));
  }
  auto pools = said(*node.node, task, [](const AttemptPolicy& one) { return one.pools; });
  std::string missing = pools ? missing_tokens(store_.database(), *pools) : std::string();
  return missing.empty() ? std::nullopt : std::optional(Error(codes::k_beyond_pool, missing));
}

std::optional<ValueError> StartCheck::table_fault(const Type& type, const Digest& digest) {
  auto [known, is_new] = tables_.try_emplace({type.text(), digest});
  if (!is_new) return known->second;
  auto file = ground_.files.find(digest);
  if (file != ground_.files.end())
    known->second = check_dataset_file(type, file->second, Columns::some);
  else if (store_.blobs().size_of(digest) && !store_.blobs().freed_us(digest))
    known->second = check_stored_dataset(store_.blobs(), type, digest, Columns::some);
  return known->second;
}

}  // namespace wf
