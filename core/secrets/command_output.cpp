#include "core/secrets/command_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/base/timer_queue.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_patience_ns = 60'000'000'000;
constexpr std::size_t k_piece = 4096;

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("make", "a pipe");
    read = Fd(ends[0]);
    write = Fd(ends[1]);
    if (::fcntl(read.get(), F_SETFL, O_NONBLOCK) != 0) throw_errno("make", "a pipe");
  }
  Fd read;
  Fd write;
};

// The last line that says something.
std::string last_line(const std::string& text) {
  std::string_view found;
  for (std::string_view line : split(text, '\n'))
    if (!trim(line).empty()) found = line;
  return std::string(found.substr(0, 200));
}

class Listener {
 public:
  Listener(const Child& child, Fd out, Fd err, std::size_t limit, int stop_fd)
      : child_(child),
        fds_{{{out.get(), POLLIN, 0},
              {err.get(), POLLIN, 0},
              {stop_fd, POLLIN, 0},
              {child.pidfd.get(), POLLIN, 0}}},
        out_(std::move(out)),
        err_(std::move(err)),
        limit_(limit) {}

  CommandOutput listen() {
    const std::int64_t end_ns = timer_now_ns(TimerClock::awake) + k_patience_ns;
    // When it has exited it has said what it says: who it left behind may hold the pipes for ever.
    while (failure_.empty() && fds_[3].revents == 0) wait(end_ns);
    for (std::size_t i = 0; i < 2; ++i)
      while (failure_.empty() && fds_[i].fd >= 0 && take(i)) {
      }
    if (!failure_.empty()) kill_all();
    const ProcessEnd end = *wait_child(child_, WaitMode::block);
    if (failure_.empty() && end.signal != 0) failure_ = cat("was killed by signal ", end.signal);
    if (failure_.empty() && end.exit_code != 0) failure_ = cat("exited with code ", end.exit_code);
    if (!failure_.empty() && !texts_[1].empty()) failure_ += cat(": ", last_line(texts_[1]));
    return {std::move(texts_[0]), std::move(failure_)};
  }

 private:
  void wait(std::int64_t end_ns) {
    const std::int64_t left_ms = (end_ns - timer_now_ns(TimerClock::awake)) / 1'000'000;
    if (left_ms <= 0) {
      failure_ = "did not end within a minute";
      return;
    }
    if (::poll(fds_.data(), fds_.size(), static_cast<int>(left_ms)) < 0 && errno != EINTR)
      throw_errno("wait for", "a command");
    if (fds_[2].revents != 0) failure_ = "was stopped";
    for (std::size_t i = 0; i < 2; ++i)
      if (fds_[i].fd >= 0 && fds_[i].revents != 0) take(i);
  }

  // False: there is nothing now.
  bool take(std::size_t which) {
    std::array<char, k_piece> piece{};
    const ssize_t count = ::read(fds_[which].fd, piece.data(), piece.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return errno == EINTR;
    if (count <= 0) {
      fds_[which].fd = -1;  // passed over by poll
      return false;
    }
    std::string& text = texts_[which];
    text.append(piece.data(), static_cast<std::size_t>(count));
    if (text.size() <= limit_) return true;
    if (which == 0)
      failure_ = cat("wrote more than ", limit_, " bytes");
    else
      text.erase(0, text.size() - limit_);
    return true;
  }

  // It shares our process group.
  void kill_all() {
    std::vector<pid_t> below = descendants_of(child_.pid);
    if (!send_signal(child_.pidfd, SIGKILL)) return;
    for (pid_t pid : below) ::kill(pid, SIGKILL);
  }

  const Child& child_;
  std::array<pollfd, 4> fds_;
  Fd out_;
  Fd err_;
  std::size_t limit_;
  std::array<std::string, 2> texts_;
  std::string failure_;
};

std::vector<std::string> own_environment() {
  std::vector<std::string> all;
  for (char** item = environ; item != nullptr && *item != nullptr; ++item) all.emplace_back(*item);
  return all;
}

}  // namespace

CommandOutput command_output(const std::string& line, const std::string& folder, std::size_t limit,
                             int stop_fd) {
  Pipe out;
  Pipe err;
  SpawnRequest request;
  request.argv = {"/bin/sh", "-c", line};
  request.environment = own_environment();
  request.folder = folder;
  request.stdout_fd = out.write.get();
  request.stderr_fd = err.write.get();
  request.isolation = Isolation::none;
  auto started = spawn(request);
  if (const auto* failure = std::get_if<SpawnFailure>(&started)) return {{}, failure->message()};
  out.write.reset();
  err.write.reset();
  return Listener(std::get<Child>(started), std::move(out.read), std::move(err.read), limit, stop_fd)
      .listen();
}

}  // namespace wf
