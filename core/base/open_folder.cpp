#include "core/base/open_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "core/base/file.hpp"

namespace wf {

std::optional<OpenFolder> OpenFolder::open(int parent, const std::string& name) {
  Fd fd(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  DIR* folder = fd ? ::fdopendir(fd.get()) : nullptr;
  if (folder == nullptr) return std::nullopt;
  fd.release();
  return OpenFolder(folder);
}

mode_t OpenFolder::mode() const {
  struct stat info {};
  return ::fstat(fd(), &info) == 0 ? info.st_mode & 07777U : 0;
}

std::vector<std::string> OpenFolder::names() const { return entry_names(folder_.get(), "a folder"); }

std::optional<struct stat> OpenFolder::look_at(const std::string& name) const {
  struct stat info {};
  if (::fstatat(fd(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return info;
}

bool OpenFolder::unlink(const std::string& name) const { return ::unlinkat(fd(), name.c_str(), 0) == 0; }

bool OpenFolder::move_to(const std::string& name, const OpenFolder& target,
                         const std::string& new_name) const {
  return ::renameat(fd(), name.c_str(), target.fd(), new_name.c_str()) == 0;
}

}  // namespace wf
