#include "core/definition/run_size.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/definition/constants.hpp"

namespace wf {

namespace {

std::int64_t times(std::int64_t a, std::int64_t b, std::int64_t most) {
  return b > 0 && a > most / b ? most + 1 : a * b;
}

enum class Skips { counted, left_out };

// The nodes that a run may skip: by what they say themselves, or along with one before them.
std::unordered_set<std::string_view> may_be_skipped(const Workflow& workflow) {
  std::unordered_map<std::string_view, std::vector<const Node*>> behind;
  std::vector<const Node*> open;
  for (const Node& node : workflow.nodes) {
    if (node.when || node.run_if == RunIf::any_failed || node.hook == Hook::on_failure) open.push_back(&node);
    if (node.run_if != RunIf::all_success) continue;
    each_predecessor(node, [&](const std::string& name) {
      if (const Node* before = workflow.find_node(name)) behind[before->name].push_back(&node);
    });
  }
  std::unordered_set<std::string_view> found;
  while (!open.empty()) {
    const Node* node = open.back();
    open.pop_back();
    if (!found.insert(node->name).second) continue;
    const std::vector<const Node*>& next = behind[node->name];
    open.insert(open.end(), next.begin(), next.end());
  }
  return found;
}

// Workflows that run others twice are as many as doublings: each is counted once.
class Counter {
 public:
  explicit Counter(Skips skips) : skips_(skips) {}

  // The node with which there are too many; nullptr: there are not.
  const Node* first_beyond(const Workflow& workflow) {
    const std::unordered_set<std::string_view> skipped = skipped_in(workflow);
    std::int64_t sum = 0;
    for (const Node& node : workflow.nodes) {
      if (skipped.contains(node.name)) continue;
      if ((sum += count(node)) > k_most_executions) return &node;
    }
    return nullptr;
  }

 private:
  std::unordered_set<std::string_view> skipped_in(const Workflow& workflow) const {
    return skips_ == Skips::left_out ? may_be_skipped(workflow) : std::unordered_set<std::string_view>();
  }

  // At least so many.
  std::int64_t count(const Node& node) {
    bool whole = node.used && node.used->task.empty() && node.used->workflow;
    std::int64_t each = whole ? 1 + count(*node.used->workflow) : 1;
    return times(each, node.map.empty() ? 1 : elements_of(node).value_or(0), k_most_executions);
  }

  std::int64_t count(const Workflow& workflow) {
    auto known = counts_.find(&workflow);
    if (known != counts_.end()) return known->second;
    const std::unordered_set<std::string_view> skipped = skipped_in(workflow);
    std::int64_t sum = 0;
    for (const Node& node : workflow.nodes) {
      if (!skipped.contains(node.name)) sum = std::min(sum + count(node), k_most_executions + 1);
    }
    return counts_[&workflow] = sum;
  }

  Skips skips_;
  std::unordered_map<const Workflow*, std::int64_t> counts_;
};

}  // namespace

std::optional<std::int64_t> elements_of(const Node& node) {
  bool product = node.each.combine == Each::Combine::product;
  std::int64_t elements = 1;
  for (const auto& [input, binding] : node.map) {
    std::optional<std::int64_t> length = length_of(binding);
    if (!length) return std::nullopt;
    elements = product ? times(elements, *length, k_most_elements) : *length;
  }
  return std::min(elements, k_most_elements + 1);
}

// What is skipped is looked for only where it matters.
const Node* node_beyond_bound(const Workflow& workflow) {
  if (Counter(Skips::counted).first_beyond(workflow) == nullptr) return nullptr;
  return Counter(Skips::left_out).first_beyond(workflow);
}

}  // namespace wf
