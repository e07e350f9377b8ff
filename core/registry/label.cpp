#include "core/registry/label.hpp"

#include "core/base/text.hpp"
#include "core/definition/name.hpp"
#include "core/registry/codes.hpp"
#include "core/registry/difference.hpp"
#include "core/registry/versions.hpp"
#include "core/store/event_log.hpp"

namespace wf {

namespace {

[[noreturn]] void label_moved(Store& store, const std::string& name, const std::string& label,
                              const Digest& old, const Digest& now, std::vector<Change> changes,
                              const std::string& source_text) {
  locate(changes, source_of_version(store, old), source_text);
  throw Error(codes::k_label_moved,
              cat(name, '@', label, " is version ", old.short_hex(), " and cannot move to ", now.short_hex(),
                  "; they differ in:\n", render(changes)),
              cat("give the new version a label of its own, for instance --label ", label, "-1"));
}

}  // namespace

void require_label_grammar(const std::string& label) {
  if (is_label_name(label) && label != "latest") return;
  std::string why = label == "latest" || label.starts_with("sha256:") ? "is reserved" : "is malformed";
  throw Error(codes::k_bad_label, cat("the label '", escape_terminal(label), "' ", why),
              cat("a label ", k_label_grammar, ", such as v1.2.0"));
}

std::optional<Digest> find_label(Database& database, const Scope& scope, const std::string& name,
                                 const std::string& label) {
  Statement& row = database.statement(
      "SELECT version FROM label WHERE project = ?1 AND domain = ?2 AND name = ?3 AND label = ?4");
  ResetLater reset(row);
  if (!row.bind(scope.project, scope.domain, name, label).step()) return std::nullopt;
  return row.digest(0);
}

void require_label_fits(Store& store, const Scope& scope, const std::string& name, const std::string& label,
                        const Digest& version, const Json& canonical, const std::string& source_text) {
  if (auto old = find_label(store.database(), scope, name, label); old && *old != version) {
    auto changes = difference(version_body(store.database(), *old), canonical);
    label_moved(store, name, label, *old, version, std::move(changes), source_text);
  }
  std::optional<std::string> prefix = digest_prefix(label);
  if (!prefix) return;
  std::vector<Digest> versions = versions_of(store.database(), scope, name);
  versions.push_back(version);
  for (const Digest& candidate : versions) {
    if (!candidate.hex().starts_with(*prefix)) continue;
    throw Error(codes::k_label_hides_version,
                cat("the label '", label, "' would hide version ", candidate.short_hex(), " of ", name,
                    ", which ", name, '@', label, " already stands for"),
                "take a label that is not made of hexadecimal digits, such as v1");
  }
}

void set_label(Store& store, const Scope& scope, const std::string& name, const std::string& label,
               const Digest& version) {
  Database& database = store.database();
  std::int64_t now_us = store.clock().wall_us();
  Statement& insert = database.statement(
      "INSERT INTO label (project, domain, name, label, version, created_us, created_by) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING");
  insert.bind(scope.project, scope.domain, name, label, version, now_us, current_user()).run();
  if (insert.changes() == 0) return;
  Json data = Json::object();
  data.add("name", name);
  data.add("label", label);
  data.add("version", version.hex());
  EventWriter(database).append(domain_stream(scope.project, scope.domain), EventType::label_set, now_us,
                               data);
}

}  // namespace wf
