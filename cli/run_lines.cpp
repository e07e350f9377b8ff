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
class Lines {
 public:
  Lines(Store& store, const RunKey& run) {
    for (const Standing& one : read_lines(store, run)) whys_.emplace(one.path.node, one.why);
  }

  void note(Explanation& one) const {
    if (one.why != Why::waiting && !one.ready) return;
    const auto own = whys_.find(run_itself().node);
    const auto found = whys_.find(one.path.node);
    if (own != whys_.end())
      one.line = cat("the run ", own->second);
    else if (found != whys_.end())
      one.line = cat("it ", found->second);
  }

 private:
  std::map<std::string, std::string> whys_;  // by node
};

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
  const Lines lines(store, run);
  for (Explanation& one : found.executions) lines.note(one);
  return found;
}

RunGaps find_gaps_in_line(Store& store, const RunKey& run) {
  RunGaps found = find_gaps(store, run);
  const Lines lines(store, run);
  for (Explanation& one : found.absent) lines.note(one);
  for (auto& [path, one] : found.ready) lines.note(one);
  return found;
}

void note_pauses(const RunGaps& gaps, std::vector<NodeInfo>& nodes) {
  for (NodeInfo& node : nodes) {
    const auto found = gaps.pauses.find(node.path);
    if (found != gaps.pauses.end()) node.cause = found->second.cause;
  }
}

}  // namespace wf::cli
