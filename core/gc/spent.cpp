#include "core/gc/spent.hpp"

#include <array>
#include <iterator>

#include "core/base/error.hpp"
#include "core/gc/freed_files.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_rest = 20;  // times as long as freeing took

constexpr std::string_view k_add =
    "INSERT OR IGNORE INTO gc_fate SELECT digest, size, place, 0 FROM blob WHERE digest = ?1 AND freed_us IS "
    "NULL";
constexpr std::string_view k_add_entries =
    "INSERT OR IGNORE INTO gc_fate SELECT b.digest, b.size, b.place, 0 FROM gc_fate f JOIN tree_entry t ON "
    "t.tree "
    "= f.digest JOIN blob b ON b.digest = t.child WHERE b.freed_us IS NULL";

// Any result that is not spent keeps its bytes, and so does one that is tagged or pinned, that a pinned run
// has, or another run that has not ended (?1 is this one).
constexpr std::string_view k_leave_results =
    "DELETE FROM gc_fate WHERE EXISTS (SELECT 1 FROM project p CROSS JOIN domain d CROSS JOIN artifact_blob "
    "b ON "
    "b.project = p.name AND b.domain = d.name AND b.blob = gc_fate.digest JOIN artifact_data v ON v.project "
    "= "
    "b.project AND v.domain = b.domain AND v.artifact = b.artifact AND v.name = b.name JOIN artifact a ON "
    "a.project "
    "= b.project AND a.domain = b.domain AND a.id = b.artifact WHERE coalesce(v.spent_us, 0) = 0 OR EXISTS "
    "(SELECT "
    "1 FROM tag t WHERE t.project = b.project AND t.domain = b.domain AND t.artifact = b.artifact AND "
    "t.created_by "
    "IS NOT NULL) OR EXISTS (SELECT 1 FROM pin i WHERE i.project = b.project AND i.domain = b.domain AND "
    "i.kind = "
    "'artifact' AND i.id = b.artifact) OR EXISTS (SELECT 1 FROM run r WHERE r.project = b.project AND "
    "r.domain = "
    "b.domain AND (r.id = a.run OR r.id IN (SELECT u.run FROM run_reuse u WHERE u.project = b.project AND "
    "u.domain = "
    "b.domain AND u.producer = a.run)) AND ((r.state = 'running' AND r.id <> ?1) OR EXISTS (SELECT 1 FROM "
    "pin i "
    "WHERE i.project = r.project AND i.domain = r.domain AND i.kind = 'run' AND i.id = r.id))))";

// What else may speak of the same bytes. The tables that have no index of them are read once, and come last.
constexpr std::array<std::string_view, 8> k_leave{{
    "DELETE FROM gc_fate WHERE EXISTS (SELECT 1 FROM project p CROSS JOIN domain d CROSS JOIN run_input_blob "
    "b ON "
    "b.project = p.name AND b.domain = d.name AND b.blob = gc_fate.digest)",
    "DELETE FROM gc_fate WHERE EXISTS (SELECT 1 FROM version_blob b WHERE b.blob = gc_fate.digest)",
    "DELETE FROM gc_fate WHERE EXISTS (SELECT 1 FROM launch_plan_blob b WHERE b.blob = gc_fate.digest)",
    "DELETE FROM gc_fate WHERE digest IN (SELECT f.digest FROM registration r CROSS JOIN gc_fate f ON "
    "f.digest = "
    "r.source)",
    "DELETE FROM gc_fate WHERE digest IN (SELECT f.digest FROM launch_plan_registration r CROSS JOIN gc_fate "
    "f ON "
    "f.digest = r.source)",
    "DELETE FROM gc_fate WHERE digest IN (SELECT f.digest FROM attempt t CROSS JOIN gc_fate f ON f.digest = "
    "t.stdout UNION SELECT f.digest FROM attempt t CROSS JOIN gc_fate f ON f.digest = t.stderr)",
    "DELETE FROM gc_fate WHERE digest IN (SELECT f.digest FROM attempt_report t CROSS JOIN gc_fate f ON "
    "f.digest = "
    "t.blob)",
    // Last of all: a folder that stays keeps what is in it.
    "DELETE FROM gc_fate WHERE EXISTS (SELECT 1 FROM tree_entry t JOIN blob b ON b.digest = t.tree WHERE "
    "t.child = "
    "gc_fate.digest AND b.freed_us IS NULL AND t.tree NOT IN (SELECT digest FROM gc_fate))",
}};

}  // namespace

SpentOutputs::SpentOutputs(Store& store, RunKey run) : store_(store), run_(std::move(run)) {}

void SpentOutputs::add(std::vector<Content> contents) {
  contents_.insert(contents_.end(), std::make_move_iterator(contents.begin()),
                   std::make_move_iterator(contents.end()));
}

void SpentOutputs::free(When when) {
  const std::int64_t begin_ns = store_.clock().boottime_ns();
  if (contents_.empty() || (when == When::in_between && begin_ns < rests_until_ns_)) return;
  // Whoever is between a lookup and its commit may be about to use them.
  BlobLocks::Hold relying = store_.blobs().locks().relying_alone();
  if (!relying) return;
  try {
    free_now(relying);
  } catch (const Error&) {  // a full disk, say: the run has all that it needs, and a collection frees them
  }
  contents_.clear();
  const std::int64_t end_ns = store_.clock().boottime_ns();
  rests_until_ns_ = end_ns + k_rest * (end_ns - begin_ns);
}

void SpentOutputs::free_now(const BlobLocks::Hold&) {
  if (!fates_) fates_.emplace(store_.database());  // before the transaction, which may take its tables back
  FreedFiles files(store_.blobs());
  Transaction transaction(store_.database(), Transaction::Mode::write);
  decide();
  files.lock(*fates_);
  const BlobAmount freed = fates_->to_free();
  if (freed.count == 0) return;
  const std::int64_t now_us = store_.clock().wall_us();
  fates_->free(now_us);
  note_freed(store_.database(), now_us, freed, fates_->digest_of_freed(), &run_.id);
  transaction.commit();
  files.remove();
}

void SpentOutputs::decide() {
  Database& database = store_.database();
  database.execute("DELETE FROM gc_fate");
  for (const Content& content : contents_) database.statement(k_add).bind(content.digest).run();
  database.statement(k_add_entries).bind().run();
  database.statement(k_leave_results).bind(run_.id).run();
  for (std::string_view sql : k_leave) {
    if (fates_->to_free().count == 0) return;
    database.statement(sql).bind().run();
  }
}

}  // namespace wf
