#include "core/base/touch_watch.hpp"

#include <sys/inotify.h>

namespace wf {

TouchWatch::TouchWatch(const std::string& path) {
  if (!notices_ || notices_.watch(path, IN_ATTRIB | IN_CLOSE_WRITE) < 0) throw_errno("watch", path);
}

FileNews TouchWatch::clear() {
  FileNews news = FileNews::touched;
  auto take = [&](const FileNotices::Notice& notice) {
    if ((notice.mask & (IN_CLOSE_WRITE | IN_Q_OVERFLOW)) != 0) news = FileNews::closed;
  };
  while (notices_.take_some(take)) {
  }
  return news;
}

}  // namespace wf
