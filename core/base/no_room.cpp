#include "core/base/no_room.hpp"

#include <cerrno>

namespace wf {

bool is_no_room(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

std::string_view no_room_hint(int error) {
  return error == EFBIG
             ? "raise the limit on the size of files ('ulimit -f'), then run the command again: nothing "
               "committed was lost"
             : "free some space on that file system, then run the command again: nothing committed was lost";
}

}  // namespace wf
