#include "cli/run_lines.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/text.hpp"
#include "core/engine/pool_claims.hpp"
#include "core/engine/pools.hpp"

namespace wf::cli {

namespace {

constexpr std::string_view k_turn = "waits for its turn";

// Why a claim is not held; empty: it could be, and that of another pool is missing.
std::string why_in_line(Database& database, const std::vector<PoolClaim>& all, const PoolClaim& claim) {
  std::vector<std::string> before;
  std::int64_t left = claim.size ? *claim.size : find_pool(database, claim.pool).value_or(Pool()).size;
  bool enough = claim.tokens <= left;
  for (const PoolClaim& other : all) {
    if (other.pool != claim.pool || other.seq >= claim.seq) continue;
    before.push_back(cat(claimant_text(database, other.run), claim.size ? "" : " ", other.execution.text()));
    left -= std::min(left, other.tokens);
  }
  if (claim.tokens <= left) return {};
  if (!enough) return cat("waits for ", claim.tokens, " of pool ", claim.pool, ", which has too few");
  return cat("waits for ", join(before, ", "),
             claim.size ? " to end" : cat(" to give back tokens of pool ", claim.pool));
}

// Of executions of a node that need the same only the first stands in line: the others wait for what it does.
void note_lines(Store& store, const RunVertex& run, std::vector<Explanation>& executions) {
  const std::vector<Standing> standing = read_lines(store, run.run);
  if (standing.empty()) return;
  std::map<std::string, std::string> whys;
  for (const Standing& one : standing) whys.emplace(one.path.node, one.why);
  const auto own = whys.find(run_itself().node);
  for (Explanation& one : executions) {
    if (one.why != Why::waiting) continue;
    const auto found = whys.find(one.path.node);
    if (own != whys.end())
      one.line = cat("the run ", own->second);
    else if (found != whys.end())
      one.line = cat("it ", found->second);
  }
}

}  // namespace

std::vector<Standing> read_lines(Store& store, const RunKey& run) {
  std::vector<Standing> all;
  const std::vector<PoolClaim> claims = read_living_claims(store);
  for (const PoolClaim& claim : claims) {
    if (claim.run != run || claim.held) continue;
    if (all.empty() || all.back().path != claim.execution)
      all.push_back({claim.execution, claim.asked_us, std::string(k_turn)});
    std::string why = why_in_line(store.database(), claims, claim);
    if (!why.empty() && all.back().why == k_turn) all.back().why = std::move(why);
  }
  return all;
}

RunExplanation explain_in_line(Store& store, const RunKey& run, const std::optional<NodePath>& node) {
  RunExplanation found = explain(store, run, node);
  note_lines(store, found.run, found.executions);
  return found;
}

RunGaps find_gaps_in_line(Store& store, const RunKey& run) {
  RunGaps found = find_gaps(store, run);
  note_lines(store, found.run, found.absent);
  return found;
}

}  // namespace wf::cli
