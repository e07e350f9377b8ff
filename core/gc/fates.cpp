#include "core/gc/fates.hpp"

#include <array>

namespace wf {

namespace {

constexpr const char* k_tables =
    "CREATE TEMP TABLE IF NOT EXISTS gc_fate (digest BLOB NOT NULL PRIMARY KEY, size INTEGER NOT NULL, place "
    "TEXT NOT NULL, fate INTEGER NOT NULL) WITHOUT ROWID;CREATE TEMP TABLE IF NOT EXISTS gc_owner (digest "
    "BLOB NOT NULL PRIMARY KEY, project TEXT NOT NULL, domain TEXT NOT NULL, workflow TEXT NOT NULL, run "
    "BLOB NOT NULL, kind TEXT NOT NULL) WITHOUT ROWID;";

// ?1 is now, ?2 the grace period. A use after it was condemned begins that anew. What was condemned in what
// is the future now, by a clock that was set back since, is condemned again; and nothing was used later than
// now.
constexpr std::string_view k_decide =
    "INSERT INTO gc_fate SELECT b.digest, b.size, b.place, CASE WHEN b.condemned_us > ?1 THEN 1 WHEN "
    "max(coalesce(b.condemned_us, ?1), min(coalesce(u.until, 0), ?1)) + ?2 <= ?1 THEN 0 WHEN b.condemned_us "
    "IS NULL "
    "THEN 1 ELSE 2 END FROM blob b LEFT JOIN gc_blob u ON u.digest = b.digest WHERE b.freed_us IS NULL AND "
    "(u.until "
    "IS NULL OR u.until < 9223372036854775807)";

// The first that claims a blob has it. Tables are read from end to end: there is no index of them by blob
// alone.
constexpr std::array<std::string_view, 6> k_owners{{
    "INSERT OR IGNORE INTO gc_owner SELECT f.digest, a.project, a.domain, r.workflow, a.run, 'outputs' FROM "
    "artifact_blob b CROSS JOIN gc_fate f ON f.digest = b.blob JOIN artifact a ON a.project = b.project AND "
    "a.domain = b.domain AND a.id = b.artifact JOIN run r ON r.project = a.project AND r.domain = a.domain "
    "AND r.id = a.run ORDER BY a.id",
    "INSERT OR IGNORE INTO gc_owner SELECT f.digest, r.project, r.domain, r.workflow, r.id, 'inputs' FROM "
    "run_input_blob b CROSS JOIN gc_fate f ON f.digest = b.blob JOIN run r ON r.project = b.project AND "
    "r.domain = b.domain AND r.id = b.run ORDER BY r.id",
    "INSERT OR IGNORE INTO gc_owner SELECT f.digest, o.project, o.domain, o.workflow, o.run, o.kind FROM "
    "gc_fate f JOIN tree_entry t ON t.child = f.digest JOIN gc_owner o ON o.digest = t.tree ORDER BY o.run",
    "INSERT OR IGNORE INTO gc_owner SELECT f.digest, r.project, r.domain, r.workflow, r.id, 'logs' FROM "
    "attempt t CROSS JOIN gc_fate f ON f.digest = t.stdout JOIN run r ON r.project = t.project AND r.domain "
    "= t.domain AND r.id = t.run ORDER BY r.id",
    "INSERT OR IGNORE INTO gc_owner SELECT f.digest, r.project, r.domain, r.workflow, r.id, 'logs' FROM "
    "attempt t CROSS JOIN gc_fate f ON f.digest = t.stderr JOIN run r ON r.project = t.project AND r.domain "
    "= t.domain AND r.id = t.run ORDER BY r.id",
    "INSERT OR IGNORE INTO gc_owner SELECT f.digest, r.project, r.domain, r.workflow, r.id, 'reports' FROM "
    "attempt_report t CROSS JOIN gc_fate f ON f.digest = t.blob JOIN run r ON r.project = t.project AND "
    "r.domain = t.domain AND r.id = t.run ORDER BY r.id",
}};

}  // namespace

std::string_view blob_fate_name(BlobFate fate) {
  constexpr std::string_view k_names[] = {"freed", "condemned", "waiting", "in_use"};
  return k_names[static_cast<std::size_t>(fate)];
}

Fates::Fates(Database& database) : database_(&database) { database.execute(k_tables); }

void Fates::decide(const KeepRules& rules, std::int64_t now_us) {
  database_->execute("DELETE FROM gc_fate");
  database_->statement(k_decide).bind(now_us, rules.grace_us).run();
  database_->execute("DELETE FROM gc_owner");
  for (std::string_view sql : k_owners) database_->statement(sql).bind().run();
}

std::vector<Digest> Fates::files_to_free() {
  Statement& rows =
      database_->statement("SELECT digest FROM gc_fate WHERE fate = 0 AND place = 'file' ORDER BY digest");
  rows.bind();
  return rows_of(rows, [](const Statement& row) { return row.digest(0); });
}

void Fates::set_in_use(const Digest& digest) {
  database_->statement("UPDATE gc_fate SET fate = 3 WHERE digest = ?1").bind(digest).run();
}

std::vector<FateGroup> Fates::groups() {
  Statement& rows = database_->statement(
      "SELECT coalesce(o.project, ''), coalesce(o.domain, ''), coalesce(o.workflow, ''), o.run, "
      "coalesce(o.kind, 'other'), f.fate, count(*), sum(f.size) FROM gc_fate f LEFT JOIN gc_owner o ON "
      "o.digest = f.digest GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6");
  rows.bind();
  return rows_of(rows, [](const Statement& row) {
    std::optional<Uuid> run;
    if (!row.is_null(3)) run = row.uuid(3);
    return FateGroup{row.string(0),  row.string(1),
                     row.string(2),  run,
                     row.string(4),  static_cast<BlobFate>(row.integer(5)),
                     row.integer(6), row.integer(7)};
  });
}

BlobAmount Fates::amount(std::string_view sql) {
  Statement& row = database_->statement(sql);
  row.bind();
  return *row_of(row, [](const Statement& found) { return BlobAmount{found.integer(0), found.integer(1)}; });
}

BlobAmount Fates::rescued() {
  return amount(
      "SELECT count(*), coalesce(sum(b.size), 0) FROM blob b JOIN gc_blob u ON u.digest = b.digest WHERE "
      "b.condemned_us IS NOT NULL AND u.until = 9223372036854775807");
}

BlobAmount Fates::kept() {
  return amount(
      "SELECT count(*), coalesce(sum(b.size), 0) FROM blob b JOIN gc_blob u ON u.digest = b.digest WHERE "
      "b.freed_us IS NULL AND u.until = 9223372036854775807");
}

std::optional<std::int64_t> Fates::next_us(const KeepRules& rules, std::int64_t now_us) {
  Statement& row = database_->statement(
      "SELECT min(max(min(coalesce(b.condemned_us, ?1), ?1), min(coalesce(u.until, 0), ?1))) + ?2 FROM "
      "gc_fate f JOIN blob b "
      "ON b.digest = f.digest LEFT JOIN gc_blob u ON u.digest = f.digest WHERE f.fate = 1 OR f.fate = 2");
  row.bind(now_us, rules.grace_us);
  return *row_of(row, [](const Statement& found) { return found.optional_integer(0); });
}

BlobAmount Fates::to_free() {
  return amount("SELECT count(*), coalesce(sum(size), 0) FROM gc_fate WHERE fate = 0");
}

void Fates::condemn(std::int64_t now_us) {
  database_
      ->statement(
          "UPDATE blob SET condemned_us = NULL WHERE condemned_us IS NOT NULL AND digest IN (SELECT digest "
          "FROM gc_blob WHERE until = 9223372036854775807)")
      .bind()
      .run();
  database_
      ->statement(
          "UPDATE blob SET condemned_us = ?1 WHERE digest IN (SELECT digest FROM gc_fate WHERE fate = 1)")
      .bind(now_us)
      .run();
}

void Fates::free(std::int64_t now_us) {
  database_
      ->statement(
          "UPDATE blob SET place = 'none', data = NULL, condemned_us = NULL, freed_us = ?1 WHERE digest IN "
          "(SELECT digest FROM gc_fate WHERE fate = 0)")
      .bind(now_us)
      .run();
}

Digest Fates::digest_of_freed() {
  Statement& rows = database_->statement("SELECT digest FROM gc_fate WHERE fate = 0 ORDER BY digest");
  ResetLater reset(rows);
  rows.bind();
  Hasher hasher;
  while (rows.step()) hasher.update(rows.bytes(0));
  return hasher.finish();
}

}  // namespace wf
