#include "core/store/commit_watch.hpp"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace wf {

namespace {

constexpr std::string_view k_database = "wf.db";
constexpr std::string_view k_log = "wf.db-wal";
constexpr std::uint32_t k_log_events = IN_ATTRIB | IN_CLOSE_WRITE;
constexpr std::uint32_t k_replaced = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
constexpr std::uint32_t k_folder_gone = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED;

}  // namespace

CommitWatch::CommitWatch(std::string folder)
    : folder_(std::move(folder)), inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  std::uint32_t wanted = k_log_events | k_replaced | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
  if (!inotify_ || ::inotify_add_watch(inotify_.get(), folder_.c_str(), wanted) < 0) {
    throw_errno("watch", folder_);
  }
}

CommitWatch::Wake CommitWatch::wait(int output) {
  while (true) {
    std::array<pollfd, 2> fds{{{inotify_.get(), POLLIN, 0}, {output, 0, 0}}};
    if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) throw_errno("wait on", folder_);
    if ((fds[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return Wake::reader_gone;
    if (std::optional<Wake> wake = take()) return *wake;
  }
}

std::optional<CommitWatch::Wake> CommitWatch::take() {
  Seen seen = read_events();
  if (seen.gone) return Wake::store_gone;
  if (seen.commit) return Wake::commit;
  return std::nullopt;
}

CommitWatch::Seen CommitWatch::read_events() {
  Seen seen;
  alignas(inotify_event) std::array<char, 16384> buffer;
  while (true) {
    ssize_t got = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno != EAGAIN) throw_errno("read the events of", folder_);
    if (got <= 0) return seen;
    for (ssize_t at = 0; at < got;) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      at += static_cast<ssize_t>(sizeof event + event.len);
      std::string_view file = event.len > 0 ? name : "";
      bool overflow = (event.mask & IN_Q_OVERFLOW) != 0;
      if (overflow || (file == k_log && (event.mask & k_log_events) != 0)) seen.commit = true;
      if ((event.mask & k_folder_gone) != 0 || (file == k_database && (event.mask & k_replaced) != 0))
        seen.gone = true;
    }
  }
}

}  // namespace wf
