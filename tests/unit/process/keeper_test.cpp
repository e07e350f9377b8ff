#include "executors/local/keeper.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdio>

#include "support.hpp"

namespace wf::test {

namespace {

// Runs `driver` under a keeper in a child of the test; the keeper's pid.
Child kept(const std::function<int(KeeperLink&)>& driver, int ignored = 0) {
  become_subreaper();  // orphans of killed keepers come to the test
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::signal(SIGINT, SIG_DFL);  // a shell's background job ignores it
    if (ignored != 0) ::signal(ignored, SIG_IGN);
    SignalBlock block{SIGUSR1};  // until the driver waits for it
    ::_exit(run_kept(driver));
  }
  return {pid, pidfd_of(pid), 0};
}

// A driver that runs one attempt until it is told otherwise; SIGINT ends it with 130.
int drive(KeeperLink& link, const AttemptSpec& spec) {
  SignalBlock block{SIGINT};
  Driver driver({cat("wf-test-", ::getpid(), "-")});
  link.watch(driver.loop, kill_everything);
  int code = 0;
  driver.loop.on_signal(SIGINT, [&](const SignalEvent& event) {
    if (!link.counts(event)) return;
    code = 130;
    driver.executor.stop(spec.id, 0);
  });
  driver.executor.start(spec, [&](const ExitRecord&) { driver.loop.stop(); });
  driver.loop.run();
  return code;
}

// An attempt that leaves a daemon with a child and stays; it tells the pids of driver, daemon and itself.
struct Scene {
  TempFolder folder;
  Fifo pids{folder / "pids"};
  Fifo ready{folder / "ready"};
  AttemptSpec spec =
      shell_attempt(1, folder,
                    cat("echo $PPID > ", pids.path(), "; (setsid env -i /bin/sh -c 'echo $$ > ", pids.path(),
                        "; sleep 1000 & echo > ", ready.path(), "; wait' &); read x < ", ready.path(),
                        "; echo $$ > ", pids.path(), "; sleep 1000; exit"));
  Child keeper = kept([this](KeeperLink& link) { return drive(link, spec); });
  pid_t driver_pid = pids.pid();
  Fd driver = pidfd_of(driver_pid);
  Fd daemon = pidfd_of(pids.pid());
  Fd task = pidfd_of(pids.pid());
  ~Scene() { kill_descendants(); }
};

SignalEvent event(int code, pid_t sender, int value = 0) { return {SIGINT, code, sender, value}; }

}  // namespace

TEST_CASE("the keeper gives the driver's exit code") {
  const Child keeper = kept([](KeeperLink&) { return 23; });
  CHECK(wait_child(keeper, WaitMode::block)->exit_code == 23);
}

TEST_CASE("the keeper dies by the signal that killed the driver") {
  const Child keeper = kept([](KeeperLink&) {
    ::signal(SIGTERM, SIG_DFL);  // the test runner has its own idea
    ::raise(SIGTERM);
    return 0;
  });
  CHECK(wait_child(keeper, WaitMode::block)->signal == SIGTERM);
}

TEST_CASE("the driver has no terminal and is watched through the keeper's pidfd") {
  const Child keeper = kept([](KeeperLink& link) {
    const bool apart = ::getsid(0) == ::getpid() && !has_terminal();
    return apart && !has_ended(link.pidfd()) ? 0 : 1;
  });
  CHECK(wait_child(keeper, WaitMode::block)->exit_code == 0);
}

TEST_CASE("an interrupt sent to the keeper alone reaches the driver") {
  Scene scene;
  CHECK(send_signal(scene.keeper.pidfd, SIGINT));
  CHECK(wait_child(scene.keeper, WaitMode::block)->exit_code == 130);
  CHECK(has_ended(scene.task));
  CHECK(has_ended(scene.daemon));
}

TEST_CASE("what the caller ignores the keeper does not pass on") {
  TempFolder folder;
  Fifo driving(folder / "driving");
  const Child keeper = kept(
      [&](KeeperLink&) {
        sigset_t hangup;
        sigemptyset(&hangup);
        sigaddset(&hangup, SIGUSR1);
        driving.write("x\n");
        return ::sigwaitinfo(&hangup, nullptr) == SIGUSR1 ? 0 : 1;
      },
      SIGHUP);
  driving.line();
  CHECK(send_signal(keeper.pidfd, SIGHUP));
  CHECK(send_signal(keeper.pidfd, SIGUSR1));
  CHECK(wait_child(keeper, WaitMode::block)->exit_code == 0);
}

