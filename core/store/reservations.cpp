#include "core/store/reservations.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/process.hpp"

namespace wf {

namespace {

// Locks of keys begin here; below lie the signatures.
constexpr std::int64_t k_first_key = std::int64_t{1} << 61;

// What a driver writes about itself, at a place of its own that it keeps locked.
struct Signature {
  std::int64_t pid = 0;
  std::uint64_t pid_namespace = 0;
  std::array<std::uint8_t, 16> run{};
};
constexpr std::int64_t k_signature_size = sizeof(Signature);

constexpr pid_t k_nobody = -1;  // a holder in another PID namespace is 0

std::string path_in(const std::string& store_path) { return store_path + "/reservations"; }

std::uint64_t first_bytes(const Digest& digest) {
  std::uint64_t bits;
  std::memcpy(&bits, digest.bytes.data(), sizeof bits);
  return bits;
}

struct flock range(short type, std::int64_t offset, std::int64_t length) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = offset;
  lock.l_len = length;
  return lock;
}

}  // namespace

Reservations::Reservations(const std::string& store_path, const Uuid& run, std::string_view space)
    : path_(path_in(store_path)),
      file_(open_file(path_, O_RDWR | O_CREAT, 0600)),
      run_(run),
      pid_namespace_(this_machine().pid_namespace),
      space_(first_bytes(sha256(space))) {
  sign(run);
}

std::int64_t Reservations::offset_of(const Digest& key) const {
  std::uint64_t bits = (first_bytes(key) ^ space_) >> 3U;
  return static_cast<std::int64_t>(bits) | k_first_key;
}

std::optional<Reservations::Holder> Reservations::take(const Digest& key) {
  if (mine_.contains(key)) return Holder{::getpid(), run_};
  std::int64_t offset = offset_of(key);
  struct flock lock = range(F_WRLCK, offset, 1);
  while (::fcntl(file_.get(), F_SETLK, &lock) != 0) {
    if (errno != EAGAIN && errno != EACCES) throw_errno("reserve a result in", path_);
    pid_t pid = holder_at(offset, 1);
    if (pid != k_nobody) return Holder{pid, run_of(pid)};
  }
  mine_.insert(key);
  return std::nullopt;
}

bool Reservations::is_free(const Digest& key) {
  return !mine_.contains(key) && holder_at(offset_of(key), 1) == k_nobody;
}

pid_t Reservations::holder_at(std::int64_t offset, std::int64_t length) {
  struct flock lock = range(F_WRLCK, offset, length);
  if (::fcntl(file_.get(), F_GETLK, &lock) != 0) throw_errno("read the reservations in", path_);
  return lock.l_type == F_UNLCK ? k_nobody : lock.l_pid;
}

void Reservations::release(const Digest& key) {
  if (mine_.erase(key) == 0) return;
  struct flock lock = range(F_UNLCK, offset_of(key), 1);
  if (::fcntl(file_.get(), F_SETLK, &lock) != 0) throw_errno("release a reservation in", path_);
}

// The touch is what others wait for; closing the file, in whatever way, is reported to them as well.
void Reservations::announce() {
  if (::futimens(file_.get(), nullptr) != 0) throw_errno("touch", path_);
}

void Reservations::announce_in(const std::string& store_path) {
  open_file(path_in(store_path), O_WRONLY | O_CREAT);  // closing it is what is reported
}

int Reservations::watch() {
  if (!inotify_) {
    inotify_ = Fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!inotify_) throw_errno("watch", path_);
    if (::inotify_add_watch(inotify_.get(), path_.c_str(), IN_ATTRIB | IN_CLOSE_WRITE) < 0)
      throw_errno("watch", path_);
  }
  return inotify_.get();
}

Reservations::News Reservations::clear_watch() {
  alignas(inotify_event) std::array<char, 4096> events;
  News news = News::released;
  for (ssize_t size; (size = ::read(inotify_.get(), events.data(), events.size())) > 0;) {
    for (ssize_t at = 0; at < size;) {
      inotify_event event;
      std::memcpy(&event, events.data() + at, sizeof event);
      if ((event.mask & (IN_CLOSE_WRITE | IN_Q_OVERFLOW)) != 0) news = News::ended;
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
  return news;
}

void Reservations::sign(const Uuid& run) {
  Signature signature{::getpid(), pid_namespace_, run.bytes};
  for (std::int64_t offset = 0;; offset += k_signature_size) {
    struct flock lock = range(F_WRLCK, offset, k_signature_size);
    if (::fcntl(file_.get(), F_SETLK, &lock) != 0) continue;
    if (::pwrite(file_.get(), &signature, k_signature_size, offset) == k_signature_size) return;
    throw_errno("write", path_);
  }
}

// Only a signature that its process still keeps locked says anything.
std::optional<Uuid> Reservations::run_of(pid_t pid) {
  Signature signature;
  for (std::int64_t offset = 0;; offset += k_signature_size) {
    if (::pread(file_.get(), &signature, k_signature_size, offset) != k_signature_size) return std::nullopt;
    bool matches = signature.pid == pid && signature.pid_namespace == pid_namespace_;
    if (matches && holder_at(offset, k_signature_size) == pid) return Uuid{signature.run};
  }
}

}  // namespace wf
