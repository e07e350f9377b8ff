#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "core/base/codes.hpp"
#include "core/base/text.hpp"
#include "core/store/files/object_file.hpp"

namespace wf::files {

namespace {

constexpr std::int64_t k_one_thread_limit = std::int64_t{1} << 20U;
constexpr std::size_t k_chunk = std::size_t{1} << 18U;

std::size_t read_chunk(int fd, char* into, std::size_t size, const std::string& path) {
  while (true) {
    ssize_t got = ::read(fd, into, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw_errno("read", path);
  }
}

// Hands filled chunks from the reading thread to a writing one, through a ring of four. The bytes are read
// once, so that the digest and the copy cannot disagree.
class Pipeline {
 public:
  Pipeline(int target, const std::string& path) : target_(target), path_(path) {
    for (Slot& slot : ring_) slot.bytes = std::make_unique<char[]>(k_chunk);
    writer_ = std::thread([this] { write_chunks(); });
  }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  ~Pipeline() {
    end();
    if (writer_.joinable()) writer_.join();
  }

  char* next_free() {
    std::unique_lock lock(guard_);
    changed_.wait(lock, [&] { return filled_ - written_ < ring_.size() || error_; });
    if (error_) std::rethrow_exception(error_);
    return ring_[filled_ % ring_.size()].bytes.get();
  }

  void push(std::size_t size) {
    std::lock_guard lock(guard_);
    ring_[filled_ % ring_.size()].size = size;
    ++filled_;
    changed_.notify_all();
  }

  void finish() {
    end();
    writer_.join();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  struct Slot {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };

  void end() {
    std::lock_guard lock(guard_);
    ended_ = true;
    changed_.notify_all();
  }

  void write_chunks() {
    try {
      while (const Slot* slot = next_filled()) {
        write_all(target_, {slot->bytes.get(), slot->size}, path_);
        std::lock_guard lock(guard_);
        ++written_;
        changed_.notify_all();
      }
    } catch (...) {
      std::lock_guard lock(guard_);
      error_ = std::current_exception();
      changed_.notify_all();
    }
  }

  const Slot* next_filled() {
    std::unique_lock lock(guard_);
    changed_.wait(lock, [&] { return written_ < filled_ || ended_; });
    return written_ < filled_ ? &ring_[written_ % ring_.size()] : nullptr;
  }

  int target_;
  std::string path_;
  std::array<Slot, 4> ring_;
  std::mutex guard_;
  std::condition_variable changed_;
  std::size_t filled_ = 0;
  std::size_t written_ = 0;
  bool ended_ = false;
  std::exception_ptr error_;
  std::thread writer_;
};

FileIdentity copy_by_pipeline(int source, const std::string& path, const Draft& draft) {
  Pipeline pipeline(draft.fd(), path);
  Hasher hasher;
  std::int64_t size = 0;
  while (true) {
    char* chunk = pipeline.next_free();
    std::size_t got = read_chunk(source, chunk, k_chunk, path);
    if (got == 0) break;
    hasher.update({chunk, got});
    pipeline.push(got);
    size += static_cast<std::int64_t>(got);
  }
  pipeline.finish();
  return {hasher.finish(), size};
}

FileIdentity copy_in_one_thread(int source, const std::string& path, const Draft& draft) {
  auto chunk = std::make_unique<char[]>(k_chunk);
  Hasher hasher;
  std::int64_t size = 0;
  while (std::size_t got = read_chunk(source, chunk.get(), k_chunk, path)) {
    hasher.update({chunk.get(), got});
    write_all(draft.fd(), {chunk.get(), got}, path);
    size += static_cast<std::int64_t>(got);
  }
  return {hasher.finish(), size};
}

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

void require_unchanged(int source, const struct stat& before, std::int64_t read, const std::string& path) {
  struct stat after {};
  if (::fstat(source, &after) != 0) throw_errno("inspect", path);
  if (after.st_size == read && before.st_size == read && same_time(before.st_mtim, after.st_mtim) &&
      same_time(before.st_ctim, after.st_ctim)) {
    return;
  }
  throw Error(codes::k_file_changed, cat("'", path, "' was changed while it was read"),
              "wait until its writer has finished, then run the command again");
}

FileIdentity copy_hashed(int source, const struct stat& before, const std::string& path, const Draft& draft) {
  FileIdentity identity = before.st_size > k_one_thread_limit ? copy_by_pipeline(source, path, draft)
                                                              : copy_in_one_thread(source, path, draft);
  require_unchanged(source, before, identity.size, path);
  return identity;
}

}  // namespace wf::files
