// R0, the honest reference of the spawn benchmark: a bare loop that starts the same program with the same
// environment, two in flight, each writing one file. It records nothing, checks nothing and cleans nothing.
//   spawn_loop COUNT IN_FLIGHT FOLDER [steps]
// With 'steps' it prints the microseconds from each start to the next.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace {

// What wf gives a task of tests/bench/run, name for name.
std::vector<std::string> task_environment(const std::string& folder, const std::string& number) {
  return {"HOME=" + folder,
          "LANG=C.UTF-8",
          "PATH=/usr/bin:/bin",
          "TMPDIR=" + folder,
          "TZ=UTC",
          "WF_ATTEMPT=wf-0123456789ab-work-01234567-1-1",
          "WF_INPUTS=" + folder,
          "WF_OUTPUTS=" + folder,
          "WF_WORK=" + folder,
          "i=1234",
          "out=out/" + number};
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

int start(const std::string& folder, int number) {
  std::vector<std::string> argv{"/bin/sh", "-c", "echo \"$i\" > \"$out\""};
  std::vector<std::string> environment = task_environment(folder, std::to_string(number));
  std::vector<char*> argv_pointers = pointers(argv);
  std::vector<char*> environment_pointers = pointers(environment);
  pid_t pid = vfork();
  if (pid == 0) {
    setpgid(0, 0);
    if (chdir(folder.c_str()) != 0) _exit(126);
    dup2(open("/dev/null", O_RDWR | O_CLOEXEC), 0);
    dup2(open("stdout", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), 1);
    dup2(open("stderr", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), 2);
    execve(argv[0].c_str(), argv_pointers.data(), environment_pointers.data());
    _exit(127);
  }
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) return 2;
  const bool tells_steps = argc == 5;
  auto begun = std::chrono::steady_clock::now();
  int count = std::atoi(argv[1]);
  int in_flight = std::atoi(argv[2]);
  int loop = epoll_create1(EPOLL_CLOEXEC);
  int started = 0;
  int running = 0;
  int failed = 0;
  while (started < count || running > 0) {
    while (running < in_flight && started < count) {
      const auto now = std::chrono::steady_clock::now();
      const auto step =
          std::chrono::duration_cast<std::chrono::microseconds>(now - std::exchange(begun, now));
      if (tells_steps && started > 0) std::printf("%lld\n", static_cast<long long>(step.count()));
      int fd = start(argv[3], started++);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = fd;
      epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
      ++running;
    }
    epoll_event event{};
    if (epoll_wait(loop, &event, 1, -1) != 1) continue;
    siginfo_t info{};
    waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(event.data.fd), &info, WEXITED);
    failed += info.si_status != 0 ? 1 : 0;
    epoll_ctl(loop, EPOLL_CTL_DEL, event.data.fd, nullptr);
    close(event.data.fd);
    --running;
  }
  return failed == 0 ? 0 : 1;
}
