// Elements of a mapped node that are told together, the first one standing for all.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/text.hpp"
#include "core/lineage/graph.hpp"

namespace wf::cli {

template <typename Execution>
struct ElementGroup {
  const Execution* first = nullptr;
  std::vector<std::int64_t> elements;

  std::string name() const { return cat(first->path.node, Elements(elements).text()); }
};

// In the order of their first ones. `sameness` gives a text that is equal for what is told in the same words;
// of different nodes it differs.
template <typename Execution, typename Sameness>
std::vector<ElementGroup<Execution>> group_elements(const std::vector<Execution>& executions,
                                                    const Sameness& sameness) {
  std::vector<ElementGroup<Execution>> groups;
  std::map<std::string, std::size_t> places;
  for (const Execution& one : executions) {
    auto [place, is_new] = places.try_emplace(sameness(one), groups.size());
    if (is_new) groups.push_back({&one, {}});
    groups[place->second].elements.push_back(one.path.element);
  }
  return groups;
}

}  // namespace wf::cli
