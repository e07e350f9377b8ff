#include "core/engine/artifact_writer.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace wf {

namespace {

// {"day":"2026-01-31T00:00:00Z",…}; NULL when there are none.
std::optional<std::string> partitions_json(const std::vector<PartitionValue>& partitions) {
  if (partitions.empty()) return std::nullopt;
  Json json = Json::object();
  for (const PartitionValue& partition : partitions) json.add(partition.name, partition.text);
  return json.canonical();
}

// {"day":"datetime",…}
template <typename Typed>
std::string types_json(const std::vector<Typed>& typed) {
  Json json = Json::object();
  for (const Typed& one : typed) json.add(one.name, one.type.text());
  return json.canonical();
}

}  // namespace

ArtifactWriter::ArtifactWriter(Store& store, RunKey run)
    : store_(store), db_(store.database()), run_(std::move(run)) {}

void ArtifactWriter::add(const AttemptSucceeded& change) {
  for (const NewBlob& blob : change.blobs) store_.blobs().record(db_, blob);
  std::int64_t dataset_version = require_dataset_version(change);
  std::optional<Digest> key;
  if (change.cache) key = change.cache->key;
  db_.statement(
         "INSERT INTO artifact (project, domain, id, workflow, task, version, dataset_version, run, "
         "node, element, attempt, cache_key, partitions, created_us, inputs) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
         "?7, ?8, "
         "?9, ?10, ?11, ?12, ?13, ?14, ?15)")
      .bind(run_.project, run_.domain, change.artifact, change.workflow, change.task, change.version,
            dataset_version, run_.id, change.execution.node, change.execution.element, change.attempt, key,
            partitions_json(change.partitions), change.created_us, change.inputs)
      .run();
  for (const OutputValue& output : change.outputs) add_output(change, output);
  for (const PartitionValue& partition : change.partitions) add_partition(change, partition);
}

void ArtifactWriter::add_output(const AttemptSucceeded& change, const OutputValue& output) {
  const Uuid& artifact = change.artifact;
  std::optional<std::int64_t> spent_us;  // not yet
  if (std::find(change.temporary.begin(), change.temporary.end(), output.name) != change.temporary.end()) spent_us = 0;
  db_.statement(
         "INSERT INTO artifact_data (project, domain, artifact, name, type, value, spent_us) VALUES (?1, ?2, ?3, ?4, "
         "?5, ?6, ?7)")
      .bind(run_.project, run_.domain, artifact, output.name, output.type.text(), output.value.canonical(), spent_us)
      .run();
  if (!output.type.has_content()) return;
  // Keys with dots can spell two places alike ({"a":{"b.c"…}, "a.b":{"c"…}}): one row says where the bytes
  // are.
  for (const Content& content : contents_of(output.type, output.value)) {
    db_.statement(
           "INSERT INTO artifact_blob (project, domain, blob, artifact, name, item) VALUES (?1, ?2, ?3, ?4, "
           "?5, ?6) ON CONFLICT DO NOTHING")
        .bind(run_.project, run_.domain, content.digest, artifact, output.name, content.path)
        .run();
  }
}

std::int64_t ArtifactWriter::require_dataset_version(const AttemptSucceeded& change) {
  auto [known, is_new] = dataset_versions_[change.version].try_emplace(change.task);
  if (is_new) {
    add_dataset(change);
    known->second = add_dataset_version(change);
  }
  return known->second;
}

void ArtifactWriter::add_dataset(const AttemptSucceeded& change) {
  db_.statement(
         "INSERT INTO dataset (project, domain, workflow, task, id, created_us) VALUES (?1, ?2, ?3, ?4, ?5, "
         "?6) "
         "ON CONFLICT DO NOTHING")
      .bind(run_.project, run_.domain, change.workflow, change.task, new_uuid7(store_.clock()),
            store_.clock().wall_us())
      .run();
}

std::int64_t ArtifactWriter::add_dataset_version(const AttemptSucceeded& change) {
  db_.statement(
         "INSERT INTO dataset_version (project, domain, workflow, task, version, outputs, partitions) VALUES "
         "(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING")
      .bind(run_.project, run_.domain, change.workflow, change.task, change.version, types_json(change.outputs),
            types_json(change.partitions))
      .run();
  Statement& row = db_.statement(
      "SELECT id FROM dataset_version WHERE project = ?1 AND domain = ?2 AND workflow = ?3 AND task = ?4 AND "
      "version = ?5");
  ResetLater reset(row);
  row.bind(run_.project, run_.domain, change.workflow, change.task, change.version).step();
  return row.integer(0);
}

void ArtifactWriter::add_partition(const AttemptSucceeded& change, const PartitionValue& partition) {
  db_.statement(
         "INSERT INTO artifact_partition (project, domain, workflow, task, name, value, artifact) VALUES "
         "(?1, ?2, ?3, ?4, ?5, ?6, ?7)")
      .bind(run_.project, run_.domain, change.workflow, change.task, partition.name, partition.text,
            change.artifact)
      .run();
}

}  // namespace wf
