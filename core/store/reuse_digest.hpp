// What the event of a pack of reuses (table reuse_pack) vouches for.
#pragma once
#include <string_view>

#include "core/base/digest.hpp"

namespace wf {

// SHA-256 over both columns, each with its length before it.
Digest reuse_digest(std::string_view executions, std::string_view artifacts);

}  // namespace wf
