#include "core/secrets/pattern_set.hpp"

#include <algorithm>

namespace wf {

PatternSet::PatternSet(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) add(pattern);
  link();
}

PatternSet::State PatternSet::child_of(State state, unsigned char byte) const {
  if (state == k_start) return first_[byte];
  State child = nodes_[state].child;
  while (child != k_start && nodes_[child].byte != byte) child = nodes_[child].sibling;
  return child;
}

void PatternSet::add(std::string_view pattern) {
  State at = k_start;
  for (char c : pattern) {
    const auto byte = static_cast<unsigned char>(c);
    State next = child_of(at, byte);
    if (next == k_start) {
      next = static_cast<State>(nodes_.size());
      nodes_.push_back({k_start, k_start, nodes_[at].child, nodes_[at].depth + 1, 0, byte});
      nodes_[at].child = next;
      if (at == k_start) first_[byte] = next;
    }
    at = next;
  }
  nodes_[at].match = nodes_[at].depth;
}

// Level by level: what a node falls back to is nearer to the start than it is.
void PatternSet::link() {
  std::vector<State> level;
  for (State child = nodes_[k_start].child; child != k_start; child = nodes_[child].sibling)
    level.push_back(child);
  while (!level.empty()) {
    std::vector<State> below;
    for (State state : level) {
      for (State child = nodes_[state].child; child != k_start; child = nodes_[child].sibling) {
        Node& node = nodes_[child];
        node.fallback = next(nodes_[state].fallback, node.byte);
        node.match = std::max(node.match, nodes_[node.fallback].match);
        below.push_back(child);
      }
    }
    level = std::move(below);
  }
}

PatternSet::State PatternSet::next(State state, unsigned char byte) const {
  for (;;) {
    const State child = child_of(state, byte);
    if (child != k_start || state == k_start) return child;
    state = nodes_[state].fallback;
  }
}

}  // namespace wf
