// Error codes of secrets.
#pragma once
#include "core/base/error.hpp"

namespace wf::codes {
inline constexpr ErrorCode k_no_secret{"WF-E3401", Exit::not_found};
inline constexpr ErrorCode k_secret_unavailable{"WF-E3402", Exit::unavailable};
inline constexpr ErrorCode k_unfit_secret{"WF-E3403", Exit::usage};
}  // namespace wf::codes
