// What can be wrong with the bytes of a blob, said alike wherever they are read.
#pragma once
#include <cstdint>
#include <string_view>

#include "core/base/digest.hpp"

namespace wf {

[[noreturn]] void throw_missing(const Digest& digest, std::string_view why);
[[noreturn]] void throw_damaged(const Digest& digest, std::string_view why);
[[noreturn]] void throw_freed(const Digest& digest, std::int64_t freed_us);

}  // namespace wf
