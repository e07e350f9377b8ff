// Error codes of core/base: operating system, files, JSON.
#pragma once
#include "core/base/error.hpp"

namespace wf::codes {
inline constexpr ErrorCode k_system_call{"WF-E4001", Exit::unavailable};
inline constexpr ErrorCode k_file_not_found{"WF-E4002", Exit::not_found};
inline constexpr ErrorCode k_bad_json{"WF-E4003", Exit::usage};
inline constexpr ErrorCode k_no_space{"WF-E4004", Exit::unavailable};
inline constexpr ErrorCode k_bad_tree{"WF-E4006", Exit::verification_failed};
inline constexpr ErrorCode k_file_changed{"WF-E4007", Exit::run_failed};
inline constexpr ErrorCode k_special_file{"WF-E4008", Exit::usage};
// Permission denied, a path too long, too many links: a matter of the file and not of the machine.
inline constexpr ErrorCode k_unreachable{"WF-E4009", Exit::unavailable};
inline constexpr ErrorCode k_not_a_file{"WF-E4010", Exit::usage};
inline constexpr ErrorCode k_no_curl{"WF-E4011", Exit::unavailable};
inline constexpr ErrorCode k_internal{"WF-E4999", Exit::unavailable};
}  // namespace wf::codes
