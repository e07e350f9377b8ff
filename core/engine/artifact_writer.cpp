#include "core/engine/artifact_writer.hpp"

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

}  // namespace

ArtifactWriter::ArtifactWriter(Store& store, RunKey run, std::string workflow, Digest version)
    : store_(store),
      db_(store.database()),
      run_(std::move(run)),
      workflow_(std::move(workflow)),
      version_(version) {}

void ArtifactWriter::add(const AttemptSucceeded& change) {
  for (const NewBlob& blob : change.blobs) store_.blobs().record(db_, blob);
  add_dataset(change.task);
  std::optional<Digest> key;
  if (change.cache) key = change.cache->key;
  db_.statement(
         "INSERT INTO artifact (project, domain, id, workflow, task, version, run, node, element, attempt, "
         "cache_key, partitions, created_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")
      .bind(run_.project, run_.domain, change.artifact, workflow_, change.task, version_, run_.id,
            change.execution.node, change.execution.element, change.attempt, key,
            partitions_json(change.partitions), change.record.ended_us)
      .run();
  for (const OutputValue& output : change.outputs) add_output(change.artifact, output);
  for (const PartitionValue& partition : change.partitions) add_partition(change, partition);
  add_facets(change);
}

void ArtifactWriter::add_output(const Uuid& artifact, const OutputValue& output) {
  db_.statement(
         "INSERT INTO artifact_data (project, domain, artifact, name, type, value) VALUES (?1, ?2, ?3, ?4, "
         "?5, ?6)")
      .bind(run_.project, run_.domain, artifact, output.name, output.type.text(), output.value.canonical())
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

void ArtifactWriter::add_dataset(const std::string& task) {
  if (!known_datasets_.insert(task).second) return;
  db_.statement(
         "INSERT INTO dataset (project, domain, workflow, task, id, created_us) VALUES (?1, ?2, ?3, ?4, ?5, "
         "?6) "
         "ON CONFLICT DO NOTHING")
      .bind(run_.project, run_.domain, workflow_, task, new_uuid7(store_.clock()), store_.clock().wall_us())
      .run();
}

void ArtifactWriter::add_partition(const AttemptSucceeded& change, const PartitionValue& partition) {
  db_.statement(
         "INSERT INTO artifact_partition (project, domain, workflow, task, name, value, artifact) VALUES "
         "(?1, ?2, ?3, ?4, ?5, ?6, ?7)")
      .bind(run_.project, run_.domain, workflow_, change.task, partition.name, partition.text,
            change.artifact)
      .run();
}

void ArtifactWriter::add_facets(const AttemptSucceeded& change) {
  add_facet(change.task, "node", change.execution.node);
  for (const OutputValue& output : change.outputs) {
    add_facet(change.task, "output", output.name);
    add_facet(change.task, "type", output.type.text());
  }
  for (const PartitionValue& partition : change.partitions)
    add_facet(change.task, "partition", partition.name);
}

void ArtifactWriter::add_facet(const std::string& task, std::string_view facet, const std::string& value) {
  if (!known_facets_.insert(cat(task, ' ', facet, ' ', value)).second) return;
  db_.statement(
         "INSERT INTO dataset_facet (project, domain, workflow, task, facet, value) VALUES (?1, ?2, ?3, ?4, "
         "?5, ?6) ON CONFLICT DO NOTHING")
      .bind(run_.project, run_.domain, workflow_, task, facet, value)
      .run();
}

}  // namespace wf
