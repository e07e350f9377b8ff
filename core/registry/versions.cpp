#include "core/registry/versions.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/registry/codes.hpp"
#include "core/store/codes.hpp"

namespace wf {

namespace {

std::vector<std::string> workflow_names(Database& database, const Scope& scope) {
  Statement& row = database.statement(
      "SELECT DISTINCT name FROM registration WHERE project = ?1 AND domain = ?2 ORDER BY name");
  ResetLater reset(row);
  row.bind(scope.project, scope.domain);
  std::vector<std::string> names;
  while (row.step()) names.push_back(row.string(0));
  return names;
}

std::vector<std::string> other_scopes(Database& database, const std::string& name) {
  Statement& row = database.statement(
      "SELECT DISTINCT project || '/' || domain FROM registration WHERE name = ?1 LIMIT 5");
  ResetLater reset(row);
  row.bind(name);
  std::vector<std::string> scopes;
  while (row.step()) scopes.push_back(row.string(0));
  return scopes;
}

Json promoted_from(const Statement& row) {
  if (row.is_null(9)) return {};
  return Json::object()
      .add("project", row.string(9))
      .add("domain", row.string(10))
      .add("registration", row.integer(11));
}

}  // namespace

Json version_body(Database& database, const Digest& version) {
  Statement& row = database.statement("SELECT body FROM version WHERE digest = ?1");
  ResetLater reset(row);
  if (!row.bind(version).step()) {
    throw Error(codes::k_unknown_version, cat("the store has no version ", version.text()),
                "see 'wf workflow list'");
  }
  if (version_digest(row.string(0)) != version) {
    throw Error(codes::k_store_corrupt, cat("the stored form of version ", version.text(), " is damaged"),
                "run 'wf store check', and register its definition again in a new store");
  }
  return Json::parse(row.text(0), cat("version ", version.text()));
}

Workflow load_version(Database& database, const Digest& version) {
  return workflow_from_canonical(version_body(database, version));
}

std::string source_of_version(Store& store, const Digest& version) {
  Statement& row = store.database().statement(
      "SELECT source FROM registration WHERE version = ?1 ORDER BY seq DESC LIMIT 1");
  ResetLater reset(row);
  if (!row.bind(version).step()) return {};
  return store.blobs().read(row.digest(0));
}

std::vector<Digest> versions_of(Database& database, const Scope& scope, const std::string& name) {
  Statement& row = database.statement(
      "SELECT version FROM registration WHERE project = ?1 AND domain = ?2 AND name = ?3 "
      "GROUP BY version ORDER BY min(seq)");
  ResetLater reset(row);
  row.bind(scope.project, scope.domain, name);
  std::vector<Digest> versions;
  while (row.step()) versions.push_back(row.digest(0));
  return versions;
}

void unknown_workflow(Database& database, const Scope& scope, const std::string& name) {
  std::string hint = did_you_mean(name, workflow_names(database, scope));
  std::vector<std::string> scopes = other_scopes(database, name);
  if (!scopes.empty()) hint += cat(hint.empty() ? "" : "\n", "it is registered in ", join(scopes, ", "));
  if (hint.empty()) hint = "see 'wf workflow list', or register it with 'wf register FILE'";
  throw Error(
      codes::k_unknown_workflow,
      cat("no workflow '", escape_terminal(name), "' is registered in ", scope.project, '/', scope.domain),
      hint);
}

std::vector<WorkflowEntry> list_workflows(Database& database, const Scope& scope) {
  Statement& row = database.statement(
      "SELECT name, version, seq, registered_us, registered_by, (SELECT count(DISTINCT version) "
      "FROM registration o WHERE o.project = r.project AND o.domain = r.domain AND o.name = r.name) "
      "FROM registration r WHERE project = ?1 AND domain = ?2 AND seq = (SELECT max(seq) "
      "FROM registration o WHERE o.project = r.project AND o.domain = r.domain AND o.name = r.name) "
      "ORDER BY name");
  ResetLater reset(row);
  row.bind(scope.project, scope.domain);
  std::vector<WorkflowEntry> entries;
  while (row.step()) {
    entries.push_back(
        {row.string(0), row.digest(1), row.integer(5), row.integer(2), row.integer(3), row.string(4), {}});
  }
  for (const LabelEntry& label : list_labels(database, scope, "")) {
    auto entry = std::find_if(entries.begin(), entries.end(), [&](const WorkflowEntry& e) {
      return e.name == label.name && e.version == label.version;
    });
    if (entry != entries.end()) entry->labels.push_back(label.label);
  }
  return entries;
}

std::vector<RegistrationEntry> list_registrations(Database& database, const Scope& scope,
                                                  const std::string& name) {
  Statement& row = database.statement(
      "SELECT r.seq, r.id, r.version, r.source, r.source_path, r.descriptions, r.git, r.registered_us, "
      "r.registered_by, o.project, o.domain, o.seq FROM registration r LEFT JOIN registration o ON o.id = "
      "r.promoted_from AND o.version = r.version WHERE r.project = ?1 AND r.domain = ?2 AND r.name = ?3 "
      "ORDER BY r.seq DESC");
  ResetLater reset(row);
  row.bind(scope.project, scope.domain, name);
  std::vector<RegistrationEntry> entries;
  while (row.step()) {
    std::string what = cat("registration ", row.integer(0), " of ", name);
    entries.push_back({row.integer(0), row.uuid(1), row.digest(2), row.digest(3), row.string(4),
                       Json::parse(row.text(5), what),
                       row.is_null(6) ? Json() : Json::parse(row.text(6), what), promoted_from(row),
                       row.integer(7), row.string(8)});
  }
  if (entries.empty()) unknown_workflow(database, scope, name);
  return entries;
}

std::vector<LabelEntry> list_labels(Database& database, const Scope& scope, const std::string& name) {
  Statement& row = database.statement(
      "SELECT name, label, version, created_us, created_by FROM label WHERE project = ?1 AND domain = ?2 "
      "AND (?3 = '' OR name = ?3) ORDER BY name, created_us, label");
  ResetLater reset(row);
  row.bind(scope.project, scope.domain, name);
  std::vector<LabelEntry> entries;
  while (row.step()) {
    entries.push_back({row.string(0), row.string(1), row.digest(2), row.integer(3), row.string(4)});
  }
  return entries;
}

}  // namespace wf
