#include "core/transfer/selection.hpp"

#include <array>

#include "core/base/text.hpp"
#include "core/store/check_values.hpp"

namespace wf::transfer {

namespace {

struct TakeTable {
  std::string_view name;
  std::string_view columns;
  std::string_view key;
};

#define WF_PLACE "project TEXT NOT NULL, domain TEXT NOT NULL"

constexpr std::array<TakeTable, 10> k_tables{{
    {"take_run", WF_PLACE ", run BLOB NOT NULL, fresh INTEGER NOT NULL", "project, domain, run"},
    {"take_artifact", WF_PLACE ", artifact BLOB NOT NULL, fresh INTEGER NOT NULL",
     "project, domain, artifact"},
    {"take_dataset",
     WF_PLACE ", workflow TEXT NOT NULL, task TEXT NOT NULL, dataset_version INTEGER NOT NULL",
     "project, domain, workflow, task, dataset_version"},
    {"take_version", "digest BLOB NOT NULL", "digest"},
    {"take_plan", "digest BLOB NOT NULL", "digest"},
    {"take_parts", "digest BLOB NOT NULL", "digest"},
    {"take_blob", "digest BLOB NOT NULL", "digest"},
    {"take_place", WF_PLACE, "project, domain"},
    {"take_registration", WF_PLACE ", name TEXT NOT NULL, seq INTEGER NOT NULL",
     "project, domain, name, seq"},
    {"take_entry", WF_PLACE ", key BLOB NOT NULL, artifact BLOB NOT NULL, run BLOB NOT NULL",
     "project, domain, key"},
}};

#undef WF_PLACE

constexpr std::array<std::string_view, 2> k_of_runs{
    "INSERT INTO take_artifact SELECT a.project, a.domain, a.id, u.fresh FROM artifact a JOIN take_run u ON "
    "u.project = a.project AND u.domain = a.domain AND u.run = a.run",
    "INSERT OR IGNORE INTO take_dataset SELECT a.project, a.domain, a.workflow, a.task, a.dataset_version "
    "FROM take_artifact u CROSS JOIN artifact a ON a.project = u.project AND a.domain = u.domain AND a.id = "
    "u.artifact",
};

constexpr std::array<std::string_view, 4> k_everything{
    "INSERT INTO take_version SELECT digest FROM version",
    "INSERT INTO take_plan SELECT digest FROM launch_plan",
    "INSERT INTO take_place SELECT p.name, d.name FROM project p CROSS JOIN domain d",
    "INSERT INTO take_registration SELECT project, domain, name, seq FROM registration",
};

// A plan comes with its version as well as a version with its plans.
constexpr std::array<std::string_view, 10> k_part{
    "INSERT OR IGNORE INTO take_place SELECT project, domain FROM take_run",
    "INSERT OR IGNORE INTO take_version SELECT r.version FROM take_run u CROSS JOIN run r ON r.project = "
    "u.project AND r.domain = u.domain AND r.id = u.run",
    "INSERT OR IGNORE INTO take_version SELECT f.version FROM take_run u CROSS JOIN frame f ON f.project = "
    "u.project AND f.domain = u.domain AND f.run = u.run",
    "INSERT OR IGNORE INTO take_version SELECT a.version FROM take_artifact u CROSS JOIN artifact a ON "
    "a.project = u.project AND a.domain = u.domain AND a.id = u.artifact",
    "INSERT OR IGNORE INTO take_version WITH RECURSIVE need(digest) AS (SELECT digest FROM take_version "
    "UNION SELECT v.used FROM need n CROSS JOIN version_use v ON v.version = n.digest) SELECT digest FROM "
    "need",
    "INSERT OR IGNORE INTO take_plan SELECT r.plan FROM take_run u CROSS JOIN run r ON r.project = "
    "u.project AND r.domain = u.domain AND r.id = u.run WHERE r.plan IS NOT NULL",
    "INSERT OR IGNORE INTO take_plan SELECT l.digest FROM launch_plan_registration r JOIN take_place p ON "
    "p.project = r.project AND p.domain = r.domain JOIN launch_plan l ON l.digest = r.plan JOIN "
    "take_version v ON v.digest = l.version",
    "INSERT OR IGNORE INTO take_version SELECT l.version FROM take_plan u JOIN launch_plan l ON l.digest = "
    "u.digest",
    "INSERT OR IGNORE INTO take_registration SELECT r.project, r.domain, r.name, r.seq FROM take_version v "
    "CROSS JOIN registration r ON r.version = v.digest JOIN take_place p ON p.project = r.project AND "
    "p.domain = r.domain",
    "INSERT OR IGNORE INTO take_registration SELECT g.project, g.domain, g.name, g.seq FROM take_run u "
    "CROSS JOIN run r ON r.project = u.project AND r.domain = u.domain AND r.id = u.run JOIN registration g "
    "ON g.project = r.project AND g.domain = r.domain AND g.name = r.workflow AND g.seq = r.registration",
};

#define WF_BLOB(select) "INSERT OR IGNORE INTO take_blob " select
#define WF_FRESH_RUN(table)                                                    \
  " FROM take_run u CROSS JOIN " table                                         \
  " t ON u.fresh AND t.project = u.project AND t.domain = u.domain AND t.run " \
  "= u.run "

// What is in folders comes last.
constexpr std::array<std::string_view, 10> k_blobs{
    WF_BLOB("SELECT t.blob FROM take_version u CROSS JOIN version_blob t ON t.version = u.digest"),
    WF_BLOB("SELECT t.source FROM take_registration u CROSS JOIN registration t ON t.project = u.project AND "
            "t.domain = u.domain AND t.name = u.name AND t.seq = u.seq"),
    WF_BLOB("SELECT t.blob FROM take_plan u CROSS JOIN launch_plan_blob t ON t.plan = u.digest"),
    WF_BLOB("SELECT t.source FROM launch_plan_registration t JOIN take_plan u ON u.digest = t.plan JOIN "
            "take_place p ON p.project = t.project AND p.domain = t.domain WHERE t.source IS NOT NULL"),
    WF_BLOB(
        "SELECT t.blob FROM artifact_blob t JOIN take_artifact u ON u.fresh AND u.project = t.project AND "
        "u.domain = t.domain AND u.artifact = t.artifact"),
    WF_BLOB("SELECT t.blob FROM run_input_blob t JOIN take_run u ON u.fresh AND u.project = t.project AND "
            "u.domain = t.domain AND u.run = t.run"),
    WF_BLOB("SELECT t.stdout" WF_FRESH_RUN("attempt") "WHERE t.stdout IS NOT NULL"),
    WF_BLOB("SELECT t.stderr" WF_FRESH_RUN("attempt") "WHERE t.stderr IS NOT NULL"),
    WF_BLOB("SELECT t.blob" WF_FRESH_RUN("attempt_report") "WHERE t.blob IS NOT NULL"),
    WF_BLOB("SELECT t.child FROM take_blob u CROSS JOIN tree_entry t ON t.tree = u.digest"),
};

// An entry whose artifact stays behind names the newest one that comes and was made under its key.
constexpr std::array<std::string_view, 2> k_entries{
    "INSERT INTO take_entry SELECT c.project, c.domain, c.key, c.artifact, c.run FROM cache_entry c JOIN "
    "take_artifact u ON u.project = c.project AND u.domain = c.domain AND u.artifact = c.artifact",
    "INSERT OR IGNORE INTO take_entry SELECT n.project, n.domain, n.cache_key, a.id, a.run FROM take_run u "
    "CROSS JOIN node n ON n.project = u.project AND n.domain = u.domain AND n.run = u.run CROSS JOIN "
    "cache_entry c ON c.project = n.project AND c.domain = n.domain AND c.key = n.cache_key CROSS JOIN "
    "take_artifact m ON m.project = n.project AND m.domain = n.domain AND m.artifact = n.artifact CROSS JOIN "
    "artifact a ON a.project = n.project AND a.domain = n.domain AND a.id = n.artifact ORDER BY a.id DESC",
};

constexpr std::array<std::string_view, 2> k_parts{
    "INSERT OR IGNORE INTO take_parts SELECT t.parts" WF_FRESH_RUN("node") "WHERE t.parts IS NOT NULL",
    "INSERT OR IGNORE INTO take_parts SELECT c.parts FROM take_entry u CROSS JOIN cache_entry c ON c.project "
    "= u.project AND c.domain = u.domain AND c.key = u.key",
};

#undef WF_BLOB
#undef WF_FRESH_RUN

RunKey read_key(const Statement& row) { return {row.string(0), row.string(1), row.uuid(2)}; }

void add_runs(Database& source, const RunKey& run, std::string_view sql, std::vector<RunKey>& found) {
  Statement& rows = source.statement(sql);
  rows.bind(run.project, run.domain, run.id);
  for (RunKey& key : rows_of(rows, read_key)) found.push_back(std::move(key));
}

// Who made bytes last before a run: ?3 is the run, ?4 the digest; also of a file in a folder.
constexpr std::string_view k_maker =
    "SELECT a.project, a.domain, a.run FROM artifact_blob b JOIN artifact a ON a.project = b.project AND "
    "a.domain = b.domain AND a.id = b.artifact WHERE b.project = ?1 AND b.domain = ?2 AND b.blob IN (SELECT "
    "?4 UNION SELECT tree FROM tree_entry WHERE child = ?4) AND b.artifact < ?3 ORDER BY b.artifact DESC "
    "LIMIT 1";

std::vector<Digest> contents_given(Database& source, const RunKey& run) {
  Statement& rows = source.statement(
      "SELECT type, value, name FROM run_input WHERE project = ?1 AND domain = ?2 AND run = ?3");
  ResetLater reset(rows);
  rows.bind(run.project, run.domain, run.id);
  std::vector<Digest> found;
  while (rows.step()) {
    if (!type_has_content(rows.text(0))) continue;
    for (const Digest& digest : contents_of_value(rows.text(1), rows.string(2))) {
      if (digest != k_empty_digest) found.push_back(digest);
    }
  }
  return found;
}

}  // namespace

std::vector<RunKey> runs_under(Database& source, const RunKey& run) {
  std::vector<RunKey> found;
  add_runs(source, run,
           "SELECT u.project, u.domain, u.producer FROM run_reuse u WHERE u.project = ?1 AND u.domain = ?2 "
           "AND u.run = ?3",
           found);
  add_runs(source, run,
           "SELECT project, domain, parent FROM run WHERE project = ?1 AND domain = ?2 AND id = ?3 AND "
           "parent IS NOT NULL",
           found);
  add_runs(
      source, run,
      "SELECT i.source_project, i.source_domain, i.source_run FROM run_input i JOIN run r ON r.project = "
      "i.source_project AND r.domain = i.source_domain AND r.id = i.source_run WHERE i.project = ?1 AND "
      "i.domain = ?2 AND i.run = ?3",
      found);
  return found;
}

std::set<RunKey> with_origins(Database& source, const std::vector<RunKey>& runs) {
  std::set<RunKey> known(runs.begin(), runs.end());
  std::vector<RunKey> rest(known.begin(), known.end());
  while (!rest.empty()) {
    RunKey run = std::move(rest.back());
    rest.pop_back();
    std::vector<RunKey> under = runs_under(source, run);
    for (const Digest& digest : contents_given(source, run)) {
      Statement& maker = source.statement(k_maker);
      maker.bind(run.project, run.domain, run.id, digest);
      auto found = row_of(maker, read_key);
      if (found) under.push_back(*std::move(found));
    }
    for (RunKey& one : under) {
      if (known.insert(one).second) rest.push_back(std::move(one));
    }
  }
  return known;
}

Selection::Selection(Database& source) : source_(&source) {}

void Selection::run(std::string_view sql) { source_->statement(sql).bind().run(); }

void Selection::begin(const std::vector<PickedRun>& runs) {
  for (const TakeTable& table : k_tables)
    source_->execute(cat("CREATE TEMP TABLE IF NOT EXISTS ", table.name, " (", table.columns,
                         ", PRIMARY KEY (", table.key, ")) WITHOUT ROWID; DELETE FROM ", table.name));
  Statement& insert =
      source_->statement("INSERT INTO take_run (project, domain, run, fresh) VALUES (?1, ?2, ?3, ?4)");
  for (const PickedRun& run : runs)
    insert.bind(run.key.project, run.key.domain, run.key.id, std::int64_t{run.fresh}).run();
  for (std::string_view sql : k_of_runs) run(sql);
}

void Selection::finish() {
  for (std::string_view sql : k_blobs) run(sql);
  for (std::string_view sql : k_entries) run(sql);
  for (std::string_view sql : k_parts) run(sql);
}

void Selection::take_everything(const std::vector<PickedRun>& runs) {
  begin(runs);
  for (std::string_view sql : k_everything) run(sql);
  finish();
}

void Selection::take_part(const std::vector<ResolvedVersion>& versions, const std::vector<PickedRun>& runs) {
  begin(runs);
  Statement& version = source_->statement("INSERT OR IGNORE INTO take_version (digest) VALUES (?1)");
  Statement& place = source_->statement("INSERT OR IGNORE INTO take_place (project, domain) VALUES (?1, ?2)");
  for (const ResolvedVersion& one : versions) {
    version.bind(one.version).run();
    place.bind(one.scope.project, one.scope.domain).run();
  }
  for (std::string_view sql : k_part) run(sql);
  finish();
}

}  // namespace wf::transfer
