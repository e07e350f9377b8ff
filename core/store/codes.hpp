// Error codes of core/store.
#pragma once
#include "core/base/error.hpp"

namespace wf::codes {
inline constexpr ErrorCode k_store_not_found{"WF-E4101", Exit::not_found};
inline constexpr ErrorCode k_store_corrupt{"WF-E4102", Exit::verification_failed};
inline constexpr ErrorCode k_store_busy{"WF-E4103", Exit::unavailable};
inline constexpr ErrorCode k_store_full{"WF-E4104", Exit::unavailable};
inline constexpr ErrorCode k_store_io{"WF-E4105", Exit::unavailable};
inline constexpr ErrorCode k_store_newer{"WF-E4106", Exit::unavailable};
inline constexpr ErrorCode k_not_a_store{"WF-E4107", Exit::unavailable};
inline constexpr ErrorCode k_network_store{"WF-E4108", Exit::unavailable};
inline constexpr ErrorCode k_store_read_only{"WF-E4109", Exit::unavailable};
inline constexpr ErrorCode k_store_query{"WF-E4110", Exit::unavailable};
inline constexpr ErrorCode k_blob_missing{"WF-E4111", Exit::verification_failed};
inline constexpr ErrorCode k_blob_damaged{"WF-E4112", Exit::verification_failed};
inline constexpr ErrorCode k_store_address{"WF-E4113", Exit::usage};
inline constexpr ErrorCode k_store_older{"WF-E4114", Exit::unavailable};
inline constexpr ErrorCode k_version_missing{"WF-E4115", Exit::not_found};
inline constexpr ErrorCode k_blob_freed{"WF-E4116", Exit::not_found};
}  // namespace wf::codes
