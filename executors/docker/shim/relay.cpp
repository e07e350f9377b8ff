#include "executors/docker/shim/relay.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace wf::shim {

Relay::Relay(const char* const* logs) : logs_(logs) {
  void* shared = ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return;
  progress_ = static_cast<Progress*>(shared);
  if (::fork() == 0) follow();
}

void Relay::finish() {
  if (progress_ == nullptr) return;
  const int flags = ::fcntl(STDOUT_FILENO, F_GETFL);
  if (flags < 0 || ::fcntl(STDOUT_FILENO, F_SETFL, flags | O_NONBLOCK) != 0) return;
  tell_all();
}

// One message. Whether there may be more to tell.
bool Relay::tell(int log) {
  char message[k_most_of_message];
  MessageHead head;
  head.begin = progress_->told[log];
  head.log = static_cast<std::uint32_t>(log);
  if (head.begin >= k_most_of_log) return false;
  const int file = ::open(logs_[log], O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t got =
      ::pread(file, message + sizeof head, sizeof message - sizeof head, static_cast<off_t>(head.begin));
  ::close(file);
  if (got <= 0) return false;
  head.size = static_cast<std::uint32_t>(got);
  std::memcpy(message, &head, sizeof head);
  const std::size_t whole = sizeof head + static_cast<std::size_t>(got);
  if (::write(STDOUT_FILENO, message, whole) != static_cast<ssize_t>(whole)) return false;
  progress_->told[log] += static_cast<std::uint64_t>(got);
  return true;
}

void Relay::tell_all() {
  for (int log = 0; log < k_logs; ++log)
    while (tell(log)) {
    }
}

void Relay::follow() {
  const int notices = ::inotify_init1(IN_CLOEXEC);
  for (int log = 0; log < k_logs; ++log)
    if (notices < 0 || ::inotify_add_watch(notices, logs_[log], IN_MODIFY) < 0) ::_exit(0);
  char notice[4096];
  do {
    tell_all();
  } while (::read(notices, notice, sizeof notice) > 0);
  ::_exit(0);
}

}  // namespace wf::shim
