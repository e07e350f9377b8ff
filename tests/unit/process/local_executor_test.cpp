#include "executors/local/local_executor.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>

#include "support.hpp"

namespace wf::test {

namespace {

// A shell line that leaves `body` behind as a daemon: forked twice, own session, no environment, at the root.
// It goes on when the daemon has told its pid.
std::string daemonize(const Fifo& pids, const Fifo& ready, const std::string& wrapper = "") {
  return cat("(setsid env -i ", wrapper, " /bin/sh -c 'cd /; exec </dev/null >/dev/null 2>&1; echo $$ > ",
             pids.path(), "; echo > ", ready.path(), "; sleep 1000; exit' &); read x < ", ready.path(), "; ");
}

void limit_processes(rlim_t soft) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NPROC, &limit);
  limit.rlim_cur = std::min(soft, limit.rlim_max);
  if (::setrlimit(RLIMIT_NPROC, &limit) != 0) throw_errno("limit", "processes");
}

// As a user whom the limit of processes binds; the result becomes an exit code. Root is not bound.
bool when_processes_run_out() {
  if (::getuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return false;
  TempFolder folder;
  Fifo go(folder / "go");
  Driver driver;
  std::vector<ExitRecord> records;
  const auto ended = [&](const ExitRecord& record) {
    records.push_back(record);
    driver.loop.stop();
  };
  limit_processes(1);
  driver.executor.start(shell_attempt(1, folder, "exit 0"), ended);
  driver.loop.run();  // nothing runs: no use waiting
  limit_processes(RLIM_INFINITY);
  driver.executor.start(shell_attempt(2, folder, "read x < " + go.path()), ended);
  limit_processes(1);
  driver.executor.start(shell_attempt(3, folder, "exit 3"), ended);
  driver.executor.start(shell_attempt(4, folder, "exit 4"), ended);
  driver.executor.stop(4, 0);
  limit_processes(RLIM_INFINITY);
  driver.loop.run();
  driver.loop.run();
  go.write("x\n");
  driver.loop.run();
  return records.at(0).start_error.find("too many processes") != std::string::npos && records.at(1).id == 4 &&
         records.at(1).start_error == "stopped before it could start" && records.at(2).exit_code == 3 &&
         records.at(3).id == 2;
}

}  // namespace

TEST_CASE("when processes run out, an attempt waits for room while others run") {
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(when_processes_run_out() ? 0 : 1);
  CHECK(wait_child({pid, pidfd_of(pid), 0}, WaitMode::block)->exit_code == 0);
}

TEST_CASE("the exit record tells code, signal, times and usage") {
  TempFolder folder;
  Driver driver;
  const ExitRecord code = driver.run(shell_attempt(1, folder, "echo out; echo err >&2; exit 3"));
  CHECK(code.id == 1);
  CHECK(code.exit_code == 3);
  CHECK(code.signal == 0);
  CHECK(code.start_error.empty());
  CHECK(code.ended_us >= code.started_us);
  CHECK(code.duration_ns > 0);
  CHECK(read_file(folder / "stdout1") == "out\n");
  CHECK(read_file(folder / "stderr1") == "err\n");
  const ExitRecord killed = driver.run(shell_attempt(2, folder, "kill -TERM $$"));
  CHECK(killed.exit_code == -1);
  CHECK(killed.signal == SIGTERM);
}

TEST_CASE("identity is the process of a running attempt") {
  TempFolder folder;
  Fifo go(folder / "go");
  Driver driver;
  driver.executor.start(shell_attempt(1, folder, "read x < " + go.path()),
                        [&](const ExitRecord&) { driver.loop.stop(); });
  const ProcessIdentity identity = driver.executor.identity(1);
  CHECK(is_alive({identity.pid, identity.start_ticks}));
  CHECK(driver.executor.identity(2).pid == 0);
  go.write("x\n");
  driver.loop.run();
  CHECK(driver.executor.identity(1).pid == 0);
}

TEST_CASE("a failed start is told by the loop, not inside start()") {
  TempFolder folder;
  Driver driver;
  AttemptSpec spec = shell_attempt(1, folder, "");
  spec.argv = {"no-such-program"};
  bool told = false;
  driver.executor.start(spec, [&](const ExitRecord& record) {
    told = true;
    CHECK(record.exit_code == -1);
    CHECK(record.signal == 0);
    CHECK(record.start_error.find("cannot execute 'no-such-program': No such file or directory") == 0);
    driver.loop.stop();
  });
  CHECK_FALSE(told);
  driver.executor.stop(1, 0);  // nothing to stop, and no second record
  driver.loop.run();
  CHECK(told);
}

TEST_CASE("two hundred attempts at once keep their exit codes") {
  TempFolder folder;
  Fifo go(folder / "go");
  Driver driver;
  int left = 200;
  int wrong = 0;
  for (std::uint64_t id = 0; id < 200; ++id) {
    const auto code = static_cast<int>(id % 250);
    driver.executor.start(shell_attempt(id, folder, cat("read x < ", go.path(), "; exit ", code)),
                          [&, code](const ExitRecord& record) {
                            wrong += record.exit_code == code ? 0 : 1;
                            if (--left == 0) driver.loop.stop();
                          });
  }
  for (int i = 0; i < 200; ++i) go.write("x\n");
  driver.loop.run();
  CHECK(wrong == 0);
}

TEST_CASE("what an attempt leaves in its group dies with it") {
  TempFolder folder;
  Fifo pids(folder / "pids");
  Driver driver;
  driver.run(shell_attempt(1, folder, cat("sleep 1000 & echo $! > ", pids.path())));
  const auto left = open_pidfd(pids.pid());
  CHECK((!left || has_ended(*left)));
}

