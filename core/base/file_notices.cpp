#include "core/base/file_notices.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace wf {

FileNotices::FileNotices() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

int FileNotices::watch(const std::string& path, std::uint32_t events) {
  return ::inotify_add_watch(fd_.get(), path.c_str(), events);
}

void FileNotices::end_watch(int watch) { ::inotify_rm_watch(fd_.get(), watch); }

bool FileNotices::take_some(const std::function<void(const Notice&)>& take) {
  alignas(inotify_event) std::array<char, 16384> buffer;
  ssize_t got = 0;
  do {
    got = ::read(fd_.get(), buffer.data(), buffer.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0 && errno == EAGAIN) return false;
  if (got < 0) throw_errno("read", "inotify");
  for (ssize_t at = 0; at < got;) {
    inotify_event event;
    std::memcpy(&event, buffer.data() + at, sizeof event);
    const char* name = buffer.data() + at + sizeof event;  // padded with NULs
    at += static_cast<ssize_t>(sizeof event + event.len);
    take({event.wd, event.mask, event.len > 0 ? name : std::string_view()});
  }
  return got >= static_cast<ssize_t>(buffer.size() / 2);  // else that was all
}

}  // namespace wf
