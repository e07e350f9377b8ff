// How one thing came from another: the shortest chain between two subjects, or every way.
#pragma once
#include <string>
#include <vector>

#include "core/lineage/subject.hpp"

namespace wf {

// up: `one` came from `other`; down: the other way round; either: whichever holds.
enum class PathWay { up, down, either };
enum class PathExtent { shortest, all };

struct LineagePath {
  Graph graph;                  // the chain or all ways, and the runs and versions they go through
  std::vector<VertexId> chain;  // from the younger end to the older one
  std::string younger;          // the reference of each end, as it was given
  std::string older;
};

// Looks upstream from `one` for `other`, then from `other` for `one`; limits are those of each search. Throws
// Error(k_no_path) when there is no such way, and as find_subject does.
LineagePath find_path(Store& store, const LineageQuery& one, const LineageQuery& other, PathWay way,
                      PathExtent extent);

}  // namespace wf
