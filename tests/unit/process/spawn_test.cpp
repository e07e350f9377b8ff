#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include "support.hpp"

namespace wf::test {

namespace {

SpawnRequest shell(const std::string& script) {
  SpawnRequest request;
  request.argv = {"/bin/sh", "-c", script};
  request.environment = {k_path};
  return request;
}

Child started(const SpawnRequest& request) {
  auto result = spawn(request);
  REQUIRE(std::holds_alternative<Child>(result));
  return std::move(std::get<Child>(result));
}

ProcessEnd finished(const SpawnRequest& request) { return *wait_child(started(request), WaitMode::block); }

SpawnFailure refused(const SpawnRequest& request) {
  auto result = spawn(request);
  REQUIRE(std::holds_alternative<SpawnFailure>(result));
  return std::get<SpawnFailure>(result);
}

// What a script prints.
std::string output_of(SpawnRequest request) {
  TempFolder folder;
  request.stdout_path = folder / "out";
  CHECK(finished(request).exit_code == 0);
  return read_file(folder / "out");
}

}  // namespace

TEST_CASE("exit codes and signals are told apart") {
  CHECK(finished(shell("exit 0")).exit_code == 0);
  CHECK(finished(shell("exit 41")).exit_code == 41);
  const ProcessEnd killed = finished(shell("kill -SEGV $$"));
  CHECK(killed.exit_code == -1);
  CHECK(killed.signal == SIGSEGV);
  CHECK_FALSE(killed.max_rss_bytes);  // it took less than this process
}

TEST_CASE("wait_child polls without blocking") {
  TempFolder folder;
  Fifo go(folder / "go");
  const Child child = started(shell("read x < " + go.path()));
  CHECK_FALSE(wait_child(child, WaitMode::poll));
  go.write("x\n");
  CHECK(ends(child.pidfd));
  CHECK(wait_child(child, WaitMode::poll)->exit_code == 0);
}

TEST_CASE("the environment is exactly what was asked for") {
  SpawnRequest request = shell("");
  request.argv = {"env"};
  request.environment = {"B=2", k_path, "A=a b\tc", "E="};
  CHECK(output_of(request) == cat("B=2\n", k_path, "\nA=a b\tc\nE=\n"));
}

TEST_CASE("stdin is /dev/null, umask 022, and no other descriptor is inherited") {
  TempFolder folder;
  const int leak = ::open("/dev/null", O_RDONLY);  // not close-on-exec
  CHECK(output_of(shell("readlink /proc/self/fd/0")) == "/dev/null\n");
  CHECK(output_of(shell("umask")) == "0022\n");
  CHECK(output_of(shell("ls /proc/self/fd")) == "0\n1\n2\n3\n");  // 3: the folder ls reads
  ::close(leak);
}

TEST_CASE("no signal is blocked or ignored") {
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  SignalBlock block{SIGINT, SIGTERM, SIGCHLD};
  const std::string zero = "0000000000000000";
  const std::string text = output_of(shell("grep -E 'SigBlk|SigIgn' /proc/self/status"));
  CHECK(text == cat("SigBlk:\t", zero, "\nSigIgn:\t", zero, "\n"));
  ::signal(SIGPIPE, before);
}

TEST_CASE("a child leads a group, and a session unless told otherwise") {
  SpawnRequest request = shell("cut -d' ' -f5,6 /proc/$$/stat; echo $$ $$");
  std::string text = output_of(request);
  auto lines = split(text, '\n');
  CHECK(lines.at(0) == lines.at(1));
  request.isolation = Isolation::group;
  text = output_of(request);
  lines = split(text, '\n');
  CHECK(split(lines.at(0), ' ').at(0) == split(lines.at(1), ' ').at(0));
  CHECK(parse_int(split(lines.at(0), ' ').at(1)) == ::getsid(0));
}

TEST_CASE("the working folder, the descriptor limit and one file for both streams") {
  TempFolder folder;
  SpawnRequest request = shell("pwd; ulimit -Sn; echo to-stderr >&2; echo last");
  request.folder = folder.path();
  request.open_files = 77;
  request.stdout_path = request.stderr_path = folder / "both";
  CHECK(finished(request).exit_code == 0);
  CHECK(read_file(folder / "both") == cat(folder.path(), "\n77\nto-stderr\nlast\n"));
  CHECK((stat_if_exists(folder / "both")->st_mode & 07777) == 0600);
}

TEST_CASE("programs are looked up in the child's PATH and folder") {
  TempFolder folder;
  make_folder(folder / "bin");
  replace_file_durably(folder / "bin/tool", "#!/bin/sh\nexit 9\n", 0755);
  SpawnRequest request = shell("");
  request.argv = {"tool"};
  CHECK(refused(request).message() == "cannot execute 'tool': No such file or directory");
  request.environment = {cat("PATH=/bin:", folder.path(), "/bin")};
  CHECK(finished(request).exit_code == 9);
  request.environment = {"PATH=bin"};
  request.folder = folder.path();
  CHECK(finished(request).exit_code == 9);
}

TEST_CASE("failures to start say what failed and what to do") {
  TempFolder folder;
  SpawnRequest request = shell("");

  request.argv = {folder / "absent"};
  CHECK(refused(request).problem() == SpawnProblem::not_found);
  CHECK(refused(request).message() ==
        cat("cannot execute '", folder / "absent", "': No such file or directory"));

  replace_file_durably(folder / "plain", "text", 0644);
  request.argv = {folder / "plain"};
  CHECK(refused(request).problem() == SpawnProblem::not_executable);
  CHECK(refused(request).hint() == "make it executable: chmod +x");

  replace_file_durably(folder / "binary", "no program", 0755);
  request.argv = {folder / "binary"};
  CHECK(refused(request).error == ENOEXEC);

  request = shell(std::string(std::size_t{4} << 20U, 'x'));
  CHECK(refused(request).problem() == SpawnProblem::too_large);
  CHECK(refused(request).hint().find("file or json input") != std::string::npos);

  request = shell("exit 0");
  request.folder = folder / "absent";
  CHECK(refused(request).step == SpawnStep::folder);
  CHECK(refused(request).message().find("cannot enter folder") == 0);

  request = shell("exit 0");
  request.stdout_path = folder / "absent/out";
  CHECK(refused(request).step == SpawnStep::standard_output);
}

TEST_CASE("start ticks and liveness identify a process") {
  TempFolder folder;
  Fifo pids(folder / "pids");
  const Child child = started(shell(cat("echo $$ > ", pids.path(), "; sleep 1000")));
  CHECK(pids.pid() == child.pid);  // the environment shows a little after execve has begun
  CHECK(process_start_ticks(child.pid) == child.start_ticks);
  CHECK(is_alive({child.pid, child.start_ticks}));
  CHECK_FALSE(is_alive({child.pid, child.start_ticks + 1}));
  CHECK(process_stat(child.pid)->parent == ::getpid());
  CHECK(process_variable(child.pid, "PATH").value() == "/usr/local/bin:/usr/bin:/bin");
  CHECK_FALSE(process_variable(child.pid, "PAT"));
  ::kill(-child.pid, SIGKILL);
  CHECK(ends(child.pidfd));
  CHECK_FALSE(is_alive({child.pid, child.start_ticks}));  // a zombie
  CHECK(wait_child(child, WaitMode::block)->signal == SIGKILL);
  CHECK_FALSE(send_signal(child.pidfd, SIGKILL));
  CHECK_FALSE(process_start_ticks(child.pid));
}

TEST_CASE("a command name full of parentheses does not confuse the stat line") {
  TempFolder folder;
  Fifo go(folder / "go");
  replace_file_durably(folder / "a) R 1 (b", cat("#!/bin/sh\nread x < ", go.path(), "\n"), 0755);
  SpawnRequest request = shell("");
  request.argv = {folder / "a) R 1 (b"};
  const Child child = started(request);
  CHECK(process_start_ticks(child.pid) == child.start_ticks);
  go.write("x\n");
  wait_child(child, WaitMode::block);
}

TEST_CASE("this machine has a boot id, a pid namespace and a name") {
  CHECK(this_machine().boot_id.size() == 36);
  CHECK(this_machine().pid_namespace != 0);
  CHECK(this_machine() == this_machine());
}

TEST_CASE("the mark survives a scrubbed environment and a new session") {
  TempFolder folder;
  Fifo pids(folder / "pids");
  SpawnRequest request =
      shell(cat("exec setsid env -i /bin/sh -c 'echo $$ > ", pids.path(), "; exec sleep 1000'"));
  request.mark = process_mark("family-", 7);
  CHECK(mark_of(::getpid()) == 0);
  const Child child = started(request);
  const pid_t pid = pids.pid();
  CHECK(mark_of(pid) == process_mark("family-", 7));
  CHECK(send_signal(pidfd_of(pid), SIGKILL));
  become_subreaper();
  kill_descendants();
}

}  // namespace wf::test
