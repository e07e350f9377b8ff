#include "core/engine/retry.hpp"

#include <algorithm>
#include <cmath>

#include "core/engine/codes.hpp"

namespace wf {

namespace {

constexpr int k_not_executable = 126;
constexpr int k_not_found = 127;
constexpr int k_signal_base = 128;

bool is(const ErrorCode& one, const ErrorCode& other) { return one.id == other.id; }

bool can_be_retried(const RetryPolicy& policy, const AttemptEnd& end) {
  const ExitRecord& record = end.record;
  if (is(end.code, codes::k_not_started)) return record.start_may_work;
  bool ended_badly = is(end.code, codes::k_task_failed) || is(end.code, codes::k_task_killed);
  if (!ended_badly) return true;
  // As a shell tells it.
  std::int64_t exit_code = record.signal != 0 ? k_signal_base + record.signal : record.exit_code;
  if (policy.on_exit) return std::binary_search(policy.on_exit->begin(), policy.on_exit->end(), exit_code);
  return exit_code != k_not_executable && exit_code != k_not_found;
}

std::int64_t delay(const RetryPolicy& policy, std::int64_t before, double chance) {
  constexpr double k_for_ever = 1e18;  // some 30 years: a time of any clock can be added
  double grown = static_cast<double>(policy.base_ns) * std::pow(policy.factor, static_cast<double>(before));
  double full = std::min({grown, static_cast<double>(policy.cap_ns), k_for_ever});
  return static_cast<std::int64_t>(full * (1 - policy.jitter * chance));
}

double value_of(const Decimal& decimal) { return static_cast<double>(decimal.digits) / std::pow(10, decimal.scale); }

}  // namespace

RetryPolicy retry_policy(const AttemptPolicy& attempts) {
  RetryPolicy policy;
  policy.budgets = {attempts.retries.value_or(policy.budgets[0]), attempts.system_retries.value_or(policy.budgets[1])};
  policy.on_exit = attempts.on_exit;
  policy.base_ns = attempts.base_ns.value_or(policy.base_ns);
  policy.cap_ns = attempts.cap_ns.value_or(policy.cap_ns);
  if (attempts.factor) policy.factor = value_of(*attempts.factor);
  if (attempts.jitter) policy.jitter = value_of(*attempts.jitter);
  return policy;
}

FailureCategory category_of(const AttemptEnd& end) {
  bool system = is(end.code, codes::k_not_started) && end.record.start_may_work;
  return system ? FailureCategory::system : FailureCategory::user;
}

std::optional<Retry> next_try(const RetryPolicy& policy, const AttemptEnd& end, const SpentRetries& spent,
                              double chance) {
  FailureCategory category = category_of(end);
  auto budget = static_cast<std::size_t>(category);
  if (!can_be_retried(policy, end) || spent.at(budget) >= policy.budgets.at(budget)) return std::nullopt;
  return Retry{category, delay(policy, spent.at(budget), chance)};
}

}  // namespace wf
