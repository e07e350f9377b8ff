// The SQL of what a node execution made: its artifact, with data, partitions, and what it can be found by.
#pragma once
#include <string>
#include <unordered_set>

#include "core/engine/records.hpp"
#include "core/store/store.hpp"

namespace wf {

class ArtifactWriter {
 public:
  // `store` belongs to the thread that writes. `workflow` and `version` are the run's.
  ArtifactWriter(Store& store, RunKey run, std::string workflow, Digest version);

  // Inside the caller's write transaction.
  void add(const AttemptSucceeded& change);

 private:
  void add_dataset(const std::string& task);
  void add_output(const Uuid& artifact, const OutputValue& output);
  void add_partition(const AttemptSucceeded& change, const PartitionValue& partition);
  void add_facets(const AttemptSucceeded& change);
  void add_facet(const std::string& task, std::string_view facet, const std::string& value);

  Store& store_;
  Database& db_;
  RunKey run_;
  std::string workflow_;
  Digest version_;
  std::unordered_set<std::string> known_datasets_;
  std::unordered_set<std::string> known_facets_;
};

}  // namespace wf
