#include "core/engine/retry.hpp"

#include <doctest/doctest.h>

#include "core/engine/codes.hpp"

namespace wf::test {

namespace {

constexpr std::int64_t k_second = 1'000'000'000;

ExitRecord exited(int code) {
  ExitRecord record;
  record.exit_code = code;
  return record;
}

ExitRecord not_started(bool may_work) {
  ExitRecord record;
  record.start_error = "cannot start";
  record.start_may_work = may_work;
  return record;
}

RetryPolicy policy(std::int64_t retries) {
  RetryPolicy policy;
  policy.budgets[0] = retries;
  return policy;
}

std::optional<std::int64_t> after(const RetryPolicy& policy, ErrorCode code, const ExitRecord& record,
                           SpentRetries spent = {}) {
  return next_try(policy, {code, record}, spent, 0);
}

}  // namespace

TEST_CASE("each category has its own budget") {
  const RetryPolicy two = policy(2);
  CHECK(after(two, codes::k_task_failed, exited(1), {1, 3}));
  CHECK_FALSE(after(two, codes::k_task_failed, exited(1), {2, 0}));
  CHECK(after(two, codes::k_not_started, not_started(true), {2, 2}));
  CHECK_FALSE(after(two, codes::k_not_started, not_started(true), {0, 3}));
  CHECK_FALSE(after(policy(0), codes::k_task_failed, exited(1)));
}

TEST_CASE("what cannot be executed is final, and no fault of the machine") {
  CHECK_FALSE(after(policy(9), codes::k_not_started, not_started(false)));
  CHECK(category_of({codes::k_not_started, not_started(false)}) == FailureCategory::user);
  CHECK_FALSE(after(policy(9), codes::k_task_failed, exited(126)));
  CHECK_FALSE(after(policy(9), codes::k_task_failed, exited(127)));
}

TEST_CASE("what a node says goes before what its task says, member by member") {
  Task task;
  Node node;
  CHECK(retry_policy(node, task).budgets == std::array<std::int64_t, 2>{0, 3});
  CHECK_FALSE(attempt_timeout(node, task));
  AttemptPolicy said;
  said.retries = 4;
  said.base_ns = k_second;
  said.timeout_ns = 5;
  task.attempts = std::make_shared<AttemptPolicy>(said);
  AttemptPolicy own;
  own.retries = 0;
  own.factor = Decimal::parse("1.5");
  node.attempts = std::make_shared<AttemptPolicy>(own);
  const RetryPolicy policy = retry_policy(node, task);
  CHECK(policy.budgets[0] == 0);
  CHECK(policy.base_ns == k_second);
  CHECK(policy.factor == 1.5);
  CHECK(attempt_timeout(node, task) == 5);
}

TEST_CASE("the wait grows from the first retry of its budget up to the cap, less what chance takes") {
  RetryPolicy slow = policy(200'000);
  slow.base_ns = k_second;
  slow.factor = 3;
  slow.cap_ns = 5 * k_second;
  slow.jitter = 0.5;
  const ExitRecord record = exited(1);
  auto delay = [&](std::int64_t spent, double chance) {
    return next_try(slow, {codes::k_task_failed, record}, {spent, 7}, chance);
  };
  CHECK(delay(0, 0) == k_second);
  CHECK(delay(1, 0) == 3 * k_second);
  CHECK(delay(2, 0) == 5 * k_second);
  CHECK(delay(8, 1) == 5 * k_second / 2);
  slow.factor = 1e9;
  CHECK(delay(8, 0) == 5 * k_second);
  CHECK(delay(100'000, 0) == 5 * k_second);
}

}  // namespace wf::test
