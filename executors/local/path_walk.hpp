// Where a path leads that a process of this machine gives to the kernel, with all links followed as it would follow them.
#pragma once
#include <sys/types.h>

#include <string>

namespace wf {

enum class LastLink { follow, keep };

struct FoundPath {
  enum class State {
    there,
    absent,   // its folder is there
    nowhere,  // not even that, or nobody may look
    unnamed   // a pipe, a socket, a file in memory, one that was removed: nobody's
  };
  State state = State::nowhere;
  std::string path;     // absolute, without links, as far as it leads
  mode_t mode = 0;      // of what is there
};

// `thread` is whose /proc/self is meant. Relative paths begin at what it has open as `folder`, or AT_FDCWD;
// "" is that itself.
FoundPath walk(pid_t thread, int folder, std::string_view path, LastLink last);

// The process that a thread belongs to, by its number in /proc.
std::string process_of(pid_t thread);

}  // namespace wf
