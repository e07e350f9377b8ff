// Registered versions, by digest.
#pragma once
#include <memory>
#include <unordered_map>

#include "core/definition/model.hpp"
#include "core/store/database.hpp"

namespace wf {

// The canonical form; throws Error(k_version_missing) when there is no such version, Error(k_store_corrupt)
// when it has another digest than its own.
Json version_body(Database& database, const Digest& version);

// Reads versions with all that they use, each once. Throws what version_body() throws, and Error(k_bad_version).
class VersionReader {
 public:
  explicit VersionReader(Database& database) : database_(&database) {}

  std::shared_ptr<const UsedVersion> read(const Digest& version);
  // One that is at hand, by its canonical form.
  Workflow workflow_of(const Json& body);
  // Those that a workflow uses, as they are at hand, are not read.
  void take_used(const Workflow& workflow);

 private:
  std::shared_ptr<const UsedVersion> keep(Workflow workflow, const Digest& version);

  Database* database_;
  std::unordered_map<Digest, std::shared_ptr<const UsedVersion>, DigestHash> known_;
};

// The canonical form as a store gives it back: members by name, which is the order in which nodes are taken.
Json stored_form(const Workflow& workflow);
// The workflow, and all that it uses. Throws as VersionReader.
Workflow load_version(Database& database, const Digest& version);
// The same of one that is not registered yet: as load_version() would give it afterwards.
Workflow as_registered(Database& database, const Workflow& workflow);

}  // namespace wf
