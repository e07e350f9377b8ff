#include "core/engine/pool_claims.hpp"

#include <algorithm>
#include <map>

#include "core/base/text.hpp"
#include "core/engine/pools.hpp"
#include "core/engine/run_record.hpp"
#include "core/engine/run_writer.hpp"

namespace wf {

namespace {

PoolClaim read_claim(const Statement& row) {
  return {row.integer(0),
          row.string(1),
          row.integer(2),
          row.optional_integer(3),
          {row.string(4), row.string(5), row.uuid(6)},
          {row.string(7), row.integer(8)},
          row.integer(9) != 0,
          row.integer(10)};
}

bool is_dead_claimant(Store& store, const DriverInfo& claimant) {
  const DriverState state = state_of(claimant);
  if (state == DriverState::alive) return false;
  return state == DriverState::dead || store.clock().wall_us() - claimant.claimed_us > k_lease_ns / 1000;
}

bool is_dead(Store& store, const RunKey& key) {
  std::optional<RunRecord> run = load_run(store.database(), key);
  std::optional<DriverInfo> driver = newest_driver(store.database(), key);
  if (!driver) return true;
  if (!run) return is_dead_claimant(store, *driver);
  return run->state != RunState::running || ownership(*run, *driver, store.clock()) != Ownership::held;
}

// Of the runs that have claims.
std::vector<RunKey> dead_runs(Store& store) {
  Statement& rows = store.database().statement("SELECT DISTINCT project, domain, run FROM pool_claim");
  std::vector<RunKey> runs = rows_of(rows, [](const Statement& row) {
    return RunKey{row.string(0), row.string(1), row.uuid(2)};
  });
  std::erase_if(runs, [&](const RunKey& run) { return !is_dead(store, run); });
  return runs;
}

// Goes down the line. What an earlier one has, or waits for, is not there for a later one.
class Line {
 public:
  explicit Line(Database& database) {
    for (const Pool& pool : list_pools(database)) sizes_[pool.name] = pool.size;
  }

  // Whether the claims of one execution can be held now; they are counted in any case.
  bool fits(const std::vector<PoolClaim>& claims) {
    bool fits = true;
    for (const PoolClaim& claim : claims) {
      std::int64_t& taken = taken_[claim.pool];
      fits = fits && taken <= size_of(claim) && claim.tokens <= size_of(claim) - taken;
      taken += std::min(claim.tokens, INT64_MAX - taken);
    }
    return fits;
  }

 private:
  std::int64_t size_of(const PoolClaim& claim) const {
    if (claim.size) return *claim.size;
    auto found = sizes_.find(claim.pool);
    return found == sizes_.end() ? 0 : found->second;
  }

