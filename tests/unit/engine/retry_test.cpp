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
  AttemptPolicy attempts;
  attempts.retries = retries;
  return retry_policy(attempts);
}

std::optional<Retry> after(const RetryPolicy& policy, ErrorCode code, const ExitRecord& record,
                           SpentRetries spent = {}) {
  return next_try(policy, {code, record}, spent, 0);
}

}  // namespace

TEST_CASE("each category has its own budget") {
  const RetryPolicy two = policy(2);
  CHECK(after(two, codes::k_task_failed, exited(1), {1, 3})->charged == FailureCategory::user);
  CHECK_FALSE(after(two, codes::k_task_failed, exited(1), {2, 0}));
  CHECK(after(two, codes::k_not_started, not_started(true), {2, 2})->charged == FailureCategory::system);
  CHECK_FALSE(after(two, codes::k_not_started, not_started(true), {0, 3}));
  CHECK_FALSE(after(policy(0), codes::k_task_failed, exited(1)));
}

TEST_CASE("what cannot be executed is final, and no fault of the machine") {
  CHECK_FALSE(after(policy(9), codes::k_not_started, not_started(false)));
  CHECK(category_of({codes::k_not_started, not_started(false)}) == FailureCategory::user);
  CHECK_FALSE(after(policy(9), codes::k_task_failed, exited(126)));
  CHECK_FALSE(after(policy(9), codes::k_task_failed, exited(127)));
}

TEST_CASE("the wait grows from the first retry of its budget up to the cap, less what chance takes") {
  RetryPolicy slow = policy(9);
  slow.base_ns = k_second;
  slow.factor = 3;
  slow.cap_ns = 5 * k_second;
  slow.jitter = 0.5;
  const ExitRecord record = exited(1);
  auto delay = [&](std::int64_t spent, double chance) {
    return next_try(slow, {codes::k_task_failed, record}, {spent, 7}, chance)->delay_ns;
  };
  CHECK(delay(0, 0) == k_second);
  CHECK(delay(1, 0) == 3 * k_second);
  CHECK(delay(2, 0) == 5 * k_second);
  CHECK(delay(8, 1) == 5 * k_second / 2);
  slow.factor = 1e9;
  CHECK(delay(8, 0) == 5 * k_second);
}

}  // namespace wf::test
