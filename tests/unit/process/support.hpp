// What the process tests share. Synchronisation is by fifos and pidfds; the long timeouts only end a test
// that has failed.
#pragma once
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/base/event_loop.hpp"
#include "core/base/file.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "executors/local/local_executor.hpp"

namespace wf::test {

inline bool wait_readable(int fd, int timeout_ms = 30'000) {
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, timeout_ms) == 1;
}

// Whether the process has ended, now or within the timeout.
inline bool ends(const Fd& pidfd) { return wait_readable(pidfd.get()); }
inline bool has_ended(const Fd& pidfd) { return wait_readable(pidfd.get(), 0); }

class TempFolder {
 public:
  TempFolder() {
    std::string name = "/tmp/wf-process-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw_errno("create", name);
    path_ = name;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() { remove_tree(path_); }
  std::string operator/(std::string_view name) const { return cat(path_, '/', name); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A fifo that this process holds open, so that neither side's open blocks.
class Fifo {
 public:
  explicit Fifo(std::string path) : path_(std::move(path)) {
    if (::mkfifo(path_.c_str(), 0600) != 0) throw_errno("create", path_);
    fd_ = open_file(path_, O_RDWR);
  }
  const std::string& path() const { return path_; }
  void write(std::string_view text) { write_all(fd_.get(), text, path_); }
  std::string line() {
    std::string out;
    for (char c = 0; c != '\n';) {
      if (!wait_readable(fd_.get())) throw std::runtime_error("nothing came through the fifo");
      if (::read(fd_.get(), &c, 1) == 1 && c != '\n') out += c;
    }
    return out;
  }
  pid_t pid() { return static_cast<pid_t>(parse_int(line()).value()); }

 private:
  std::string path_;
  Fd fd_;
};

inline Fd pidfd_of(pid_t pid) {
  auto fd = open_pidfd(pid);
  if (!fd) throw std::runtime_error(cat("process ", pid, " is not there"));
  return std::move(*fd);
}

inline const std::string k_path = "PATH=/usr/local/bin:/usr/bin:/bin";

inline AttemptSpec shell_attempt(std::uint64_t id, const TempFolder& folder, const std::string& script) {
  AttemptSpec spec;
  spec.id = id;
  spec.name = cat("wf-test-", ::getpid(), "-", id);
  spec.folder = folder.path();
  spec.argv = {"/bin/sh", "-c", script};
  spec.environment = {k_path, cat("WF_ATTEMPT=", spec.name)};
  spec.stdout_path = folder / cat("stdout", id);
  spec.stderr_path = folder / cat("stderr", id);
  return spec;
}

// A loop with an executor.
struct Driver {
  explicit Driver(LocalOptions options = {}) : executor(loop, clock, std::move(options)) {}

  // Runs the attempt to its end.
  ExitRecord run(const AttemptSpec& spec) {
    ExitRecord result;
    executor.start(spec, [&](const ExitRecord& record) {
      result = record;
      loop.stop();
    });
    loop.run();
    return result;
  }

  SignalBlock blocked{SIGCHLD};
  SystemClock clock;
  EventLoop loop;
  LocalExecutor executor;
};

}  // namespace wf::test
