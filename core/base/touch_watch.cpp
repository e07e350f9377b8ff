#include "core/base/touch_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace wf {

TouchWatch::TouchWatch(const std::string& path) : inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (!inotify_) throw_errno("watch", path);
  if (::inotify_add_watch(inotify_.get(), path.c_str(), IN_ATTRIB | IN_CLOSE_WRITE) < 0)
    throw_errno("watch", path);
}

FileNews TouchWatch::clear() {
  alignas(inotify_event) std::array<char, 4096> events;
  FileNews news = FileNews::touched;
  for (ssize_t size; (size = ::read(inotify_.get(), events.data(), events.size())) > 0;) {
    for (ssize_t at = 0; at < size;) {
      inotify_event event;
      std::memcpy(&event, events.data() + at, sizeof event);
      if ((event.mask & (IN_CLOSE_WRITE | IN_Q_OVERFLOW)) != 0) news = FileNews::closed;
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
  return news;
}

}  // namespace wf
