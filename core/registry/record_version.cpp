#include "core/registry/record_version.hpp"

#include "core/registry/edges.hpp"

namespace wf {

bool has_version(Database& database, const Digest& version) {
  Statement& row = database.statement("SELECT 1 FROM version WHERE digest = ?1");
  ResetLater reset(row);
  return row.bind(version).step();
}

bool record_version(Database& database, const NewVersion& added, std::int64_t now_us) {
  if (has_version(database, added.digest)) return false;
  const Workflow& workflow = *added.workflow;
  database.statement("INSERT INTO version (digest, name, body, created_us) VALUES (?1, ?2, ?3, ?4)")
      .bind(added.digest, workflow.name, added.body, now_us)
      .run();
  record_version_parts(database, added.digest, workflow);
  return true;
}

void record_version_parts(Database& database, const Digest& version, const Workflow& workflow) {
  Statement& blob =
      database.statement("INSERT INTO version_blob (version, blob) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
  for (const BundledFile& file : workflow.files) blob.bind(version, file.digest).run();
  Statement& use =
      database.statement("INSERT INTO version_use (version, used) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
  for (const auto& used : used_versions(workflow)) use.bind(version, used->version).run();
  write_edges(database, version, workflow);
}

}  // namespace wf
