#include "core/store/commit_watch.hpp"

#include <poll.h>
#include <sys/inotify.h>

#include <array>
#include <cerrno>

namespace wf {

namespace {

constexpr std::string_view k_database = "wf.db";
constexpr std::string_view k_log = "wf.db-wal";
constexpr std::uint32_t k_log_events = IN_ATTRIB | IN_CLOSE_WRITE;
constexpr std::uint32_t k_replaced = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
constexpr std::uint32_t k_folder_gone = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED;

}  // namespace

CommitWatch::CommitWatch(std::string folder) : folder_(std::move(folder)) {
  std::uint32_t wanted = k_log_events | k_replaced | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
  if (!notices_ || notices_.watch(folder_, wanted) < 0) throw_errno("watch", folder_);
}

CommitWatch::Wake CommitWatch::wait(int output) {
  while (true) {
    std::array<pollfd, 2> fds{{{notices_.descriptor(), POLLIN, 0}, {output, 0, 0}}};
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
  auto take = [&](const FileNotices::Notice& notice) {
    bool overflow = (notice.mask & IN_Q_OVERFLOW) != 0;
    if (overflow || (notice.name == k_log && (notice.mask & k_log_events) != 0)) seen.commit = true;
    if ((notice.mask & k_folder_gone) != 0 || (notice.name == k_database && (notice.mask & k_replaced) != 0))
      seen.gone = true;
  };
  while (notices_.take_some(take)) {
  }
  return seen;
}

}  // namespace wf
