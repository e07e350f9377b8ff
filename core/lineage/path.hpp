// How one thing came from another: the shortest chain between two subjects.
#pragma once
#include <string>
#include <vector>

#include "core/lineage/subject.hpp"

namespace wf {

struct LineagePath {
  Graph graph;                  // the chain, and the runs and versions it goes through
  std::vector<VertexId> chain;  // from the younger end to the older one
  std::string younger;          // the reference of each end, as it was given
  std::string older;
};

// Looks upstream from `one` for `other`, then from `other` for `one`; limits are those of each search. Throws
// Error(k_no_path) when neither came from the other, and as find_subject does.
LineagePath find_path(Store& store, const LineageQuery& one, const LineageQuery& other);

}  // namespace wf
