// What a machine has for attempts, and what of it those that run have taken.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

// "needs 2 cpu, 1.5 GiB memory; this machine has 1 cpu, 1 GiB memory for attempts"; of what is not 0.
std::string beyond_machine_text(const ResourceAmounts& requests, const ResourceAmounts& total);

// What a task is told of what it has: names and values for its environment.
std::vector<std::pair<std::string, std::string>> room_variables(const ResourceAmounts& requests,
                                                                const std::vector<std::string>& gpus);

class Capacity;
// What the machine has, except where the run says another amount.
Capacity capacity_of(MachineResources machine, const GivenAmounts& said);

class Capacity {
 public:
  // `total` is in the order of Resource; the graphics processors are called as `gpus` has it.
  Capacity(const ResourceAmounts& total, std::vector<std::string> gpus);

  const ResourceAmounts& total() const { return total_; }
  // Whether it could be had if nothing else ran, and whether it can be had now.
  bool can_ever_have(const ResourceAmounts& requests) const;
  bool has(const ResourceAmounts& requests) const;
  // Whether the other asks for something of which there is too little for the first now.
  bool competes(const ResourceAmounts& first, const ResourceAmounts& other) const;
  // Takes what it has; the graphics processors that are meant. give_back() needs both again.
  std::vector<std::string> take(const ResourceAmounts& requests);
  void give_back(const ResourceAmounts& requests, const std::vector<std::string>& gpus);

 private:
  ResourceAmounts total_;
  ResourceAmounts free_;
  std::vector<std::string> free_gpus_;
};

}  // namespace wf
