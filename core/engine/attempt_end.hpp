// Why an attempt failed, in the words in which every command tells it.
#pragma once
#include <cstdint>
#include <optional>

#include "core/engine/collect.hpp"
#include "core/engine/executor.hpp"
#include "core/engine/staging.hpp"

namespace wf {

// As far as the end of its process and what became of its inputs tell, but for its timeout; nullopt: its
// outputs decide.
std::optional<InvalidOutput> failure_of(const ExitRecord& record, const PreparedAttempt& prepared,
                                        StagedInputs& staged);

// What took longer than an attempt may, and than all attempts of an execution may together.
InvalidOutput beyond_timeout(std::int64_t limit_ns);
InvalidOutput beyond_total_timeout(std::int64_t limit_ns);

}  // namespace wf
