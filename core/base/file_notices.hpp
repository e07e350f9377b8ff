// What happens to files and folders, as the kernel tells it: inotify(7).
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/file.hpp"

namespace wf {

class FileNotices {
 public:
  struct Notice {
    int watch = -1;          // -1 where some were lost: mask has IN_Q_OVERFLOW
    std::uint32_t mask = 0;  // as inotify(7) has it
    std::string_view name;   // in the watched folder; empty: the watched thing itself
  };

  // False, with errno, where the system has no more of them.
  FileNotices();
  explicit operator bool() const { return static_cast<bool>(fd_); }

  // Readable when there are some.
  int descriptor() const { return fd_.get(); }
  // The number of the watch, the same for the same thing; -1, with errno: none.
  int watch(const std::string& path, std::uint32_t events);
  void end_watch(int watch);
  // Hands over the next ones that have come, without waiting. False: there were no more just now. Throws
  // Error(k_system_call).
  bool take_some(const std::function<void(const Notice&)>& take);

 private:
  Fd fd_;
};

}  // namespace wf
