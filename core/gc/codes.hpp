// Error codes of the collection of garbage.
#pragma once
#include "core/base/error.hpp"

namespace wf::codes {
inline constexpr ErrorCode k_gc_running{"WF-E6201", Exit::conflict};
inline constexpr ErrorCode k_gc_in_use{"WF-E6202", Exit::conflict};
}  // namespace wf::codes
