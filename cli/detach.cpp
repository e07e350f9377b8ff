#include "cli/detach.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <initializer_list>
#include <optional>

#include "cli/output.hpp"
#include "core/base/event_loop.hpp"
#include "core/base/pipe.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "executors/local/codes.hpp"

namespace wf::cli {

namespace {

constexpr std::initializer_list<int> k_ending{SIGINT, SIGTERM};

void replace(const Fd& by, std::initializer_list<int> descriptors) {
  for (int descriptor : descriptors) ::dup2(by.get(), descriptor);
}

Fd open_nothing() { return open_file("/dev/null", O_RDWR); }

struct Heard {
  std::string answer;
  int signal = 0;  // that came meanwhile; 0: none
};

// What the driver answers. A signal that comes before is for the driver: it alone knows what there is to end.
Heard hear(const Fd& pipe, pid_t keeper) {
  Heard heard;
  EventLoop loop;
  for (int number : k_ending) {
    if (is_signal_ignored(number)) continue;
    loop.on_signal(number, [&heard, keeper, number](const SignalEvent&) {
      heard.signal = number;
      ::kill(keeper, number);
    });
  }
  loop.watch(pipe.get(), Ready::readable, [&](Ready) {
    char buffer[4096];
    ssize_t count = ::read(pipe.get(), buffer, sizeof buffer);
    if (count > 0) heard.answer.append(buffer, static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno != EINTR)) loop.stop();
  });
  loop.run();
  loop.unwatch(pipe.get());
  return heard;
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
  Pipe pipe = make_pipe(Reader::waits);
  Detachment detachment{std::move(pipe.write)};
  std::fflush(nullptr);
  std::optional<SignalBlock> block(k_ending);
  const pid_t keeper = ::fork();
  if (keeper < 0) throw_errno("start", "a process");
  if (keeper == 0) {
    pipe.read.reset();
    block.reset();
    ::setsid();
    ::signal(SIGHUP, SIG_IGN);
    return run_kept([&](KeeperLink& link) { return driver(link, detachment); },
                    {.at_once = [&] { detachment.let_go(); }});
  }
  detachment.hush();
  Heard heard = hear(pipe.read, keeper);
  if (heard.answer.empty()) return code_of(keeper);
  print(heard.answer);
  return heard.signal == 0 ? 0 : 128 + heard.signal;
}

}  // namespace wf::cli
