#include "core/catalog/pins.hpp"

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/freed.hpp"
#include "core/store/codes.hpp"
#include "core/store/event_log.hpp"

namespace wf {

namespace {

void append(Database& database, EventType type, const PinTarget& target, std::int64_t now_us) {
  Json data = Json::object();
  data.add("kind", pin_kind_name(target.kind)).add("id", target.id.text()).add("by", current_user());
  EventWriter(database).append(domain_stream(target.project, target.domain), type, now_us, data);
}

}  // namespace

std::string_view pin_kind_name(PinKind kind) { return kind == PinKind::artifact ? "artifact" : "run"; }

PinTarget find_pin_target(Store& store, const std::string& project, const std::string& domain,
                          const std::string& text) {
  if (!match_runs(store.database(), project, domain, text).empty()) {
    RunKey run = find_run(store.database(), project, domain, text);
    return {PinKind::run, run.project, run.domain, run.id};
  }
  Artifact artifact = find_artifact_argument(store, project, domain, text).artifact;
  return {PinKind::artifact, artifact.run.project, artifact.run.domain, artifact.id};
}

bool pin(Store& store, const PinTarget& target, const std::string& note) {
  Database& database = store.database();
  Transaction transaction(database, Transaction::Mode::write);
  bool is_artifact = target.kind == PinKind::artifact;
  auto freed = is_artifact ? artifact_freed_us(store, target.project, target.domain, target.id) : std::nullopt;
  if (freed) {
    throw Error(codes::k_blob_freed,
                cat("bytes of the artifact ", target.id.text(), " were freed on ", date_of(*freed)),
                "make them again first: 'wf artifact get' says how");
  }
  std::int64_t now_us = store.clock().wall_us();
  Statement& insert = database.statement(
      "INSERT INTO pin (project, domain, kind, id, note, created_us, created_by) VALUES (?1, ?2, ?3, ?4, ?5, "
      "?6, ?7) ON CONFLICT DO NOTHING");
  insert
      .bind(target.project, target.domain, pin_kind_name(target.kind), target.id, note, now_us,
            current_user())
      .run();
  if (insert.changes() == 0) return false;
  append(database, EventType::pin_set, target, now_us);
  transaction.commit();
  return true;
}

bool unpin(Store& store, const PinTarget& target) {
  Database& database = store.database();
  Transaction transaction(database, Transaction::Mode::write);
  Statement& remove =
      database.statement("DELETE FROM pin WHERE project = ?1 AND domain = ?2 AND kind = ?3 AND id = ?4");
  remove.bind(target.project, target.domain, pin_kind_name(target.kind), target.id).run();
  if (remove.changes() == 0) return false;
  append(database, EventType::pin_removed, target, store.clock().wall_us());
  transaction.commit();
  return true;
}

std::vector<Pin> list_pins(Database& database, const std::string& project, const std::string& domain) {
  Statement& rows = database.statement(
      "SELECT kind, id, note, created_us, created_by FROM pin WHERE project = ?1 AND domain = ?2 ORDER BY "
      "created_us, id");
  rows.bind(project, domain);
  return rows_of(rows, [&](const Statement& row) {
    PinKind kind = row.text(0) == "run" ? PinKind::run : PinKind::artifact;
    return Pin{{kind, project, domain, row.uuid(1)}, row.string(2), row.integer(3), row.string(4)};
  });
}

}  // namespace wf
