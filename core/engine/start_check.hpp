// Whether an attempt could begin: what stands in its way before anything of it has run.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/definition/value.hpp"
#include "core/engine/capacity.hpp"
#include "core/engine/plan.hpp"
#include "core/store/store.hpp"

namespace wf {

// Why a table is not what its type says; nullopt: it is, or that is not to be told.
using TableFault = std::function<std::optional<ValueError>(const Type& type, const Digest& digest)>;
// The first table among the inputs that is not what the task declares: such may come from where nothing is said of
// their format or columns.
std::optional<Error> wrong_table(const Task& task, const std::vector<const Json*>& values, const TableFault& fault_of);

// What a check knows besides the store.
struct StartGround {
  std::optional<Capacity> capacity = {};         // what the machine has for attempts; nullopt: that does not count
  std::map<Digest, std::string> files = {};      // contents that the store may not have, and where they are
  // Why the machine cannot begin a task: it has not what that names; may be empty.
  std::function<std::optional<Error>(const Task&)> hindrance = {};
};

class StartCheck {
 public:
  StartCheck(Store& store, StartGround ground) : store_(store), ground_(std::move(ground)) {}

  // What the first attempt of a task would fail with, the first thing that a driver meets; nullopt: nothing.
  std::optional<Error> problem(const PlanNode& node, const std::vector<const Json*>& values);

 private:
  std::optional<Error> lack_of_room(const PlanNode& node) const;
  std::optional<ValueError> table_fault(const Type& type, const Digest& digest);

  Store& store_;
  StartGround ground_;
  std::map<std::pair<std::string, Digest>, std::optional<ValueError>> tables_;  // by type: that were looked into
};

}  // namespace wf
