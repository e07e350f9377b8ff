#include "executors/local/keeper.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "executors/local/codes.hpp"

namespace wf {

namespace {

[[noreturn]] void fail(std::string_view action) {
  throw Error(codes::k_keeper, cat("cannot ", action, ": ", std::strerror(errno)),
              "this user or machine has too many processes: end some, then run the command again");
}

// All that the keeper waits for. What the caller has ignored (nohup, a shell's background job) stays ignored.
sigset_t keeper_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  for (int number : {SIGTSTP, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGWINCH, SIGUSR1, SIGUSR2}) {
    if (!is_signal_ignored(number)) sigaddset(&set, number);
  }
  return set;
}

void forward(pid_t driver, const siginfo_t& info) {
  sigval sender{};
  sender.sival_int = info.si_code == SI_USER ? info.si_pid : 0;  // 0: the terminal
  ::sigqueue(driver, info.si_signo, sender);
}

// Ctrl-Z: the driver stops and goes on with us. Where nobody could continue us (an orphaned group) the kernel
// ignores SIGTSTP, and both go on at once.
void suspend(pid_t driver) {
  ::kill(driver, SIGSTOP);
  ::raise(SIGTSTP);
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  ::sigprocmask(SIG_UNBLOCK, &stop, nullptr);
  ::sigprocmask(SIG_BLOCK, &stop, nullptr);
  ::kill(driver, SIGCONT);
}

void handle(pid_t driver, const siginfo_t& info) {
  if (info.si_signo == SIGTSTP) return suspend(driver);
  if (info.si_signo != SIGCHLD) forward(driver, info);
}

// Waits until the driver has ended; its wait status. What else ends meanwhile is left for kill_descendants.
int await(pid_t driver, const sigset_t& signals) {
  while (true) {
    int status = 0;
    if (::waitpid(driver, &status, WNOHANG) == driver) return status;
    siginfo_t info{};
    if (::sigwaitinfo(&signals, &info) > 0) handle(driver, info);
  }
}

// Ends this process as the driver ended.
int end_as(int status) {
  if (!WIFSIGNALED(status)) return WEXITSTATUS(status);
  die_of_signal(WTERMSIG(status));
  return 128 + WTERMSIG(status);
}

[[noreturn]] void drive(const std::function<int(KeeperLink&)>& driver, Fd pidfd, pid_t keeper) {
  KeeperLink link(std::move(pidfd), keeper);
  ::setsid();
  become_subreaper();
  const int code = driver(link);
  std::fflush(nullptr);
  ::_exit(code);
}

}  // namespace

bool KeeperLink::counts(const SignalEvent& event) {
  if (event.code == SI_QUEUE && event.sender == pid_) {
    Copies& copies = copies_[{event.number, event.value}];
    return ++copies.forwarded > copies.direct || event.value == 0;
  }
  if (event.code != SI_USER) return true;
  Copies& copies = copies_[{event.number, event.sender}];
  return ++copies.direct > copies.forwarded;
}

void KeeperLink::watch(EventLoop& loop, std::function<void()> lost) {
  loop.watch(pidfd_.get(), Ready::readable, [this, &loop, lost = std::move(lost)](Ready) {
    loop.unwatch(pidfd_.get());
    lost();
  });
}

int run_kept(const std::function<int(KeeperLink&)>& driver, const KeeperDuties& duties) {
  const pid_t keeper = ::getpid();
  // Opened before the fork, so that it is the keeper even if that dies at once.
  auto pidfd = open_pidfd(keeper);
  if (!pidfd) fail("open the keeper process");
  std::fflush(nullptr);
  sigset_t before;
  // An ignored SIGCHLD (inherited) would reap the driver unseen.
  ::signal(SIGCHLD, SIG_DFL);
  const sigset_t signals = keeper_signals();
  ::sigprocmask(SIG_BLOCK, &signals, &before);
  const pid_t child = ::fork();
  if (child < 0) {
    const int error = errno;
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    fail("start the driver process");
  }
  if (child == 0) {
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    drive(driver, std::move(*pidfd), keeper);
  }
  become_subreaper();
  if (duties.at_once) duties.at_once();
  const int status = await(child, signals);
  kill_descendants();
  if (duties.afterwards) duties.afterwards();
  return end_as(status);
}

void kill_everything() {
  kill_descendants();
  std::fflush(nullptr);
  ::_exit(128 + SIGKILL);
}

}  // namespace wf
