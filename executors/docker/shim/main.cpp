// The first process of a container: runs the command of an attempt, and writes how that ended.
//
//   wf-shim FOLDER STDOUT STDERR SECRETS RELAY COMMAND [ARGUMENT…]
//
// It is linked statically, so that it runs in every image, and is its container's init: it reaps what others
// leave, hands signals on to all of them, and when the command has ended ends the rest. FOLDER/exit.json is
// written beside itself and renamed, so that it is whole wherever it is found; the engine's own word for the
// end is lost when the engine dies. Where FOLDER/begun stands already nothing is run: an engine that was
// asked twice must not run a command twice. SECRETS is a pipe that says further variables: their size in
// eight bytes, then each as "NAME=value" and a zero byte;
// "-": there are none. RELAY is "relay" where the logs are to be told while they are written, else "-".
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "executors/docker/shim/relay.hpp"

namespace {

constexpr int k_not_run = 125;  // as container engines end when they could not start a command
constexpr std::int64_t k_us_per_s = 1'000'000;

struct Stage {
  const char* name = "";
  int error = 0;
};

struct Ending {
  int exit_code = -1;
  int signal = 0;
  int told = 0;  // the first signal that somebody outside gave to all
  Stage failed;  // of a command that never ran
};

std::int64_t nanoseconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

std::int64_t microseconds(const timeval& time) { return time.tv_sec * k_us_per_s + time.tv_usec; }

// A number of a control group: the whole of a file, or what follows a name at the beginning of a line; -1: not there.
long long counted(const char* path, const char* name) {
  std::FILE* file = std::fopen(path, "re");
  if (file == nullptr) return -1;
  char line[256];
  long long value = -1;
  const std::size_t length = std::strlen(name);
  while (std::fgets(line, sizeof line, file) != nullptr) {
    const bool named = std::strncmp(line, name, length) == 0 && (length == 0 || line[length] == ' ');
    if (named && std::sscanf(line + length, "%lld", &value) == 1) break;
  }
  std::fclose(file);
  return value;
}

struct MemoryCounts {
  long long limit_hits = -1;
  long long oom_kills = -1;
};

// Of the container's own group, which stands at the top of what it sees.
MemoryCounts memory_counts() {
  MemoryCounts counts{counted("/sys/fs/cgroup/memory.events", "max"),
                      counted("/sys/fs/cgroup/memory.events", "oom_kill")};
  if (counts.oom_kills >= 0) return counts;
  return {counted("/sys/fs/cgroup/memory/memory.failcnt", ""),
          counted("/sys/fs/cgroup/memory/memory.oom_control", "oom_kill")};
}

bool read_whole(int fd, char* to, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::read(fd, to, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

// What a pipe says stays here and in the environment of the command alone.
bool take_secrets(const char* path) {
  constexpr std::uint64_t k_most = std::uint64_t{64} << 20U;
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  std::uint64_t size = 0;
  if (fd < 0 || !read_whole(fd, reinterpret_cast<char*>(&size), sizeof size) || size > k_most) return false;
  char* text = static_cast<char*>(std::malloc(size + 1));
  if (text == nullptr || !read_whole(fd, text, size)) return false;
  ::close(fd);
  text[size] = '\0';
  for (char* at = text; at < text + size; at += std::strlen(at) + 1)
    if (::putenv(at) != 0) return false;
  return true;
}

bool connect(const char* path, int to) {
  const int fd = ::open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  return fd >= 0 && ::dup2(fd, to) == to;
}

[[noreturn]] void run_command(char** argv, const char* const* logs, int door) {
  const auto give_up = [door](const char* name) {
    const Stage stage{name, errno};
    [[maybe_unused]] const ssize_t told = ::write(door, &stage, sizeof stage);
    ::_exit(127);
  };
  if (::setsid() < 0) give_up("session");
  if (!connect(logs[0], STDOUT_FILENO)) give_up("stdout");
  if (!connect(logs[1], STDERR_FILENO)) give_up("stderr");
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0 || ::dup2(null, STDIN_FILENO) < 0) give_up("stdin");
  ::umask(022);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // A name that no folder of PATH has is told apart from a file that cannot be executed.
  ::execvp(argv[0], argv);
  give_up(errno == ENOENT && std::strchr(argv[0], '/') == nullptr ? "find" : "execute");
  ::_exit(127);
}

Ending ending_of(int status) {
  Ending ending;
  if (WIFSIGNALED(status))
    ending.signal = WTERMSIG(status);
  else
    ending.exit_code = WEXITSTATUS(status);
  return ending;
}

// Until the command has ended, everything that ends is reaped, and every signal goes to all.
int await(pid_t command, const sigset_t& signals, int& told) {
  while (true) {
    int status = 0;
    pid_t ended = 0;
    while ((ended = ::waitpid(-1, &status, WNOHANG)) > 0)
      if (ended == command) return status;
    siginfo_t info{};
    const int signal = ::sigwaitinfo(&signals, &info);
    if (signal <= 0 || signal == SIGCHLD) continue;
    if (told == 0 && info.si_pid == 0) told = signal;  // not by what runs in here itself
    ::kill(-1, signal);
    ::kill(-1, SIGCONT);  // one that was suspended must wake up to end itself
  }
}

void end_the_rest() {
  if (::getpid() != 1) return;  // nobody's init: others are not ours
  ::kill(-1, SIGKILL);
  while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
  }
}

bool make_log(const char* path) {
  const int fd = ::open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  return fd >= 0 && ::close(fd) == 0;
}

Ending run(char** argv, const char* const* logs, const sigset_t& signals) {
  int door[2];
  if (::pipe2(door, O_CLOEXEC) != 0) return {-1, 0, 0, {"process", errno}};
  const pid_t command = ::fork();
  if (command < 0) return {-1, 0, 0, {"process", errno}};
  if (command == 0) run_command(argv, logs, door[1]);
  ::close(door[1]);
  int told = 0;
  const int status = await(command, signals, told);
  end_the_rest();
  // The name is a constant of this program, and stands at the same place in the child.
  Stage stage;
  if (::read(door[0], &stage, sizeof stage) == static_cast<ssize_t>(sizeof stage)) return {-1, 0, 0, stage};
  Ending ending = ending_of(status);
  ending.told = told;
  return ending;
}

Ending run_relayed(char** argv, const char* const* logs, const sigset_t& signals) {
  if (!make_log(logs[0]) || !make_log(logs[1])) return {-1, 0, 0, {"stdout", errno}};
  wf::shim::Relay relay(logs);
  const Ending ending = run(argv, logs, signals);
  relay.finish();
  return ending;
}

// FOLDER/NAME; false: it is too long.
struct Path {
  char text[4096];
  bool make(const char* folder, const char* name) {
    return std::snprintf(text, sizeof text, "%s/%s", folder, name) < static_cast<int>(sizeof text);
  }
};

// Whether this is the first time.
bool begin(const char* folder) {
  Path path;
  return path.make(folder, "begun") && ::open(path.text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) >= 0;
}

bool write_record(const char* folder, const char* text) {
  Path path;
  Path beside;
  if (!path.make(folder, "exit.json") || !beside.make(folder, "exit.json.new")) return false;
  const int fd = ::open(beside.text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const auto length = static_cast<ssize_t>(std::strlen(text));
  const bool written = ::write(fd, text, static_cast<std::size_t>(length)) == length && ::fsync(fd) == 0;
  ::close(fd);
  return written && ::rename(beside.text, path.text) == 0;
}

bool record(const char* folder, const Ending& ending, std::int64_t started_us, std::int64_t started_ns) {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const MemoryCounts memory = memory_counts();
  char text[1024];
  std::snprintf(
      text, sizeof text,
      "{\"exit_code\":%d,\"signal\":%d,\"told\":%d,\"failed\":\"%s\",\"error\":%d,\"started_us\":%lld,"
      "\"ended_us\":%lld,\"duration_ns\":%lld,\"max_rss_bytes\":%lld,\"cpu_us\":%lld,\"limit_hits\":%lld,"
      "\"oom_kills\":%lld}\n",
      ending.exit_code, ending.signal, ending.told, ending.failed.name, ending.failed.error,
      static_cast<long long>(started_us), static_cast<long long>(nanoseconds(CLOCK_REALTIME) / 1000),
      static_cast<long long>(nanoseconds(CLOCK_BOOTTIME) - started_ns),
      static_cast<long long>(usage.ru_maxrss) * 1024,
      static_cast<long long>(microseconds(usage.ru_utime) + microseconds(usage.ru_stime)), memory.limit_hits,
      memory.oom_kills);
  return write_record(folder, text);
}

// Engines set it unasked; a task has the variables that it was given.
void forget_host_name() {
  char name[256] = {};
  const char* said = std::getenv("HOSTNAME");
  if (said != nullptr && ::gethostname(name, sizeof name - 1) == 0 && std::strcmp(said, name) == 0)
    ::unsetenv("HOSTNAME");
}

}  // namespace

int main(int count, char** words) {
  constexpr int k_first = 6;
  if (count <= k_first || !begin(words[1])) return k_not_run;
  sigset_t signals;
  sigfillset(&signals);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  const std::int64_t started_us = nanoseconds(CLOCK_REALTIME) / 1000;
  const std::int64_t started_ns = nanoseconds(CLOCK_BOOTTIME);
  const char* const logs[] = {words[2], words[3]};
  forget_host_name();
  Ending ending;
  if (std::strcmp(words[4], "-") != 0 && !take_secrets(words[4]))
    ending.failed = {"secrets", errno};
  else if (std::strcmp(words[5], "-") != 0)
    ending = run_relayed(words + k_first, logs, signals);
  else
    ending = run(words + k_first, logs, signals);
  if (!record(words[1], ending, started_us, started_ns)) return k_not_run;
  return ending.signal != 0 ? 128 + ending.signal : ending.exit_code < 0 ? 127 : ending.exit_code;
}
