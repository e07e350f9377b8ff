// Error codes of the command line.
#pragma once
#include "core/base/error.hpp"

namespace wf::codes {
inline constexpr ErrorCode k_usage{"WF-E5001", Exit::usage};
inline constexpr ErrorCode k_unknown_command{"WF-E5002", Exit::usage};
inline constexpr ErrorCode k_ambiguous_argument{"WF-E5003", Exit::usage};
inline constexpr ErrorCode k_output_exists{"WF-E5004", Exit::conflict};
inline constexpr ErrorCode k_unknown_stream{"WF-E5005", Exit::not_found};
inline constexpr ErrorCode k_bad_cursor{"WF-E5006", Exit::usage};
inline constexpr ErrorCode k_foreign_cursor{"WF-E5007", Exit::conflict};
inline constexpr ErrorCode k_bad_configuration{"WF-E5008", Exit::usage};
inline constexpr ErrorCode k_unknown_setting{"WF-E5009", Exit::usage};
inline constexpr ErrorCode k_bad_setting{"WF-E5010", Exit::usage};
inline constexpr ErrorCode k_setting_absent{"WF-E5011", Exit::not_found};
inline constexpr ErrorCode k_run_undriven{"WF-E5012", Exit::undriven};
inline constexpr ErrorCode k_still_running{"WF-E5013", Exit::still_running};
}  // namespace wf::codes
