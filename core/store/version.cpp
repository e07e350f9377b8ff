#include "core/store/version.hpp"

#include <unordered_map>

#include "core/base/text.hpp"
#include "core/store/codes.hpp"

namespace wf {

namespace {

// Each version once, however many nodes use it.
class VersionReader {
 public:
  explicit VersionReader(Database& database) : database_(database) {}

  Workflow read(const Digest& version) { return read(version_body(database_, version)); }
  Workflow read(const Json& body) {
    return workflow_from_canonical(body, [this](const Digest& used) { return find(used); });
  }
  // Those that are used, as they are at hand.
  void take_used(const Workflow& workflow) {
    for (const auto& used : used_versions(workflow)) {
      if (!used->workflow || !used->task.empty()) continue;
      take_used(*used->workflow);
      add(read(canonical_form(*used->workflow)));
    }
  }

 private:
  std::shared_ptr<const UsedVersion> find(const Digest& version) {
    auto known = used_.find(version);
    return known != used_.end() ? known->second : add(read(version));
  }

  std::shared_ptr<const UsedVersion> add(Workflow workflow) {
    auto used = std::make_shared<const UsedVersion>(use_workflow(std::move(workflow)));
    return used_.emplace(used->version, used).first->second;
  }

  Database& database_;
  std::unordered_map<Digest, std::shared_ptr<const UsedVersion>, DigestHash> used_;
};

}  // namespace

Json version_body(Database& database, const Digest& version) {
  Statement& row = database.statement("SELECT body FROM version WHERE digest = ?1");
  ResetLater reset(row);
  if (!row.bind(version).step()) {
    throw Error(codes::k_version_missing, cat("the store has no version ", version.text()),
                "see 'wf workflow list'");
  }
  if (version_digest(row.string(0)) != version) {
    throw Error(codes::k_store_corrupt, cat("the stored form of version ", version.text(), " is damaged"),
                "run 'wf store check', and register its definition again in a new store");
  }
  return Json::parse(row.text(0), cat("version ", version.text()));
}

Workflow load_version(Database& database, const Digest& version) {
  return VersionReader(database).read(version);
}

Workflow as_registered(Database& database, const Workflow& workflow) {
  VersionReader reader(database);
  reader.take_used(workflow);
  return reader.read(canonical_form(workflow));
}

}  // namespace wf
