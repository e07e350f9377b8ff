#include "core/engine/attempt_end.hpp"

#include <algorithm>

#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/sandboxing.hpp"

namespace wf {

namespace {

// What it makes is for everybody who may read the store.
std::optional<InvalidOutput> leak_of(const ExitRecord& record) {
  if (record.secret_in.empty()) return std::nullopt;
  return InvalidOutput{codes::k_secret_in_output,
                       cat("the value of a secret is in what it made: ", join(record.secret_in, ", "),
                           "; nothing of that was kept: write only what others may read")};
}

}  // namespace

std::optional<InvalidOutput> failure_of(const ExitRecord& record, const PreparedAttempt& prepared,
                                        StagedInputs& staged) {
  // Each is looked at: one that has changed is laid out anew for the next attempt.
  auto changed = std::count_if(prepared.inputs.begin(), prepared.inputs.end(),
                               [&](const std::string& path) { return staged.changed(path); });
  if (auto failure = sandbox_failure(record)) return failure;
  if (!record.start_error.empty()) return InvalidOutput{codes::k_not_started, record.start_error};
  if (record.signal != 0)
    return InvalidOutput{codes::k_task_killed, cat("killed by ", signal_text(record.signal),
                                                   record.oom() ? " (out of memory)" : "")};
  if (record.exit_code != 0)
    return InvalidOutput{codes::k_task_failed,
                         cat("exited with code ", record.exit_code,
                             record.oom() ? ", after something in it ran out of memory" : "")};
  if (auto leak = leak_of(record)) return leak;
  if (changed == 0) return std::nullopt;
  return InvalidOutput{codes::k_input_changed,
                       "an input was changed while the task ran: inputs are read-only"};
}

InvalidOutput beyond_timeout(std::int64_t limit_ns) {
  return {codes::k_attempt_timeout,
          cat("the attempt took longer than its timeout, ", format_duration(limit_ns))};
}

InvalidOutput beyond_total_timeout(std::int64_t limit_ns) {
  return {codes::k_total_timeout,
          cat("its attempts took longer than their total timeout, ", format_duration(limit_ns))};
}

}  // namespace wf
