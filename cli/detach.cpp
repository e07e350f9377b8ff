#include "cli/detach.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <initializer_list>

#include "cli/output.hpp"
#include "core/base/text.hpp"
#include "executors/local/codes.hpp"

namespace wf::cli {

namespace {

void replace(const Fd& by, std::initializer_list<int> descriptors) {
  for (int descriptor : descriptors) ::dup2(by.get(), descriptor);
}

Fd open_nothing() { return open_file("/dev/null", O_RDWR); }

std::string read_answer(const Fd& pipe) {
  std::string answer;
  char buffer[4096];
  while (true) {
    ssize_t count = ::read(pipe.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return answer;
    answer.append(buffer, static_cast<std::size_t>(count));
  }
}

// The exit code of a driver that has ended before it had a run to itself.
int code_of(pid_t keeper) {
  int status = 0;
  while (::waitpid(keeper, &status, 0) < 0 && errno == EINTR) continue;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

void Detachment::leave(const std::string& answer, const std::string& log) {
  Fd file = open_file(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  std::fflush(nullptr);
  // A caller that has gone hears nothing; the run is there all the same.
  if (::write(caller_.get(), answer.data(), answer.size()) < 0) errno = 0;
  replace(file, {STDOUT_FILENO, STDERR_FILENO});
  replace(open_nothing(), {STDIN_FILENO});
  hush();
}

void Detachment::hush() { caller_.reset(); }

void Detachment::let_go() {
  hush();
  replace(open_nothing(), {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO});
}

int run_detached(const std::function<int(KeeperLink&, Detachment&)>& driver) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("make", "a pipe");
  Fd heard(ends[0]);
  Detachment detachment{Fd(ends[1])};
  std::fflush(nullptr);
  const pid_t keeper = ::fork();
  if (keeper < 0) throw_errno("start", "a process");
  if (keeper == 0) {
    heard.reset();
    ::setsid();
    ::signal(SIGHUP, SIG_IGN);
    return run_kept([&](KeeperLink& link) { return driver(link, detachment); },
                    {.at_once = [&] { detachment.let_go(); }});
  }
  detachment.hush();
  std::string answer = read_answer(heard);
  if (answer.empty()) return code_of(keeper);
  print(answer);
  return 0;
}

}  // namespace wf::cli
