#include "core/base/record_lock.hpp"

#include <fcntl.h>

#include <cerrno>
#include <string>

#include "core/base/text.hpp"

namespace wf {

namespace {

struct flock as_flock(int type, const FileRange& range) {
  struct flock lock {};
  lock.l_type = static_cast<short>(type);
  lock.l_whence = SEEK_SET;
  lock.l_start = range.offset;
  lock.l_len = range.length;
  return lock;
}

[[noreturn]] void fail(std::string_view action, const Fd& file) {
  const int error = errno;
  const std::string path = link_target(cat("/proc/self/fd/", file.get()));
  errno = error;
  throw_errno(action, path);
}

}  // namespace

bool try_lock(const Fd& file, const FileRange& range) {
  struct flock lock = as_flock(F_WRLCK, range);
  if (::fcntl(file.get(), F_SETLK, &lock) == 0) return true;
  if (errno != EAGAIN && errno != EACCES) fail("lock", file);
  return false;
}

void lock(const Fd& file, const FileRange& range) {
  struct flock lock = as_flock(F_WRLCK, range);
  while (::fcntl(file.get(), F_SETLKW, &lock) != 0)
    if (errno != EINTR) fail("lock", file);
}

void unlock(const Fd& file, const FileRange& range) noexcept {
  struct flock lock = as_flock(F_UNLCK, range);
  ::fcntl(file.get(), F_SETLK, &lock);
}

pid_t lock_holder(const Fd& file, const FileRange& range) {
  struct flock lock = as_flock(F_WRLCK, range);
  if (::fcntl(file.get(), F_GETLK, &lock) != 0) fail("look at the locks of", file);
  return lock.l_type == F_UNLCK ? k_no_holder : lock.l_pid;
}

}  // namespace wf
