#include "core/engine/retry.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>

#include "core/engine/attempt_policy.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/sandboxing.hpp"

namespace wf {

namespace {

constexpr int k_not_executable = 126;
constexpr int k_not_found = 127;
constexpr int k_signal_base = 128;

bool is(const ErrorCode& one, const ErrorCode& other) { return one.id == other.id; }

// Those by which others end a process; what it does wrong itself has signals of its own.
// That ended it, or, as a shell tells by its exit code, the program that it waited for.
int signal_of(const ExitRecord& record) {
  return record.signal != 0 ? record.signal : record.exit_code - k_signal_base;
}

bool comes_from_outside(int signal) {
  constexpr std::array<int, 5> k_signals{SIGHUP, SIGINT, SIGKILL, SIGTERM, SIGPWR};
  return std::find(k_signals.begin(), k_signals.end(), signal) != k_signals.end();
}

// As a shell tells of it.
std::int64_t exit_code_of(const ExitRecord& record) {
  return record.signal != 0 ? k_signal_base + record.signal : record.exit_code;
}

bool has_ended_badly(const AttemptEnd& end) {
  return is(end.code, codes::k_task_failed) || is(end.code, codes::k_task_killed);
}

// By an exit code that is not among those that are tried again.
bool is_left_out(const RetryPolicy& policy, const AttemptEnd& end) {
  if (!policy.on_exit || !has_ended_badly(end) || category_of(end) == FailureCategory::system) return false;
  return !std::binary_search(policy.on_exit->begin(), policy.on_exit->end(), exit_code_of(end.record));
}

bool can_be_retried(const RetryPolicy& policy, const AttemptEnd& end) {
  if (is(end.code, codes::k_total_timeout) || is_about_sandbox(end.code)) return false;
  if (is(end.code, codes::k_not_started)) return end.record.start_may_work;
  if (category_of(end) == FailureCategory::system || !has_ended_badly(end)) return true;
  const std::int64_t exit_code = exit_code_of(end.record);
  const bool cannot_run = exit_code == k_not_executable || exit_code == k_not_found;
  return policy.on_exit ? !is_left_out(policy, end) : !cannot_run;
}

std::int64_t delay(const RetryPolicy& policy, std::int64_t before, double chance) {
  if (policy.base_ns == 0) return 0;  // however often that is multiplied
  constexpr double k_for_ever = 1e18;  // some 30 years: a time of any clock can be added
  double grown = static_cast<double>(policy.base_ns) * std::pow(policy.factor, static_cast<double>(before));
  double full = std::min({grown, static_cast<double>(policy.cap_ns), k_for_ever});
  return static_cast<std::int64_t>(full * (1 - policy.jitter * chance));
}

template <typename Value>
std::optional<Value> said(const Node& node, const Task& task, std::optional<Value> AttemptPolicy::*member) {
  return said(node, task, [member](const AttemptPolicy& one) { return one.*member; });
}

}  // namespace

RetryPolicy retry_policy(const Node& node, const Task& task) {
  RetryPolicy policy;
  auto take = [&](auto member, auto& value) { value = said(node, task, member).value_or(value); };
  take(&AttemptPolicy::retries, policy.budgets[0]);
  take(&AttemptPolicy::system_retries, policy.budgets[1]);
  take(&AttemptPolicy::base_ns, policy.base_ns);
  policy.cap_ns = said(node, task, &AttemptPolicy::cap_ns).value_or(std::max(policy.cap_ns, policy.base_ns));
  policy.on_exit = said(node, task, &AttemptPolicy::on_exit);
  if (auto factor = said(node, task, &AttemptPolicy::factor)) policy.factor = factor->to_double();
  if (auto jitter = said(node, task, &AttemptPolicy::jitter)) policy.jitter = jitter->to_double();
  return policy;
}

std::optional<std::int64_t> attempt_timeout(const Node& node, const Task& task) {
  return said(node, task, &AttemptPolicy::timeout_ns);
}

std::optional<std::int64_t> total_timeout(const Node& node, const Task& task) {
  return said(node, task, &AttemptPolicy::total_timeout_ns);
}

std::optional<std::int64_t> queue_timeout(const Node& node, const Task& task) {
  return said(node, task, &AttemptPolicy::queue_timeout_ns);
}

bool is_interruptible(const Node& node, const Task& task) {
  return said(node, task, &AttemptPolicy::interruptible).value_or(false);
}

FailureCategory category_of(const AttemptEnd& end) {
  bool unstarted = is(end.code, codes::k_not_started) && end.record.start_may_work;
  bool interrupted = has_ended_badly(end) && end.interruptible && !end.record.oom() &&
                     comes_from_outside(signal_of(end.record));
  return unstarted || interrupted || end.record.engine_failed ? FailureCategory::system : FailureCategory::user;
}

std::optional<std::int64_t> next_try(const RetryPolicy& policy, const AttemptEnd& end, const SpentRetries& spent,
                                     double chance) {
  auto budget = static_cast<std::size_t>(category_of(end));
  if (!can_be_retried(policy, end) || spent.at(budget) >= policy.budgets.at(budget)) return std::nullopt;
  return delay(policy, spent.at(budget), chance);
}

std::optional<std::int64_t> left_out_by_on_exit(const RetryPolicy& policy, const AttemptEnd& end,
                                                const SpentRetries& spent) {
  constexpr auto k_user = static_cast<std::size_t>(FailureCategory::user);
  if (spent.at(k_user) >= policy.budgets.at(k_user) || !is_left_out(policy, end)) return std::nullopt;
  return exit_code_of(end.record);
}

}  // namespace wf
