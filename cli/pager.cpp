#include "cli/pager.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/file.hpp"

namespace wf::cli {

namespace {

// What `less` does unless $LESS says otherwise: show colours, leave short text on the screen, and leave it
// there.
constexpr const char* k_less_options = "LESS=FRX";

// For as long as it lives: the keyboard's signals are the pager's, and a pager that is left early ends
// nothing.
class SignalsForPager {
 public:
  SignalsForPager() {
    for (std::size_t i = 0; i < k_count; ++i) before_[i] = std::signal(k_signals[i], SIG_IGN);
  }
  SignalsForPager(const SignalsForPager&) = delete;
  SignalsForPager& operator=(const SignalsForPager&) = delete;
  ~SignalsForPager() {
    for (std::size_t i = 0; i < k_count; ++i) static_cast<void>(std::signal(k_signals[i], before_[i]));
  }

  static sigset_t set() {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (int number : k_signals) ::sigaddset(&signals, number);
    return signals;
  }

 private:
  static constexpr std::size_t k_count = 3;
  static constexpr int k_signals[k_count] = {SIGPIPE, SIGINT, SIGQUIT};
  void (*before_[k_count])(int) = {};
};

// Empty: the user wants none.
std::vector<std::string> pager_command() {
  for (const char* name : {"WF_PAGER", "PAGER"}) {
    const char* value = std::getenv(name);
    if (value == nullptr) continue;
    std::string command = value;
    if (command.empty() || command == "cat") return {};
    return {"sh", "-c", command};
  }
  return {"less", "-FRX"};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// The environment is this process's own, and so is its process group: the pager talks to the same terminal.
pid_t start(std::vector<std::string> command, int input) {
  std::vector<char*> argv = pointers(command);
  std::vector<std::string> variables = whole_environment();
  if (std::getenv("LESS") == nullptr) variables.emplace_back(k_less_options);
  std::vector<char*> environment = pointers(variables);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  sigset_t signals = SignalsForPager::set();
  ::posix_spawnattr_setsigdefault(&attributes, &signals);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  bool started = ::posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environment.data()) == 0;
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return started ? pid : -1;
}

// Until all is written or the reader is gone.
void feed(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

int exit_status(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

}  // namespace

bool show_in_pager(const std::string& text) {
  std::vector<std::string> command = pager_command();
  int ends[2];
  if (command.empty() || ::pipe2(ends, O_CLOEXEC) != 0) return false;
  Fd reading(ends[0]);
  Fd writing(ends[1]);
  SignalsForPager signals;
  pid_t pid = start(std::move(command), reading.get());
  if (pid < 0) return false;
  reading.reset();
  feed(writing.get(), text);
  writing.reset();
  int status = exit_status(pid);
  return status != 126 && status != 127;  // the shell's "cannot be executed" and "not found"
}

}  // namespace wf::cli
