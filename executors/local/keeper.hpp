// The keeper: a tiny process above the driver, so that nothing of a run outlives both.
//
// run_kept() forks at once. The parent is the keeper: no threads, a subreaper, it only waits. The child
// drives. When the driver ends, by whatever means, the keeper kills and reaps every descendant; when the
// keeper ends, the driver sees it on KeeperLink::pidfd and does the same (kill_everything). If both are
// killed at once, attempts lose their first process to PDEATHSIG and the next driver runs kill_strays().
//
// Signals. The driver has a session of its own, without a terminal, so its attempts need none (a session for
// each costs 10 % of a short task) and no task can read from or be stopped by the terminal. The keeper stays
// in the caller's process group: it alone gets Ctrl-C, Ctrl-Z, hang-up, a changed window and what `kill`
// sends to the pid the caller knows, and tells the driver, once. Reading and writing the terminal through
// inherited descriptors works without job control. Only `pkill wf`, which signals both, makes a second copy:
// KeeperLink::counts() drops it.
#pragma once
#include <functional>
#include <map>
#include <utility>

#include "core/base/event_loop.hpp"
#include "core/base/file.hpp"

namespace wf {

// The driver's side.
class KeeperLink {
 public:
  KeeperLink(Fd pidfd, pid_t pid) : pidfd_(std::move(pidfd)), pid_(pid) {}

  // Readable when the keeper has died.
  const Fd& pidfd() const { return pidfd_; }

  // Whether this signal is news: false for the second copy of one that a sender sent to keeper and driver.
  // Ask once for each signal received; SIGINT and SIGTERM come as SI_QUEUE from the keeper.
  bool counts(const SignalEvent& event);

  // Calls `lost` on the loop when the keeper has died; `lost` stops the driver, usually by kill_everything().
  void watch(EventLoop& loop, std::function<void()> lost);

 private:
  struct Copies {
    int direct = 0;
    int forwarded = 0;
  };
  Fd pidfd_;
  pid_t pid_;
  std::map<std::pair<int, int>, Copies> copies_;  // by signal and sender
};

// What the keeper does besides; each may be left out.
struct KeeperDuties {
  std::function<void()> at_once = {};  // when the driver has been started
  std::function<void()> afterwards =
      {};  // once nothing of the driver is running any more, however that has ended
};

// Runs `driver` in a child under a keeper. In the caller it returns the driver's exit code, or dies by the
// signal that killed the driver. The child leaves by _exit after flushing stdio; an exception of `driver`
// goes up in the child alone, whose exit code main decides. Call it before any thread exists.
// Throws Error(k_keeper) when it cannot fork.
int run_kept(const std::function<int(KeeperLink&)>& driver, const KeeperDuties& duties = {});

// For a driver without its keeper: kills all descendants, then ends this process by SIGKILL's status.
[[noreturn]] void kill_everything();

}  // namespace wf
