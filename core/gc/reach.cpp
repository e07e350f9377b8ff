#include "core/gc/reach.hpp"

#include <array>
#include <string_view>

#include "core/base/json_members.hpp"

namespace wf {

namespace {

constexpr const char* k_tables =
    "CREATE TEMP TABLE IF NOT EXISTS gc_run (project TEXT NOT NULL, domain TEXT NOT NULL, run BLOB NOT NULL, "
    "until INTEGER NOT NULL, named INTEGER NOT NULL, PRIMARY KEY (project, domain, run)) WITHOUT "
    "ROWID;CREATE TEMP "
    "TABLE IF NOT EXISTS gc_artifact (project TEXT NOT NULL, domain TEXT NOT NULL, artifact BLOB NOT NULL, "
    "until "
    "INTEGER NOT NULL, named INTEGER NOT NULL, PRIMARY KEY (project, domain, artifact)) WITHOUT ROWID;CREATE "
    "TEMP "
    "TABLE IF NOT EXISTS gc_blob (digest BLOB NOT NULL PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;";

// The last runs are counted twice: a failure must not push the last good result out.
constexpr std::string_view k_runs =
    "INSERT INTO gc_run SELECT project, domain, id, iif(named OR (?3 AND ended_us > ?1) OR nth <= ?2 OR "
    "(state = "
    "'succeeded' "
    "AND nth_of_state <= ?2), 9223372036854775807, ended_us), iif(named, 9223372036854775807, 0) FROM "
    "(SELECT "
    "project, domain, id, state, ended_us, state = 'running' OR EXISTS (SELECT 1 FROM pin p WHERE p.project "
    "= "
    "r.project AND p.domain = r.domain AND p.kind = 'run' AND p.id = r.id) OR (?4 <> '[]' AND EXISTS (SELECT "
    "1 FROM "
    "json_each(r.settings, '$.labels') l JOIN json_each(?4) k ON k.value = l.key OR k.value = l.key || '=' "
    "|| l.value)) AS "
    "named, row_number() OVER "
    "(PARTITION BY "
    "project, domain, workflow ORDER BY id DESC) AS nth, row_number() OVER (PARTITION BY project, domain, "
    "workflow, "
    "state ORDER BY id DESC) AS nth_of_state FROM run r)";

// What a recovery at work may still take over, from its parents and theirs: as if they were at work.
constexpr std::string_view k_recovered_runs =
    "WITH RECURSIVE origin(project, domain, run) AS (SELECT project, domain, parent FROM run WHERE state = "
    "'running' AND "
    "relation = 'recovery' UNION SELECT r.project, r.domain, r.parent FROM origin o JOIN run r ON r.project "
    "= o.project "
    "AND r.domain = o.domain AND r.id = o.run WHERE r.relation = 'recovery') UPDATE gc_run SET until = "
    "9223372036854775807, named = 9223372036854775807 WHERE (project, domain, run) IN (SELECT * FROM origin)";

#define WF_ARTIFACT(select)                                                                             \
  "INSERT INTO gc_artifact (project, domain, artifact, until, named) " select                           \
  " ON CONFLICT (project, domain, artifact) DO UPDATE SET until = max(until, excluded.until), named = " \
  "max(named, "                                                                                         \
  "excluded.named)"
#define WF_BLOB(select)                         \
  "INSERT INTO gc_blob (digest, until) " select \
  " ON CONFLICT (digest) DO UPDATE SET until = max(until, excluded.until)"
#define WF_OF_RUN(row) \
  " JOIN gc_run u ON u.project = " row ".project AND u.domain = " row ".domain AND u.run = " row ".run "
#define WF_OF_ARTIFACT(row, id)                                                                            \
  " JOIN gc_artifact u ON u.project = " row ".project AND u.domain = " row ".domain AND u.artifact = " row \
  "." id " "

constexpr std::array<std::string_view, 5> k_artifacts{{
    WF_ARTIFACT(
        "SELECT a.project, a.domain, a.id, u.until, u.named FROM artifact a" WF_OF_RUN("a") "WHERE true"),
    WF_ARTIFACT("SELECT n.project, n.domain, n.artifact, u.until, u.named FROM node n" WF_OF_RUN(
        "n") "WHERE n.artifact IS NOT NULL"),
    WF_ARTIFACT("SELECT p.project, p.domain, substr(p.artifacts, 16 * e.key + 1, 16), u.until, u.named FROM "
                "reuse_pack "
                "p" WF_OF_RUN("p") "JOIN json_each(p.executions) e WHERE true"),
    WF_ARTIFACT("SELECT project, domain, artifact, 9223372036854775807, 9223372036854775807 FROM tag WHERE "
                "created_by "
                "IS NOT NULL"),
    WF_ARTIFACT("SELECT project, domain, id, 9223372036854775807, 9223372036854775807 FROM pin WHERE kind = "
                "'artifact'"),
}};

// An artifact is kept with the logs and reports of the attempt that made it; but of its temporary outputs
// those that are spent only where somebody named it, or it is at work. Entries of folders come last.
constexpr std::array<std::string_view, 13> k_blobs{{
    WF_BLOB("SELECT b.blob, iif(d.spent_us > 0, max(d.spent_us, u.named), u.until) FROM artifact_blob "
            "b" WF_OF_ARTIFACT(
                "b", "artifact") "JOIN artifact_data d ON d.project = b.project AND d.domain = b.domain "
                                 "AND d.artifact = b.artifact AND d.name = b.name WHERE true"),
    WF_BLOB("SELECT b.blob, u.until FROM run_input_blob b" WF_OF_RUN("b") "WHERE true"),
    WF_BLOB("SELECT t.stdout, u.until FROM attempt t" WF_OF_RUN("t") "WHERE t.stdout IS NOT NULL"),
    WF_BLOB("SELECT t.stderr, u.until FROM attempt t" WF_OF_RUN("t") "WHERE t.stderr IS NOT NULL"),
    WF_BLOB("SELECT t.stdout, u.until FROM artifact a" WF_OF_ARTIFACT(
        "a", "id") "JOIN attempt t USING (project, domain, run, node, element, attempt) WHERE t.stdout IS "
                   "NOT NULL"),
    WF_BLOB("SELECT t.stderr, u.until FROM artifact a" WF_OF_ARTIFACT(
        "a", "id") "JOIN attempt t USING (project, domain, run, node, element, attempt) WHERE t.stderr IS "
                   "NOT NULL"),
    WF_BLOB("SELECT t.blob, u.until FROM attempt_report t" WF_OF_RUN("t") "WHERE t.blob IS NOT NULL"),
    WF_BLOB("SELECT t.blob, u.until FROM artifact a" WF_OF_ARTIFACT(
        "a", "id") "JOIN attempt_report t USING (project, domain, run, node, element, attempt) WHERE t.blob "
                   "IS NOT NULL"),
    WF_BLOB("SELECT blob, 9223372036854775807 FROM version_blob WHERE true"),
    WF_BLOB("SELECT source, 9223372036854775807 FROM registration WHERE true"),
    WF_BLOB("SELECT blob, 9223372036854775807 FROM launch_plan_blob WHERE true"),
    WF_BLOB("SELECT source, 9223372036854775807 FROM launch_plan_registration WHERE source IS NOT NULL"),
    WF_BLOB("SELECT t.child, u.until FROM tree_entry t JOIN gc_blob u ON u.digest = t.tree WHERE true"),
}};

#undef WF_ARTIFACT
#undef WF_BLOB
#undef WF_OF_RUN
#undef WF_OF_ARTIFACT

}  // namespace

Reach::Reach(Database& database) : database_(&database) { database.execute(k_tables); }

void Reach::compute(const KeepRules& rules, std::int64_t now_us) {
  database_->execute("DELETE FROM gc_run; DELETE FROM gc_artifact; DELETE FROM gc_blob");
  database_->statement(k_runs)
      .bind(now_us - rules.keep_within_us, rules.keep_last, std::int64_t{rules.keep_within_us > 0},
            list_json(rules.keep_labels).canonical())
      .run();
  database_->statement(k_recovered_runs).bind().run();
  for (std::string_view sql : k_artifacts) database_->statement(sql).bind().run();
  for (std::string_view sql : k_blobs) database_->statement(sql).bind().run();
}

}  // namespace wf