  std::map<std::string, std::int64_t> sizes_;
  std::map<std::string, std::int64_t> taken_;
};

// By execution, those that hold first, then in the order of the line.
std::vector<std::vector<PoolClaim>> grouped(std::vector<PoolClaim> claims) {
  std::stable_sort(claims.begin(), claims.end(), [](const PoolClaim& a, const PoolClaim& b) { return a.held && !b.held; });
  std::vector<std::vector<PoolClaim>> groups;
  for (PoolClaim& claim : claims) {
    if (groups.empty() || groups.back().front().seq != claim.seq) groups.emplace_back();
    groups.back().push_back(std::move(claim));
  }
  return groups;
}

}  // namespace

std::vector<PoolClaim> read_claims(Database& database, const std::optional<std::string>& pool) {
  Statement& rows = database.statement(
      "SELECT seq, pool, tokens, size, project, domain, run, node, element, held, asked_us FROM pool_claim "
      "WHERE ?1 IS NULL OR pool = ?1 ORDER BY seq, pool");
  rows.bind(pool);
  return rows_of(rows, read_claim);
}

std::vector<PoolClaim> read_living_claims(Store& store, const std::optional<std::string>& pool) {
  std::vector<PoolClaim> claims = read_claims(store.database(), pool);
  const std::vector<RunKey> dead = dead_runs(store);
  std::erase_if(claims, [&](const PoolClaim& claim) {
    return std::find(dead.begin(), dead.end(), claim.run) != dead.end();
  });
  return claims;
}

std::set<NodePath> read_held(Database& database, const RunKey& run) {
  Statement& rows = database.statement(
      "SELECT DISTINCT node, element FROM pool_claim WHERE project = ?1 AND domain = ?2 AND run = ?3 AND held = 1");
  rows.bind(run.project, run.domain, run.id);
  std::vector<NodePath> held =
      rows_of(rows, [](const Statement& row) { return NodePath{row.string(0), row.integer(1)}; });
  return {held.begin(), held.end()};
}

// No name of a pool has such signs.
std::string run_pool(const RunKey& run, const std::string& workflow) {
  return cat("runs of ", run.project, "/", run.domain, "/", workflow);
}

NodePath run_itself() { return {"", k_no_element}; }

void note_claimant(Store& store, const RunKey& key) {
  forget_claimant(store.database(), key);
  insert_driver(store, key, 1);
}

void forget_claimant(Database& database, const RunKey& key) {
  database
      .statement(
          "DELETE FROM driver WHERE project = ?1 AND domain = ?2 AND run = ?3 "
          "AND NOT EXISTS (SELECT 1 FROM run WHERE project = ?1 AND domain = ?2 AND id = ?3)")
      .bind(key.project, key.domain, key.id)
      .run();
}

std::string claimant_text(Database& database, const RunKey& key) {
  if (load_run(database, key)) return cat("run ", key.id.tail());
  std::optional<DriverInfo> claimant = newest_driver(database, key);
  return claimant ? cat("wf verify-repro, ", describe(*claimant)) : "nobody";
}

void ask_for_tokens(Store& store, const RunKey& run, const NodePath& execution, const PoolNeeds& needs,
                    const std::optional<std::int64_t>& size) {
  Database& database = store.database();
  Statement& known = database.statement(
      "SELECT 1 FROM pool_claim WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4 AND element = ?5");
  known.bind(run.project, run.domain, run.id, execution.node, execution.element);
  if (row_of(known, [](const Statement&) { return true; })) return;
  Statement& last = database.statement("SELECT coalesce(max(seq), 0) FROM pool_claim");
  std::int64_t seq = *row_of(last, [](const Statement& row) { return row.integer(0); }) + 1;
  for (const auto& [pool, tokens] : needs) {
    database
        .statement(
            "INSERT INTO pool_claim (seq, pool, tokens, size, project, domain, run, node, element, held, asked_us) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10)")
        .bind(seq, pool, tokens, size, run.project, run.domain, run.id, execution.node, execution.element,
              store.clock().wall_us())
        .run();
  }
}

bool leave_tokens(Database& database, const RunKey& run, const NodePath& execution) {
  Statement& rows = database.statement(
      "DELETE FROM pool_claim WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4 AND element = ?5");
  rows.bind(run.project, run.domain, run.id, execution.node, execution.element).run();
  return rows.changes() > 0;
}

bool leave_tokens(Database& database, const RunKey& run) {
  Statement& rows = database.statement("DELETE FROM pool_claim WHERE project = ?1 AND domain = ?2 AND run = ?3");
  rows.bind(run.project, run.domain, run.id).run();
  return rows.changes() > 0;
}

void hand_out_tokens(Store& store) {
  Database& database = store.database();
  for (const RunKey& run : dead_runs(store)) {
    leave_tokens(database, run);
    forget_claimant(database, run);
  }
  Line line(database);
  for (const std::vector<PoolClaim>& claims : grouped(read_claims(database))) {
    bool fits = line.fits(claims);
    if (claims.front().held || !fits) continue;
    database.statement("UPDATE pool_claim SET held = 1 WHERE seq = ?1").bind(claims.front().seq).run();
  }
}

bool has_dead_claim(Store& store) { return !dead_runs(store).empty(); }

}  // namespace wf
