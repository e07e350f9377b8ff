#include "core/base/copy_tree.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <utility>

#include "core/base/file.hpp"
#include "core/base/stopping.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr mode_t k_permissions = 07777;

class TreeCopy {
 public:
  explicit TreeCopy(const std::stop_token& stop) : stop_(&stop) {}

  void copy_folder(const std::string& from, const std::string& to, const struct stat& info) {
    if (::mkdir(to.c_str(), 0700) != 0) throw_errno("create the folder", to);
    for (const std::string& name : list_folder(from)) copy(cat(from, '/', name), cat(to, '/', name));
    // Only now: a read-only folder takes no entries, and each entry changes its time.
    if (::chmod(to.c_str(), info.st_mode & k_permissions) != 0) throw_errno("set the mode of", to);
    set_times(to, info);
  }

 private:
  void copy(const std::string& from, const std::string& to) {
    require_going(*stop_);
    auto info = lstat_if_exists(from);
    if (!info) return;
    if (S_ISDIR(info->st_mode)) return copy_folder(from, to, *info);
    if (!S_ISREG(info->st_mode) && !S_ISLNK(info->st_mode)) return;
    auto [first, is_new] = copied_.try_emplace({info->st_dev, info->st_ino}, to);
    if (!is_new) {
      if (::link(first->second.c_str(), to.c_str()) != 0) throw_errno("make the link", to);
      return;
    }
    if (S_ISLNK(info->st_mode)) {
      if (::symlink(link_target(from).c_str(), to.c_str()) != 0) throw_errno("make the link", to);
    } else {
      copy_file(from, to, *info);
    }
    set_times(to, *info);
  }

  void copy_file(const std::string& from, const std::string& to, const struct stat& info) {
    Fd source = open_file(from, O_RDONLY | O_NOFOLLOW);
    Fd target = open_file(to, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (::ioctl(target.get(), FICLONE, source.get()) != 0) copy_data(source, target, from, to, info.st_size);
    if (::fchmod(target.get(), info.st_mode & k_permissions) != 0) throw_errno("set the mode of", to);
  }

  // From one stretch of data to the next.
  void copy_data(const Fd& source, const Fd& target, const std::string& from, const std::string& to,
                 off_t size) {
    for (off_t at = 0; at < size;) {
      off_t data = ::lseek(source.get(), at, SEEK_DATA);
      if (data < 0 && errno == ENXIO) break;  // a hole up to the end
      if (data < 0) throw_errno("read", from);
      off_t hole = ::lseek(source.get(), data, SEEK_HOLE);
      if (hole < 0) throw_errno("read", from);
      copy_stretch(source, target, data, hole, from, to);
      at = hole;
    }
    if (::ftruncate(target.get(), size) != 0) throw_errno("write", to);
  }

  void copy_stretch(const Fd& source, const Fd& target, off_t begin, off_t end, const std::string& from,
                    const std::string& to) {
    std::array<char, std::size_t{1} << 16U> buffer;
    while (begin < end) {
      require_going(*stop_);
      auto wanted = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(end - begin));
      ssize_t got = ::pread(source.get(), buffer.data(), wanted, begin);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw_errno("read", from);
      if (got == 0) return;  // it became shorter
      if (::lseek(target.get(), begin, SEEK_SET) < 0) throw_errno("write", to);
      write_all(target.get(), {buffer.data(), static_cast<std::size_t>(got)}, to);
      begin += got;
    }
  }

  static void set_times(const std::string& path, const struct stat& info) {
    const std::array<timespec, 2> times{info.st_atim, info.st_mtim};
    if (::utimensat(AT_FDCWD, path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0)
      throw_errno("set the times of", path);
  }

  const std::stop_token* stop_;
  std::map<std::pair<dev_t, ino_t>, std::string> copied_;  // where the first copy of each file is
};

}  // namespace

void copy_tree(const std::string& from, const std::string& to, const std::stop_token& stop) {
  auto info = lstat_if_exists(from);
  if (!info) {
    errno = ENOENT;
    throw_errno("copy", from);
  }
  TreeCopy(stop).copy_folder(from, to, *info);
}

}  // namespace wf
