// The values of a run as they come to be: its inputs, then the outputs of each node.
#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/engine/plan.hpp"
#include "core/engine/run_record.hpp"

namespace wf {

struct FoundValue {
  Type type;
  const Json* value = nullptr;
};

// The binding of one item of what `list` gives; nullopt where that is not to be told.
std::optional<Binding> item_binding(const Binding& list, std::size_t item);

class RunValues {
 public:
  RunValues(const Plan& plan, const std::vector<RunInput>& inputs);

  // What a reference stands for; the nodes it names have ended. Valid as long as this. Throws
  // Error(k_access_failed) when its path leads nowhere.
  FoundValue lookup(const Reference& reference) const;
  // The value of a binding where `to` is expected; text is put together from scalars.
  Json evaluate(const Binding& binding, const Type& to) const;

  // How many items a binding gives that can be evaluated one by one; nullopt: they cannot.
  std::optional<std::size_t> items_of(const Binding& binding) const;

  // For people, as JSON; nullopt when there is no such value.
  std::optional<std::string> text_of(const Reference& reference) const;
  // For expressions.
  ValueOf value_of() const;

  // Before the first execution of a mapped node: its outputs become lists of that length.
  void make_room(NodeIndex node, std::size_t elements);
  // What `error` stands for: a cause.
  // The first counts.
  void set_error(const Json& cause);
  // Of a node that did not succeed nothing is seen, whatever some of its elements gave.
  void forget(NodeIndex node);
  void set(NodeIndex node, std::int64_t element, const std::vector<OutputValue>& outputs);

 private:
  FoundValue lookup_whole(const Reference& reference) const;
  const Plan& plan_;
  std::unordered_map<std::string, RunInput> inputs_;
  std::unordered_map<std::string_view, NodeIndex> nodes_;
  Json error_;                              // null: nothing has failed
  std::vector<std::vector<Json>> results_;  // by node, then by output in the task's order
};

}  // namespace wf
