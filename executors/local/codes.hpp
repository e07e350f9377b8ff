// Error codes of the local executor.
#pragma once
#include "core/base/error.hpp"

namespace wf::codes {
inline constexpr ErrorCode k_keeper{"WF-E3101", Exit::unavailable};
inline constexpr ErrorCode k_attempt_id{"WF-E3102", Exit::unavailable};
inline constexpr ErrorCode k_limit_group{"WF-E3104", Exit::unavailable};
inline constexpr ErrorCode k_sandbox_place{"WF-E3105", Exit::unavailable};
}  // namespace wf::codes
