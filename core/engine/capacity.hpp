// What a machine has for attempts, and what of it those that run have taken.
#pragma once
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.hpp"
#include "core/definition/model.hpp"
#include "core/definition/resources.hpp"
#include "core/engine/executor.hpp"

namespace wf {

// What an attempt has of the machine, and what it may take at most; 0: nothing, and no limit.
struct Needs {
  ResourceAmounts requests{};
  ResourceAmounts limits{};

  bool any() const { return requests != ResourceAmounts{} || limits != ResourceAmounts{}; }
};

// What the node says, else its task; `further` times multiplied by what retry.escalate says, but never beyond
// `total`, unless it begins there. Amounts are rounded up.
Needs needs_of(const Node& node, const Task& task, std::int64_t further, const ResourceAmounts& total);

// As they stand in a record; what is 0 is null.
Json amounts_json(const ResourceAmounts& amounts);
ResourceAmounts amounts_from_json(const Json& json);

// What a task is told of what it has: names and values for its environment.
std::vector<std::pair<std::string, std::string>> room_variables(const ResourceAmounts& requests,
                                                                const std::vector<std::string>& gpus);

// Graphics processors, by their names: a number stands for itself, any other name for a number that is made
// of it.
inline constexpr std::size_t k_most_gpus = 4096;
using GpuSet = std::bitset<k_most_gpus>;

// Whether `other` asks for some of what is too little for `lacking`, where so much is free.
bool competes(const ResourceAmounts& lacking, const ResourceAmounts& other, const ResourceAmounts& free);

class Capacity;
// What the machine has, except where the run says another amount.
Capacity capacity_of(MachineResources machine, const GivenAmounts& said);

class Capacity {
 public:
  // The graphics processors are called as `gpus` has it; there are as many as `total` says.
  Capacity(const ResourceAmounts& total, std::vector<std::string> gpus, const GivenAmounts& said = {});

  const ResourceAmounts& total() const { return total_; }
  // Of what can never be had: "needs 2 cpu, 1.5 GiB memory; this machine has 1 cpu, 1 GiB memory for
  // attempts"; of what is not 0.
  std::string refusal(const ResourceAmounts& requests) const;
  // Whether it could be had if nothing else ran, and whether it can be had now.
  bool can_ever_have(const ResourceAmounts& requests) const;
  bool has(const ResourceAmounts& requests) const;
  const ResourceAmounts& free() const { return free_; }
  // As many graphics processors as are asked for, or as there are: the first that are free here and not
  // elsewhere.
  GpuSet choose_gpus(const ResourceAmounts& requests, const GpuSet& elsewhere) const;
  void take(const ResourceAmounts& requests, const GpuSet& gpus);
  void give_back(const ResourceAmounts& requests, const GpuSet& gpus);
  std::vector<std::string> names_of(const GpuSet& gpus) const;

 private:
  ResourceAmounts total_;
  GivenAmounts said_;  // by the run, and not by the machine
  ResourceAmounts free_;
  std::vector<std::pair<std::string, std::size_t>> gpus_;  // with their places in a GpuSet
  GpuSet taken_gpus_;
};

}  // namespace wf