TEST_CASE("when the keeper is killed, driver and tasks die") {
  Scene scene;
  CHECK(send_signal(scene.keeper.pidfd, SIGKILL));
  CHECK(ends(scene.driver));
  CHECK(ends(scene.task));
  CHECK(ends(scene.daemon));
}

TEST_CASE("when the driver is killed, tasks die before the keeper does") {
  Scene scene;
  CHECK(send_signal(scene.driver, SIGKILL));
  CHECK(wait_child(scene.keeper, WaitMode::block)->signal == SIGKILL);
  CHECK(has_ended(scene.task));
  CHECK(has_ended(scene.daemon));
}

TEST_CASE("when both are killed, kill_strays finds the rest") {
  Scene scene;
  // Suspended first, so that neither notices the other's death.
  CHECK(send_signal(scene.keeper.pidfd, SIGSTOP));
  CHECK(send_signal(scene.driver, SIGSTOP));
  CHECK(send_signal(scene.driver, SIGKILL));
  CHECK(send_signal(scene.keeper.pidfd, SIGKILL));
  CHECK(ends(scene.task));  // by its death signal
  CHECK_FALSE(has_ended(scene.daemon));
  const std::string prefix = cat("wf-test-", scene.driver_pid, "-");
  CHECK(kill_strays("WF_ATTEMPT", prefix).value() >= 2);  // the daemon and its child
  CHECK(ends(scene.daemon));
  CHECK(kill_strays("WF_ATTEMPT", prefix).value() == 0);
}

TEST_CASE("kill_strays goes by the environment too, takes what is below, and spares the rest") {
  TempFolder folder;
  Fifo pids(folder / "pids");
  become_subreaper();
  const auto start = [&](const std::string& name) {
    SpawnRequest request;
    request.argv = {"/bin/sh", "-c",
                    cat("env -i /bin/sh -c 'echo $$ > ", pids.path(), "; sleep 1000; exit' & wait")};
    request.environment = {k_path, "MARK_ME=" + name};
    return std::get<Child>(spawn(request));
  };
  const std::string prefix = cat("stray-", ::getpid(), "-");
  const Child wanted = start(prefix + "1");
  const Fd below = pidfd_of(pids.pid());
  const Child other = start("other");
  const Fd other_below = pidfd_of(pids.pid());
  CHECK(kill_strays("MARK_ME", prefix).value() >= 2);
  CHECK(ends(wanted.pidfd));
  CHECK(ends(below));
  CHECK_FALSE(has_ended(other.pidfd));
  CHECK_FALSE(has_ended(other_below));
  kill_descendants();
  CHECK(has_ended(other_below));
}

TEST_CASE("a tree that keeps forking does not escape kill_descendants") {
  TempFolder folder;
  Fifo pids(folder / "pids");
  // Each generation leaves its session, starts the next and ends.
  replace_file_durably(folder / "chain",
                       cat("#!/bin/sh\necho $$ > ", pids.path(), "\nsetsid ", folder / "chain", " &\n"),
                       0755);
  become_subreaper();
  SpawnRequest request;
  request.argv = {folder / "chain"};
  request.environment = {k_path};
  CHECK(std::holds_alternative<Child>(spawn(request)));
  for (int i = 0; i < 5; ++i) pids.pid();
  kill_descendants();
  CHECK(children_of(::getpid()).empty());
}

TEST_CASE("one interrupt counts once, however many copies of it arrive") {
  KeeperLink link(Fd(), 100);
  CHECK(link.counts(event(SI_KERNEL, 0)));
  CHECK(link.counts(event(SI_QUEUE, 100, 0)));  // the terminal's, passed on
  CHECK(link.counts(event(SI_QUEUE, 100, 0)));
  // One sender to both, in either order.
  CHECK(link.counts(event(SI_USER, 7)));
  CHECK_FALSE(link.counts(event(SI_QUEUE, 100, 7)));
  CHECK(link.counts(event(SI_QUEUE, 100, 8)));
  CHECK_FALSE(link.counts(event(SI_USER, 8)));
  // A second one of the same sender is news.
  CHECK(link.counts(event(SI_QUEUE, 100, 8)));
}

}  // namespace wf::test
