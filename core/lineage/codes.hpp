// Error codes of lineage.
#pragma once
#include "core/base/error.hpp"

namespace wf::codes {
inline constexpr ErrorCode k_unknown_content{"WF-E6101", Exit::not_found};
inline constexpr ErrorCode k_unknown_subject{"WF-E6102", Exit::not_found};
inline constexpr ErrorCode k_ambiguous_subject{"WF-E6103", Exit::usage};
inline constexpr ErrorCode k_empty_content{"WF-E6104", Exit::not_found};
inline constexpr ErrorCode k_unknown_field{"WF-E6105", Exit::usage};
inline constexpr ErrorCode k_no_path{"WF-E6106", Exit::not_found};
inline constexpr ErrorCode k_not_of_a_run{"WF-E6107", Exit::usage};
inline constexpr ErrorCode k_not_ended{"WF-E6108", Exit::still_running};
}  // namespace wf::codes
