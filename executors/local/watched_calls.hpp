// The system calls by which a program reaches files by their names.
#pragma once
#include <span>

#include "executors/local/path_walk.hpp"

namespace wf {

enum class CallKind {
  open,
  open_how,
  create,
  execute,
  remove,
  make,
  link,
  rename,
  change,
  connect,
  bind,
  exit
};

// Which arguments say what; -1: none. A path is relative to the folder that is open as the one before it, or to the
// working folder.
struct WatchedCall {
  int number;
  CallKind kind;
  int folder = -1;
  int path = -1;
  int other_folder = -1;  // of link and rename
  int other_path = -1;
  int flags = -1;                  // O_… of what opens, AT_… of all others
  LastLink last = LastLink::keep;  // where a path ends in a link, unless the flags say otherwise
};

// nullptr: not watched.
const WatchedCall* find_watched_call(int number);
// Also how processes end: only who asks for that is told.
enum class Ends { unwatched, watched };
std::span<const int> watched_numbers(Ends ends);
// By which a process would reach files past all that is watched. bubblewrap needs some of them itself, and leaves no
// rights to those who come after it.
enum class Namespaces { kept, made };
std::span<const int> refused_numbers(Namespaces namespaces);

}  // namespace wf
