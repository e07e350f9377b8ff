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
  row.bind(scope.project, scope.domain);
  return rows_of(row, [](const Statement& one) { return one.string(0); });
}

std::vector<std::string> other_scopes(Database& database, const std::string& name) {
  Statement& row = database.statement(
      "SELECT DISTINCT project || '/' || domain FROM registration WHERE name = ?1 LIMIT 5");
  row.bind(name);
  return rows_of(row, [](const Statement& one) { return one.string(0); });
}

Json promoted_from(const Statement& row) {
  if (row.is_null(9)) return {};
  return Json::object()
      .add("project", row.string(9))
      .add("domain", row.string(10))
      .add("registration", row.integer(11));
}

// Of one number, or all of the name.
std::vector<RegistrationEntry> read_registrations(Database& database, const Scope& scope,
                                                  const std::string& name, std::optional<std::int64_t> seq) {
  Statement& row = database.statement(
      "SELECT r.seq, r.id, r.version, r.source, r.source_path, r.descriptions, r.git, r.registered_us, "
      "r.registered_by, o.project, o.domain, o.seq FROM registration r LEFT JOIN registration o "
      "ON o.id = r.promoted_from AND o.version = r.version WHERE r.project = ?1 AND r.domain = ?2 "
      "AND r.name = ?3 AND r.seq BETWEEN ?4 AND ?5 ORDER BY r.registered_us DESC, r.id DESC");
  row.bind(scope.project, scope.domain, name, seq.value_or(0), seq.value_or(INT64_MAX));
  return rows_of(row, [&](const Statement& one) {
    std::string what = cat("registration ", one.integer(0), " of ", name);
    return RegistrationEntry{one.integer(0),
                             one.uuid(1),
                             one.digest(2),
                             one.digest(3),
                             one.string(4),
                             Json::parse(one.text(5), what),
                             one.is_null(6) ? Json() : Json::parse(one.text(6), what),
                             promoted_from(one),
                             one.integer(7),
                             one.string(8)};
  });
}

}  // namespace

std::string source_of_version(Store& store, const Digest& version) {
  Statement& row = store.database().statement(
      "SELECT source FROM registration WHERE version = ?1 ORDER BY registered_us DESC, id DESC LIMIT 1");
  ResetLater reset(row);
  if (!row.bind(version).step()) return {};
  return store.blobs().read(row.digest(0));
}

std::vector<Digest> versions_of(Database& database, const Scope& scope, const std::string& name) {
  Statement& row = database.statement(
      "SELECT version FROM registration WHERE project = ?1 AND domain = ?2 AND name = ?3 "
      "GROUP BY version ORDER BY min(registered_us), min(id)");
  row.bind(scope.project, scope.domain, name);
  return rows_of(row, [](const Statement& one) { return one.digest(0); });
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
      "FROM registration r WHERE project = ?1 AND domain = ?2 AND seq = (SELECT seq "
      "FROM registration o WHERE o.project = r.project AND o.domain = r.domain AND o.name = r.name "
      "ORDER BY registered_us DESC, id DESC LIMIT 1) "
      "ORDER BY name");
  row.bind(scope.project, scope.domain);
  std::vector<WorkflowEntry> entries = rows_of(row, [](const Statement& one) {
    return WorkflowEntry{
        one.string(0), one.digest(1), one.integer(5), one.integer(2), one.integer(3), one.string(4), {}};
  });
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
  std::vector<RegistrationEntry> entries = read_registrations(database, scope, name, std::nullopt);
  if (entries.empty()) unknown_workflow(database, scope, name);
  return entries;
}

std::optional<RegistrationEntry> find_registration(Database& database, const Scope& scope,
                                                   const std::string& name, std::int64_t seq) {
  std::vector<RegistrationEntry> entries = read_registrations(database, scope, name, seq);
  return entries.empty() ? std::nullopt : std::optional(std::move(entries.front()));
}

std::vector<LabelEntry> list_labels(Database& database, const Scope& scope, const std::string& name) {
  Statement& row = database.statement(
      "SELECT name, label, version, created_us, created_by FROM label WHERE project = ?1 AND domain = ?2 "
      "AND (?3 = '' OR name = ?3) ORDER BY name, created_us, label");
  row.bind(scope.project, scope.domain, name);
  return rows_of(row, [](const Statement& one) {
    return LabelEntry{one.string(0), one.string(1), one.digest(2), one.integer(3), one.string(4)};
  });
}

}  // namespace wf
