#include "core/store/version.hpp"

#include "core/base/heap.hpp"
#include "core/base/text.hpp"
#include "core/definition/source_text.hpp"
#include "core/store/codes.hpp"

namespace wf {

std::shared_ptr<const UsedVersion> VersionReader::read(const Digest& version) {
  auto known = known_.find(version);
  if (known != known_.end()) return known->second;
  return keep(workflow_of(version_body(*database_, version)), version);
}

Workflow VersionReader::workflow_of(const Json& body) {
  return workflow_from_canonical(body, [this](const Digest& used) { return read(used); });
}

void VersionReader::take_used(const Workflow& workflow) {
  for (const auto& used : used_versions(workflow)) {
    if (!used->workflow || !used->task.empty() || known_.contains(used->version)) continue;
    take_used(*used->workflow);
    keep(workflow_of(stored_form(*used->workflow)), used->version);
  }
}

std::shared_ptr<const UsedVersion> VersionReader::keep(Workflow workflow, const Digest& version) {
  auto used = std::make_shared<const UsedVersion>(use_workflow(std::move(workflow), version));
  return known_.emplace(version, std::move(used)).first->second;
}

Json version_body(Database& database, const Digest& version) {
  Statement& row = database.statement("SELECT body FROM version WHERE digest = ?1");
  ResetLater reset(row);
  if (!row.bind(version).step()) {
    throw Error(codes::k_version_missing, cat("the store has no version ", version.text()),
                "see 'wf workflow list'");
  }
  expect_memory(k_memory_of_text * row.string(0).size());
  if (version_digest(row.string(0)) != version) {
    throw Error(codes::k_store_corrupt, cat("the stored form of version ", version.text(), " is damaged"),
                "run 'wf store check', and register its definition again in a new store");
  }
  return Json::parse(row.text(0), cat("version ", version.text()));
}

Json stored_form(const Workflow& workflow) {
  return Json::parse(canonical_form(workflow).canonical(), "a canonical form");
}

Workflow load_version(Database& database, const Digest& version) {
  return VersionReader(database).workflow_of(version_body(database, version));
}

Workflow as_registered(Database& database, const Workflow& workflow) {
  VersionReader reader(database);
  reader.take_used(workflow);
  return reader.workflow_of(stored_form(workflow));
}

}  // namespace wf