TEST_CASE("a daemon without environment has ended before its attempt has") {
  TempFolder folder;
  Fifo pids(folder / "pids");
  Fifo ready(folder / "ready");
  Driver driver;
  CHECK(driver.run(shell_attempt(1, folder, daemonize(pids, ready) + "exit 5")).exit_code == 5);
  CHECK_FALSE(open_pidfd(pids.pid()));  // reaped as well
}

TEST_CASE("a daemon of one attempt does not die with another one") {
  TempFolder folder;
  Fifo pids(folder / "pids");
  Fifo ready(folder / "ready");
  Fifo go(folder / "go");
  Driver driver;
  bool ended = false;
  driver.executor.start(shell_attempt(1, folder, daemonize(pids, ready) + "read x < " + go.path()),
                        [&](const ExitRecord&) {
                          ended = true;
                          driver.loop.stop();
                        });
  const Fd daemon = pidfd_of(pids.pid());
  driver.run(shell_attempt(2, folder, "exit 0"));
  CHECK_FALSE(ended);
  CHECK_FALSE(has_ended(daemon));
  go.write("x\n");
  driver.loop.run();
  CHECK(has_ended(daemon));
}

TEST_CASE("an orphan that nothing attributes dies with the last attempt that can have started it") {
  TempFolder folder;
  Fifo pids(folder / "pids");
  Fifo ready(folder / "ready");
  Fifo go(folder / "go");
  Driver driver;
  driver.executor.start(shell_attempt(1, folder, "read x < " + go.path()),
                        [&](const ExitRecord&) { driver.loop.stop(); });
  driver.run(shell_attempt(2, folder, daemonize(pids, ready, "prlimit --rttime=unlimited")));
  const pid_t pid = pids.pid();
  CHECK(mark_of(pid) == 0);
  const Fd daemon = pidfd_of(pid);
  CHECK_FALSE(has_ended(daemon));
  go.write("x\n");
  driver.loop.run();
  CHECK(has_ended(daemon));
}

TEST_CASE("helpers of the driver and exempt children are left alone") {
  TempFolder folder;
  Driver driver;
  SpawnRequest request;
  request.argv = {"sleep", "1000"};
  request.environment = {k_path};
  auto started = spawn(request);
  const Child& exempt = std::get<Child>(started);
  driver.executor.exempt(exempt.pid);
  const pid_t helper = ::fork();
  if (helper == 0) {
    ::pause();
    ::_exit(0);
  }
  driver.run(shell_attempt(1, folder, "exit 0"));
  CHECK_FALSE(has_ended(exempt.pidfd));
  CHECK_FALSE(has_ended(pidfd_of(helper)));
  driver.executor.end_exemption(exempt.pid);
  ::kill(helper, SIGKILL);
}

TEST_CASE("stop asks the whole attempt, then kills what ignores it") {
  TempFolder folder;
  Fifo pids(folder / "pids");
  Driver driver;
  ExitRecord result;
  const auto ended = [&](const ExitRecord& record) {
    result = record;
    driver.loop.stop();
  };

  const std::string wait = cat("sleep 1000 & echo $! > ", pids.path(), "; wait");
  driver.executor.start(shell_attempt(1, folder, "trap 'exit 7' TERM; " + wait), ended);
  pids.pid();
  driver.executor.stop(1, std::int64_t{60'000'000'000});
  driver.loop.run();
  CHECK(result.exit_code == 7);

  driver.executor.start(shell_attempt(2, folder, "trap '' TERM; " + wait), ended);
  pids.pid();
  driver.executor.stop(2, 1'000'000);
  driver.loop.run();
  CHECK(result.signal == SIGKILL);

  driver.executor.start(shell_attempt(3, folder, wait), ended);
  pids.pid();
  driver.executor.stop(3, 0);
  driver.loop.run();
  CHECK(result.signal == SIGKILL);
}

TEST_CASE("stop reaches a child that has left the group, and wakes what is suspended") {
  TempFolder folder;
  Fifo pids(folder / "pids");
  Driver driver;
  ExitRecord result;
  const std::string inner = cat("trap \"echo asked > ", pids.path(), "; exit\" TERM; echo $$ > ", pids.path(),
                                "; sleep 1000 & wait");
  // The shell survives TERM until its child has.
  const std::string script = cat("trap : TERM; setsid /bin/sh -c '", inner, "' & wait; wait; exit 4");
  driver.executor.start(shell_attempt(1, folder, script), [&](const ExitRecord& record) {
    result = record;
    driver.loop.stop();
  });
  const Fd inside = pidfd_of(pids.pid());
  CHECK(send_signal(inside, SIGSTOP));
  driver.executor.stop(1, std::int64_t{60'000'000'000});
  driver.loop.run();
  CHECK(pids.line() == "asked");
  CHECK(result.exit_code == 4);
}

TEST_CASE("destroying the executor kills what runs, without a record") {
  TempFolder folder;
  Fifo pids(folder / "pids");
  Fd task;
  {
    Driver driver;
    driver.executor.start(shell_attempt(1, folder, cat("echo $$ > ", pids.path(), "; sleep 1000")),
                          [](const ExitRecord&) { FAIL("no record is due"); });
    task = pidfd_of(pids.pid());
  }
  CHECK(has_ended(task));
}

TEST_CASE("attempts may start attempts from their end") {
  TempFolder folder;
  Driver driver;
  std::uint64_t next = 1;
  std::function<void(const ExitRecord&)> ended = [&](const ExitRecord&) {
    if (++next == 20) return driver.loop.stop();
    driver.executor.start(shell_attempt(next, folder, "exit 0"), ended);
  };
  driver.executor.start(shell_attempt(1, folder, "exit 0"), ended);
  driver.loop.run();
  CHECK(next == 20);
}

}  // namespace wf::test
