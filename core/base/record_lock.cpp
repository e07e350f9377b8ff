#include "core/base/record_lock.hpp"

#include <fcntl.h>

#include <cerrno>

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

}  // namespace

bool try_lock(const Fd& file, const FileRange& range) {
  struct flock lock = as_flock(F_WRLCK, range);
  if (::fcntl(file.get(), F_SETLK, &lock) == 0) return true;
  if (errno != EAGAIN && errno != EACCES) throw_errno("lock", "a file of the store");
  return false;
}

void lock(const Fd& file, const FileRange& range) {
  struct flock lock = as_flock(F_WRLCK, range);
  while (::fcntl(file.get(), F_SETLKW, &lock) != 0)
    if (errno != EINTR) throw_errno("lock", "a file of the store");
}

void unlock(const Fd& file, const FileRange& range) noexcept {
  struct flock lock = as_flock(F_UNLCK, range);
  ::fcntl(file.get(), F_SETLK, &lock);
}

pid_t lock_holder(const Fd& file, const FileRange& range) {
  struct flock lock = as_flock(F_WRLCK, range);
  if (::fcntl(file.get(), F_GETLK, &lock) != 0) throw_errno("look at the locks of", "a file of the store");
  return lock.l_type == F_UNLCK ? k_no_holder : lock.l_pid;
}

}  // namespace wf
