#include "core/registry/registrar.hpp"

#include "core/base/text.hpp"
#include "core/registry/codes.hpp"
#include "core/registry/label.hpp"
#include "core/registry/registration_order.hpp"
#include "core/store/event_log.hpp"

namespace wf {

Registrar::Registrar(Store& store, const Scope& scope, Apply apply)
    : store_(&store), scope_(scope), apply_(apply), now_us_(store.clock().wall_us()) {}

Registrar::Outcome Registrar::add(const NewRegistration& added, const std::vector<std::string>& labels) {
  for (const std::string& label : labels)
    require_label_fits(*store_, scope_, added.name, label, added.version, added.canonical, added.source_text);
  Outcome outcome = compare(added);
  for (const NewVersion& version : added.versions) require_used(*version.workflow);
  if (apply_ == Apply::dry_run) return outcome;
  for (const NewBlob& blob : added.blobs) store_->blobs().record(store_->database(), blob);
  for (const NewVersion& version : added.versions) write_version(version);
  if (outcome.result != RegistrationResult::unchanged) write_registration(added, outcome);
  for (const std::string& label : labels) set_label(*store_, scope_, added.name, label, added.version);
  return outcome;
}

// With the newest registration of the name. Where a registration came from counts for a promotion only: a
// file that is registered as it stands changes nothing about a version that was promoted.
Registrar::Outcome Registrar::compare(const NewRegistration& added) {
  Statement& row = store_->database().statement(
      "SELECT seq, version = ?4 AND source = ?5 AND git IS ?6 AND (?7 IS NULL OR promoted_from IS ?7) "
      "FROM registration WHERE project = ?1 AND domain = ?2 AND name = ?3 ORDER BY registered_us DESC, id "
      "DESC LIMIT 1");
  ResetLater reset(row);
  row.bind(scope_.project, scope_.domain, added.name, added.version, added.source, added.git,
           added.promoted_from);
  if (row.step() && row.integer(1) == 1) return {row.integer(0), RegistrationResult::unchanged, 0};
  bool known = has_version(store_->database(), added.version);
  NextRegistration next = next_registration(store_->database(), "registration", scope_, added.name, now_us_);
  return {next.seq, known ? RegistrationResult::new_registration : RegistrationResult::new_version,
          next.at_us};
}

// What is used by wf.lock must be in the store, with the interface that the lock says.
void Registrar::require_used(const Workflow& workflow) {
  VersionReader versions(store_->database());
  for (const auto& used : used_versions(workflow)) {
    if (used->workflow) continue;
    if (!has_version(store_->database(), used->version)) {
      throw Error(codes::k_used_version_missing,
                  cat("'", workflow.name, "' uses version ", used->version.text(), " of '", used->name,
                      "', which this store has not"),
                  "register it there first, or lock what is there: wf lock FILE");
    }
    std::optional<UsedVersion> stored = *versions.read(used->version);
    if (!used->task.empty()) stored = use_task(*stored, used->task);
    bool same = stored && canonical_ports(stored->inputs) == canonical_ports(used->inputs) &&
                canonical_ports(stored->outputs) == canonical_ports(used->outputs);
    if (same) continue;
    std::string name = used->task.empty() ? used->name : cat(used->name, '#', used->task);
    throw Error(
        codes::k_lock_differs,
        cat("wf.lock gives '", name, "' another interface than version ", used->version.text(), " has"),
        "write it again: wf lock FILE");
  }
}

void Registrar::write_version(const NewVersion& added) {
  Database& database = store_->database();
  if (!record_version(database, added, now_us_)) return;
  Json data = Json::object();
  data.add("name", added.workflow->name).add("version", added.digest.hex());
  EventWriter(database).append(domain_stream(scope_.project, scope_.domain), EventType::version_registered,
                               now_us_, data);
}

void Registrar::write_registration(const NewRegistration& added, const Outcome& outcome) {
  Database& database = store_->database();
  Uuid id = new_uuid7(store_->clock());
  database
      .statement(
          "INSERT INTO registration (project, domain, name, seq, id, version, source, source_path, "
          "descriptions, git, promoted_from, registered_us, registered_by) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")
      .bind(scope_.project, scope_.domain, added.name, outcome.seq, id, added.version, added.source,
            added.source_path, added.descriptions, added.git, added.promoted_from, outcome.at_us,
            current_user())
      .run();
  Json data = Json::object();
  data.add("id", id.text()).add("name", added.name);
  data.add("seq", outcome.seq).add("version", added.version.hex());
  if (added.promoted_from) data.add("from", added.promoted_from->text());
  EventWriter(database).append(domain_stream(scope_.project, scope_.domain), EventType::registration_added,
                               now_us_, data);
}

}  // namespace wf
