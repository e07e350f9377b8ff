#include "core/store/blob_locks.hpp"

#include <fcntl.h>

#include <cerrno>
#include <chrono>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"

namespace wf {

namespace {

constexpr auto k_patience = std::chrono::seconds(60);
constexpr auto k_pause = std::chrono::milliseconds(2);

constexpr off_t k_relying = 0;
constexpr off_t k_drafting = 1;
constexpr off_t k_first_digest = 2;

// Few enough that the kernel's list of them stays short, though a folder of 100 000 files is published.
off_t place_of(const Digest& digest) {
  return k_first_digest + (static_cast<off_t>(digest.bytes[0]) << 4U) + (digest.bytes[1] >> 4U);
}

struct flock one_byte(short type, off_t place) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = place;
  lock.l_len = 1;
  return lock;
}

}  // namespace

// Locks belong to the open file, and so to all threads: the first holder of a place locks it, the last
// unlocks.
class BlobLocks::File : public std::enable_shared_from_this<File> {
 public:
  explicit File(std::string path) : path_(std::move(path)) {}

  Hold share(off_t place) {
    std::lock_guard guard(mutex_);
    if (holders_[place]++ > 0) return hold(place);
    struct flock lock = one_byte(F_RDLCK, place);
    try {
      wait_for(lock);
    } catch (...) {
      --holders_[place];
      throw;
    }
    return hold(place);
  }

  Hold take_alone(off_t place) {
    std::lock_guard guard(mutex_);
    if (holders_[place] > 0) return {};
    struct flock lock = one_byte(F_WRLCK, place);
    if (::fcntl(open(), F_OFD_SETLK, &lock) != 0) {
      if (errno == EAGAIN || errno == EACCES) return {};
      throw_errno("lock", path_);
    }
    ++holders_[place];
    return hold(place);
  }

  bool is_held(off_t place) {
    std::lock_guard guard(mutex_);
    if (!file_ && !exists(path_)) return false;
    Fd reader = open_file(path_, O_RDONLY);
    struct flock lock = one_byte(F_WRLCK, place);
    if (::fcntl(reader.get(), F_OFD_GETLK, &lock) != 0) throw_errno("read the locks of", path_);
    return lock.l_type != F_UNLCK;
  }

 private:
  // As long as one waits for the database, and not for ever: a collection that was stopped must not take
  // everything with it.
  void wait_for(struct flock& lock) {
    const auto end = std::chrono::steady_clock::now() + k_patience;
    while (::fcntl(open(), F_OFD_SETLK, &lock) != 0) {
      if (errno != EAGAIN && errno != EACCES && errno != EINTR) throw_errno("lock", path_);
      if (std::chrono::steady_clock::now() > end)
        throw Error(
            codes::k_store_busy, cat("a collection of garbage keeps others from the bytes of '", path_, "'"),
            "see whether a 'wf gc' was stopped (SIGSTOP); continue or end it, then run the command again");
      std::this_thread::sleep_for(k_pause);
    }
  }

  int open() {
    if (!file_) file_ = open_file(path_, O_RDWR | O_CREAT, 0600);
    return file_.get();
  }

  Hold hold(off_t place) {
    return {static_cast<const void*>(this),
            [file = shared_from_this(), place](const void*) { file->release(place); }};
  }

  void release(off_t place) {
    std::lock_guard guard(mutex_);
    if (--holders_[place] > 0) return;
    holders_.erase(place);
    struct flock lock = one_byte(F_UNLCK, place);
    ::fcntl(file_.get(), F_OFD_SETLK, &lock);
  }

  std::string path_;
  std::mutex mutex_;
  Fd file_;
  std::unordered_map<off_t, int> holders_;
};

BlobLocks::BlobLocks(const std::string& store_folder)
    : file_(std::make_shared<File>(store_folder + "/in-use")) {}

BlobLocks::Hold BlobLocks::relying() { return file_->share(k_relying); }
BlobLocks::Hold BlobLocks::drafting() { return file_->share(k_drafting); }
BlobLocks::Hold BlobLocks::publishing(const Digest& digest) { return file_->share(place_of(digest)); }

BlobLocks::Hold BlobLocks::relying_alone() { return file_->take_alone(k_relying); }
BlobLocks::Hold BlobLocks::drafting_alone() { return file_->take_alone(k_drafting); }
BlobLocks::Hold BlobLocks::publishing_alone(const Digest& digest) {
  return file_->take_alone(place_of(digest));
}

bool BlobLocks::is_publishing(const Digest& digest) { return file_->is_held(place_of(digest)); }
bool BlobLocks::share_place(const Digest& one, const Digest& other) {
  return place_of(one) == place_of(other);
}
bool BlobLocks::is_drafting() { return file_->is_held(k_drafting); }

}  // namespace wf
