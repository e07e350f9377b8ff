// Whether a failed attempt is followed by another one, and after how long.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/definition/model.hpp"
#include "core/engine/executor.hpp"

namespace wf {

// Whose fault a failure is. Each has a budget of its own, so that a flaky machine does not eat up what a task
// may fail, nor the other way round.
enum class FailureCategory : std::uint8_t {
  user,   // the task's: its exit code, its outputs, its time
  system  // the machine's: no process could be started, or one that is interruptible was ended by a signal from outside
};
inline constexpr std::array<std::string_view, 2> k_failure_category_names{"user", "system"};

// What holds for the attempts of a node: what it says itself, else what its task says, else this.
struct RetryPolicy {
  std::array<std::int64_t, 2> budgets{0, 3};  // by category
  std::optional<std::vector<std::int64_t>> on_exit;
  std::int64_t base_ns = 1'000'000'000;
  double factor = 2;
  std::int64_t cap_ns = 300'000'000'000;
  double jitter = 0.5;
};
RetryPolicy retry_policy(const Node& node, const Task& task);
// By the same rule; nullopt: it takes as long as it likes.
std::optional<std::int64_t> attempt_timeout(const Node& node, const Task& task);
std::optional<std::int64_t> total_timeout(const Node& node, const Task& task);
std::optional<std::int64_t> queue_timeout(const Node& node, const Task& task);

// How an attempt failed, as far as that decides about another one.
struct AttemptEnd {
  ErrorCode code;
  const ExitRecord& record;
  bool interruptible = false;
};
bool is_interruptible(const Node& node, const Task& task);
FailureCategory category_of(const AttemptEnd& end);

// What an execution has used of its budgets, by category.
using SpentRetries = std::array<std::int64_t, 2>;

// How long the next attempt waits, at the cost of the budget of this failure's category: base * factor^n for the
// n-th of it, capped, of which the last `jitter` part is left to chance; `chance` is from 0 to 1. nullopt: this
// failure is final. Exit codes 126 and 127 are (there is nothing to execute), unless on_exit has them, and so is a
// command that cannot be executed and what has taken all its time; all else is as the budget has it.
std::optional<std::int64_t> next_try(const RetryPolicy& policy, const AttemptEnd& end, const SpentRetries& spent,
                                     double chance);
// The exit code of a failure that there is a budget for, and that is final as on_exit does not have it.
std::optional<std::int64_t> left_out_by_on_exit(const RetryPolicy& policy, const AttemptEnd& end,
                                                const SpentRetries& spent);

}  // namespace wf
