// What of a frame's values is not known before it has run, and which nodes have to end for it to be known.
#pragma once
#include <memory>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/engine/plan.hpp"

namespace wf {

// The nodes and executions that something hangs on, as paths ("score[3]"); nullptr: on none, it is known.
using Hangs = std::shared_ptr<const std::set<std::string>>;
Hangs hanging_on(std::string path);
// On all of them; of a node with many elements only its own path is kept.
Hangs united(std::span<const Hangs> all);

// A value that may not be known, or a list of which some elements are not.
struct Unknown {
  Hangs whole;
  std::vector<Hangs> elements;  // empty: all of them are known, or none

  bool is_known() const { return !whole && elements.empty(); }
  // What an element of the list hangs on.
  const Hangs& element(std::size_t index) const { return elements.empty() ? whole : elements[index]; }
  Hangs all() const { return elements.empty() ? whole : united(elements); }
};

class Unknowns {
 public:
  // `inputs` are those of the workflow that are not known.
  Unknowns(const Plan& plan, std::unordered_map<std::string, Unknown> inputs);

  void set(NodeIndex node, const std::string& output, Unknown unknown);
  Unknown of(const Reference& reference) const;
  Unknown of(const Binding& binding) const;
  Hangs of(const Expression& expression) const;

 private:
  const Plan& plan_;
  std::unordered_map<std::string, Unknown> inputs_;
  std::unordered_map<std::string_view, NodeIndex> nodes_;
  std::unordered_map<NodeIndex, std::vector<Unknown>> outputs_;  // of nodes of which something is unknown
};

}  // namespace wf
