// What REF means in `wf lineage show REF`: bytes, a result, a node execution, a run or a version.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "core/lineage/explorer.hpp"
#include "core/lineage/graph.hpp"
#include "core/store/store.hpp"

namespace wf {

struct RunSubject {
  RunKey run;
};
struct NodeSubject {
  RunKey run;
  NodePath node;
};
// A result; node 'inputs' or 'outputs' for the run's own.
struct DataSubject {
  RunKey run;
  NodePath node;
  std::string output;
};
using Subject = std::variant<ContentVertex, RunSubject, NodeSubject, DataSubject, VersionVertex>;

struct LineageQuery {
  std::string project;
  std::string domain;
  std::string reference;  // a path, sha256:…, wf:…, RUN, RUN/NODE, name@version; file: and run: force one
  ExploreLimits limits;
};

// The one thing that the reference means. Throws Error(k_ambiguous_subject) listing the readings,
// Error(k_unknown_subject) when there is none, Error(k_unknown_content) for bytes that no run and no version
// knows, Error(k_empty_content) for empty ones.
Subject find_subject(Store& store, const LineageQuery& query);

// What the query's limits reach from its subject, which find_subject found for it.
Graph explore(History& history, const Subject& subject, const LineageQuery& query);
Graph explore(Store& store, const LineageQuery& query);

}  // namespace wf
