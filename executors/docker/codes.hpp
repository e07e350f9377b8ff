// Error codes of the Docker executor.
#pragma once
#include "core/base/error.hpp"

namespace wf::codes {
inline constexpr ErrorCode k_bad_engine_address{"WF-E3106", Exit::usage};
inline constexpr ErrorCode k_no_engine{"WF-E3107", Exit::unavailable};
inline constexpr ErrorCode k_engine_refused{"WF-E3108", Exit::unavailable};
inline constexpr ErrorCode k_no_image{"WF-E3109", Exit::unavailable};
inline constexpr ErrorCode k_no_container{"WF-E3110", Exit::usage};
inline constexpr ErrorCode k_bad_copy{"WF-E3111", Exit::unavailable};
}  // namespace wf::codes
