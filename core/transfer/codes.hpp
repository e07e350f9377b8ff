// Error codes of bundles and of the merging of stores.
#pragma once
#include "core/base/error.hpp"

namespace wf::codes {
inline constexpr ErrorCode k_same_store{"WF-E6301", Exit::usage};
inline constexpr ErrorCode k_transfer_conflict{"WF-E6302", Exit::conflict};
inline constexpr ErrorCode k_run_not_ended{"WF-E6303", Exit::conflict};
inline constexpr ErrorCode k_not_a_bundle{"WF-E6304", Exit::verification_failed};
inline constexpr ErrorCode k_bundle_newer{"WF-E6305", Exit::unavailable};
inline constexpr ErrorCode k_bundle_damaged{"WF-E6306", Exit::verification_failed};
inline constexpr ErrorCode k_bundle_refused{"WF-E6307", Exit::verification_failed};
inline constexpr ErrorCode k_bundle_wrong{"WF-E6308", Exit::verification_failed};
inline constexpr ErrorCode k_bundle_exists{"WF-E6309", Exit::conflict};
inline constexpr ErrorCode k_no_archive_library{"WF-E6310", Exit::unavailable};
inline constexpr ErrorCode k_transfer_clash{"WF-E6311", Exit::verification_failed};
}  // namespace wf::codes
