#include "core/store/reservations.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/process.hpp"
#include "core/base/record_lock.hpp"

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

std::string path_in(const std::string& store_path) { return store_path + "/reservations"; }

std::uint64_t first_bytes(const Digest& digest) {
  std::uint64_t bits;
  std::memcpy(&bits, digest.bytes.data(), sizeof bits);
  return bits;
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

Reservations::Holder Reservations::own() const { return {::getpid(), run_}; }

std::optional<Reservations::Holder> Reservations::take(const Digest& key) {
  if (mine_.contains(key)) return own();
  std::int64_t offset = offset_of(key);
  while (!try_lock(file_, {offset})) {
    pid_t pid = lock_holder(file_, {offset});
    if (pid != k_no_holder) return Holder{pid, run_of(pid)};
  }
  mine_.insert(key);
  return std::nullopt;
}

// A process drives one run: only of another one it has to be found out which.
std::optional<Reservations::Holder> Reservations::holder(const Digest& key, const Holder& before) {
  if (mine_.contains(key)) return own();
  pid_t pid = lock_holder(file_, {offset_of(key)});
  if (pid == k_no_holder) return std::nullopt;
  return pid == before.pid ? before : Holder{pid, run_of(pid)};
}

void Reservations::release(const Digest& key) {
  if (mine_.erase(key) == 0) return;
  unlock(file_, {offset_of(key)});
}

// The touch is what others wait for; closing the file, in whatever way, is reported to them as well.
void Reservations::announce() {
  if (::futimens(file_.get(), nullptr) != 0) throw_errno("touch", path_);
}

void Reservations::announce_in(const std::string& store_path) {
  open_file(path_in(store_path), O_WRONLY | O_CREAT);  // closing it is what is reported
}

int Reservations::watch() {
  if (!watch_) watch_.emplace(path_);
  return watch_->descriptor();
}

FileNews Reservations::clear_watch() { return watch_->clear(); }

void Reservations::sign(const Uuid& run) {
  Signature signature{::getpid(), pid_namespace_, run.bytes};
  for (std::int64_t offset = 0;; offset += k_signature_size) {
    if (!try_lock(file_, {offset, k_signature_size})) continue;
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
    if (matches && lock_holder(file_, {offset, k_signature_size}) == pid) return Uuid{signature.run};
  }
}

}  // namespace wf
