// Files that may grow no further.
#pragma once
#include <string_view>

namespace wf {

// The disk is full, or a quota or `ulimit -f` is reached: ENOSPC, EDQUOT, EFBIG.
bool is_no_room(int error);
std::string_view no_room_hint(int error);

}  // namespace wf
