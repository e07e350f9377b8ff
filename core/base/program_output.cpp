#include "core/base/program_output.hpp"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/pipe.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/base/timer_queue.hpp"

namespace wf {

namespace {

constexpr std::size_t k_piece = std::size_t{64} * 1024;  // what a pipe holds

// The last line that says something.
std::string last_line(const std::string& text) {
  std::string_view found;
  for (std::string_view line : split(text, '\n'))
    if (!trim(line).empty()) found = line;
  return std::string(found.substr(0, 200));
}

class Listener {
 public:
  Listener(const Child& child, Fd out, Fd err, const OutputLimits& limits)
      : child_(child),
        fds_{{{out.get(), POLLIN, 0},
              {err.get(), POLLIN, 0},
              {limits.stop_fd, POLLIN, 0},
              {child.pidfd.get(), POLLIN, 0}}},
        out_(std::move(out)),
        err_(std::move(err)),
        limits_(limits) {}

  ProgramOutput listen() {
    const std::int64_t end_ns = timer_now_ns(TimerClock::awake) + limits_.patience_ns;
    // When it has exited it has said what it says: who it left behind may hold the pipes for ever, and fill
    // them.
    while (failure_.empty() && fds_[3].revents == 0) wait(end_ns);
    for (std::size_t i = 0; i < 2; ++i)
      if (failure_.empty() && fds_[i].fd >= 0) take(i);
    if (!failure_.empty()) kill_all();
    const ProcessEnd end = *wait_child(child_, WaitMode::block);
    if (failure_.empty() && end.signal != 0) failure_ = cat("was killed by ", signal_text(end.signal));
    if (failure_.empty() && end.exit_code != 0) failure_ = cat("exited with code ", end.exit_code);
    if (!failure_.empty() && !texts_[1].empty()) failure_ += cat(": ", last_line(texts_[1]));
    return {std::move(texts_[0]), std::move(failure_)};
  }

 private:
  void wait(std::int64_t end_ns) {
    const std::int64_t left_ms = (end_ns - timer_now_ns(TimerClock::awake)) / 1'000'000;
    if (left_ms <= 0) {
      failure_ = cat("did not end within ", human_duration_us(limits_.patience_ns / 1000));
      return;
    }
    if (::poll(fds_.data(), fds_.size(), static_cast<int>(left_ms)) < 0 && errno != EINTR)
      throw_errno("wait for", "a program");
    if (fds_[2].revents != 0) failure_ = "was stopped";
    for (std::size_t i = 0; i < 2; ++i)
      if (fds_[i].fd >= 0 && fds_[i].revents != 0) take(i);
  }

  void take(std::size_t which) {
    std::array<char, k_piece> piece{};
    const auto said = read_now(fds_[which].fd, piece);
    if (!said) return;
    if (said->empty()) fds_[which].fd = -1;  // passed over by poll
    std::string& text = texts_[which];
    text += *said;
    if (text.size() <= limits_.bytes) return;
    if (which == 0)
      failure_ = cat("wrote more than ", limits_.bytes, " bytes");
    else
      text.erase(0, text.size() - limits_.bytes);
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
  OutputLimits limits_;
  std::array<std::string, 2> texts_;
  std::string failure_;
};

}  // namespace

ProgramOutput program_output(SpawnRequest request, const OutputLimits& limits) {
  Pipe out = make_pipe(Reader::polls);
  Pipe err = make_pipe(Reader::polls);
  request.stdout_fd = out.write.get();
  request.stderr_fd = err.write.get();
  request.isolation = Isolation::none;
  auto started = spawn(request);
  if (const auto* failure = std::get_if<SpawnFailure>(&started)) return {{}, failure->message()};
  out.write.reset();
  err.write.reset();
  return Listener(std::get<Child>(started), std::move(out.read), std::move(err.read), limits).listen();
}

}  // namespace wf
