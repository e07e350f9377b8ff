// Claims to tokens of pools: who has some, and who waits for some.
//
// First come, first served, in each pool by itself: whoever asked later gets nothing of what an earlier one waits for,
// so nobody waits for ever. What an execution needs it gets at once, all of it, and it asks when nothing else is
// missing: so no two of them wait for each other. The claims of a run end with its driver.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/catalog/runs.hpp"
#include "core/definition/model.hpp"
#include "core/store/store.hpp"

namespace wf {

// One row: of an execution that needs several pools there are several.
struct PoolClaim {
  std::int64_t seq = 0;
  std::string pool;
  std::int64_t tokens = 0;
  std::optional<std::int64_t> size;  // of a pool that is none of the store's
  RunKey run;
  NodePath execution;  // without a node: the run itself
  bool held = false;
  std::int64_t asked_us = 0;
};
// In the order of the line; of one pool, or of all.
std::vector<PoolClaim> read_claims(Database& database, const std::optional<std::string>& pool = {});
// The same without those that count no more: whoever has made them is dead.
std::vector<PoolClaim> read_living_claims(Store& store, const std::optional<std::string>& pool = {});
// The executions of a run that have what they asked for.
std::set<NodePath> read_held(Database& database, const RunKey& run);

// The pool of the runs of a workflow, which is none of the store's.
std::string run_pool(const RunKey& run, const std::string& workflow);
// What a run itself claims.
NodePath run_itself();

// A process that claims for itself, as wf verify-repro does, and is no run: it stands as the driver of one
// that there is not, until it is forgotten, or is dead. What may be on another machine counts as long as it
// notes itself again in the time of a lease. Within the caller's write transaction.
void note_claimant(Store& store, const RunKey& key);
void forget_claimant(Database& database, const RunKey& key);
// "run 0a1b2c3d", or what else has the claim.
std::string claimant_text(Database& database, const RunKey& key);

// All of these within the caller's write transaction.
// At the end of the line, unless the execution stands in it.
void ask_for_tokens(Store& store, const RunKey& run, const NodePath& execution, const PoolNeeds& needs,
                    const std::optional<std::int64_t>& size = {});
// Gives them back, or leaves the line. False when there was nothing.
bool leave_tokens(Database& database, const RunKey& run, const NodePath& execution);
bool leave_tokens(Database& database, const RunKey& run);
// Ends the claims of dead drivers, and gives tokens to those whose turn it is, of whichever run.
void hand_out_tokens(Store& store);

// Whether a claim stands whose driver is dead; for who waits.
bool has_dead_claim(Store& store);

}  // namespace wf
