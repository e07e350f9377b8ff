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

  Workflow read(const Digest& version) {
    return workflow_from_canonical(version_body(database_, version),
                                   [this](const Digest& used) { return used_version(used); });
  }

 private:
  std::shared_ptr<const UsedWorkflow> used_version(const Digest& version) {
    auto known = used_.find(version);
    if (known != used_.end()) return known->second;
    auto used = std::make_shared<const UsedWorkflow>(use_workflow(read(version)));
    return used_.emplace(version, std::move(used)).first->second;
  }

  Database& database_;
  std::unordered_map<Digest, std::shared_ptr<const UsedWorkflow>, DigestHash> used_;
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

}  // namespace wf
