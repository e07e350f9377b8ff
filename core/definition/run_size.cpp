#include "core/definition/run_size.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/definition/constants.hpp"

namespace wf {

namespace {

std::int64_t times(std::int64_t a, std::int64_t b, std::int64_t most) {
  return b > 0 && a > most / b ? most + 1 : a * b;
}

// Workflows that run others twice are as many as doublings: each is counted once.
class Counter {
 public:
  // At least so many: what may be skipped counts for nothing.
  std::int64_t count(const Node& node) {
    bool may_be_skipped = node.when || node.run_if == RunIf::any_failed || node.hook == Hook::on_failure;
    if (may_be_skipped) return 0;
    bool whole = node.used && node.used->task.empty() && node.used->workflow;
    std::int64_t each = whole ? 1 + count(*node.used->workflow) : 1;
    return times(each, node.map.empty() ? 1 : elements_of(node).value_or(0), k_most_executions);
  }

 private:
  std::int64_t count(const Workflow& workflow) {
    auto known = counts_.find(&workflow);
    if (known != counts_.end()) return known->second;
    std::int64_t sum = 0;
    for (const Node& node : workflow.nodes) sum = std::min(sum + count(node), k_most_executions + 1);
    return counts_[&workflow] = sum;
  }

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

const Node* node_beyond_bound(const Workflow& workflow) {
  Counter counter;
  std::int64_t sum = 0;
  for (const Node& node : workflow.nodes)
    if ((sum += counter.count(node)) > k_most_executions) return &node;
  return nullptr;
}

}  // namespace wf
