// Waits for commits to a store, by whatever process.
//
// A commit can be seen once SQLite has changed its shared memory, which the kernel reports to nobody, and
// that comes after the last write to the log. So each writer touches the log after its commit, and when one
// dies before that the kernel closes the log for it: both are events of the store's folder, and neither comes
// too early. The log may be emptied, removed and made anew: it is watched by its name.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/base/file_notices.hpp"

namespace wf {

class CommitWatch {
 public:
  // Every commit after this is reported by wait(). `folder` is the store's.
  explicit CommitWatch(std::string folder);

  // commit: there may have been commits since the last call. store_gone: the database or its folder was
  // removed, moved or replaced. reader_gone: nobody reads `output` (a pipe, socket or terminal) any more.
  enum class Wake { commit, store_gone, reader_gone };
  Wake wait(int output);

  // For a loop that waits for other things, too: readable when take() may have something to tell.
  int descriptor() const { return notices_.descriptor(); }
  // What wait() would say; nullopt: nothing yet.
  std::optional<Wake> take();

 private:
  // What the events that are waiting mean together.
  struct Seen {
    bool commit = false;
    bool gone = false;
  };
  Seen read_events();

  std::string folder_;
  FileNotices notices_;
};

}  // namespace wf
