// Error codes of stubs.
#pragma once
#include "core/base/error.hpp"

namespace wf::codes {
inline constexpr ErrorCode k_no_stub_value{"WF-E3103", Exit::usage};
}  // namespace wf::codes
