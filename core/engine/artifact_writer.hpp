// The SQL of what a node execution made: its artifact, with data, partitions, and what it can be found by.
#pragma once
#include <string>
#include <unordered_map>

#include "core/engine/records.hpp"
#include "core/store/store.hpp"

namespace wf {

class ArtifactWriter {
 public:
  // `store` belongs to the thread that writes.
  ArtifactWriter(Store& store, RunKey run);

  // Inside the caller's write transaction.
  void add(const AttemptSucceeded& change);

 private:
  std::int64_t require_dataset_version(const AttemptSucceeded& change);
  void add_dataset(const AttemptSucceeded& change);
  std::int64_t add_dataset_version(const AttemptSucceeded& change);
  void add_output(const AttemptSucceeded& change, const OutputValue& output);
  void add_partition(const AttemptSucceeded& change, const PartitionValue& partition);

  Store& store_;
  Database& db_;
  RunKey run_;
  // By the version of the workflow, then by task.
  std::unordered_map<Digest, std::unordered_map<std::string, std::int64_t>, DigestHash> dataset_versions_;
};

}  // namespace wf
