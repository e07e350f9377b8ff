#include "core/store/files/copy_out.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "core/base/file.hpp"
#include "core/base/no_room.hpp"
#include "core/base/stopping.hpp"

namespace wf::files {

namespace {

// The mode asked of open() passes through the umask; fchmod sets it as it is.
Fd create(const std::string& path) { return open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600); }

void set_mode(const Fd& fd, mode_t mode, const std::string& path) {
  if (::fchmod(fd.get(), mode) != 0) throw_errno("set the mode of", path);
}

std::int64_t copy_by_hand(const Fd& from, const Fd& to, const std::string& path,
                          const std::stop_token& stop) {
  constexpr std::size_t k_chunk = std::size_t{1} << 18U;
  auto chunk = std::make_unique<char[]>(k_chunk);
  std::int64_t total = 0;
  while (true) {
    require_going(stop);
    ssize_t got = ::read(from.get(), chunk.get(), k_chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", path);
    if (got == 0) return total;
    write_all(to.get(), {chunk.get(), static_cast<std::size_t>(got)}, path);
    total += got;
  }
}

// Both calls go on from the file offsets, so that copying by hand can take over in the middle.
std::int64_t copy_in_kernel(const Fd& from, const Fd& to, const std::string& path,
                            const std::stop_token& stop) {
  constexpr std::size_t k_most = std::size_t{1} << 26U;  // then it looks whether it is to stop
  std::int64_t total = 0;
  while (true) {
    require_going(stop);
    ssize_t done = ::copy_file_range(from.get(), nullptr, to.get(), nullptr, k_most, 0);
    if (done > 0) {
      total += done;
      continue;
    }
    if (done < 0 && errno == EINTR) continue;
    if (done < 0 && (is_no_room(errno) || errno == EIO)) throw_errno("write", path);
    return total + copy_by_hand(from, to, path, stop);  // also at 0: some file systems end early
  }
}

}  // namespace

void write_new(const std::string& path, std::string_view bytes, mode_t mode) {
  Fd fd = create(path);
  write_all(fd.get(), bytes, path);
  set_mode(fd, mode, path);
}

std::int64_t copy_new(const std::string& source, const std::string& path, mode_t mode,
                      const std::stop_token& stop) {
  Fd from = open_file(source, O_RDONLY);
  Fd to = create(path);
  std::int64_t size = 0;
  if (::ioctl(to.get(), FICLONE, from.get()) == 0) {
    size = ::lseek(from.get(), 0, SEEK_END);
  } else {
    size = copy_in_kernel(from, to, path, stop);
  }
  set_mode(to, mode, path);
  return size;
}

}  // namespace wf::files
