#include "core/store/files/object_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/base/codes.hpp"
#include "core/base/text.hpp"
#include "core/base/uuid.hpp"

namespace wf::files {

namespace {

constexpr mode_t k_read_only = 0444;
constexpr time_t k_modified_s = 1;  // 1970-01-01T00:00:01Z: no write happens then

constexpr std::array<timespec, 2> k_times{{{k_modified_s, 0}, {k_modified_s, 0}}};

bool is_file_of(const struct stat& info, std::int64_t size) {
  return S_ISREG(info.st_mode) && info.st_size == size;
}

bool is_untouched(const struct stat& info) {
  const bool read_only = (info.st_mode & 0222U) == 0;
  return read_only && info.st_mtim.tv_sec == k_modified_s && info.st_mtim.tv_nsec == 0;
}

// Unless it was written to since `seen`, before its bytes were read. Nothing is lost where it cannot be done.
void mark_untouched(const std::string& path, const struct stat& seen) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat now {};
  if (!fd || ::fstat(fd.get(), &now) != 0 || now.st_ino != seen.st_ino) return;
  const bool moved = now.st_mtim.tv_sec != seen.st_mtim.tv_sec || now.st_mtim.tv_nsec != seen.st_mtim.tv_nsec;
  if (moved || ::fchmod(fd.get(), k_read_only) != 0) return;
  ::futimens(fd.get(), k_times.data());
}

Fd open_unnamed(const std::string& folder) {
  Fd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, k_read_only));
  // EISDIR: a kernel, EOPNOTSUPP: a file system without O_TMPFILE.
  if (!fd && errno != EOPNOTSUPP && errno != EISDIR) throw_errno("write a file in", folder);
  return fd;
}

}  // namespace

// The mode is set before the bytes come, so that it is durable with them.
Draft::Draft(const std::string& temporary_folder) : folder_(temporary_folder), fd_(open_unnamed(folder_)) {
  if (!fd_) {
    name_ = cat(folder_, "/blob-", new_uuid4().text());
    fd_ = open_file(name_, O_RDWR | O_CREAT | O_EXCL, k_read_only);
  }
  if (::fchmod(fd_.get(), k_read_only) != 0) throw_errno("set the mode of a file in", folder_);
}

Draft::~Draft() {
  if (!name_.empty()) ::unlink(name_.c_str());
}

int Draft::link_to(const std::string& path) const {
  std::string source = name_.empty() ? cat("/proc/self/fd/", fd_.get()) : name_;
  return ::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

void Draft::publish(const std::string& path, const FileIdentity& identity) {
  if (holds(path, identity)) return;
  if (::futimens(fd_.get(), k_times.data()) != 0) throw_errno("set the time of", path);
  sync_file(fd_.get(), path);
  int error = link_to(path);
  if (error == ENOENT) {
    make_folder(parent_folder(path));
    error = link_to(path);
  }
  if (error == EEXIST) {
    if (!holds(path, identity)) replace(path);
    return;
  }
  if (error != 0) {
    errno = error;
    throw_errno("name the blob", path);
  }
}

void Draft::replace(const std::string& path) {
  if (name_.empty()) {
    std::string name = cat(folder_, "/blob-", new_uuid4().text());
    errno = link_to(name);
    if (errno != 0) throw_errno("name the file", name);
    name_ = name;
  }
  if (::rename(name_.c_str(), path.c_str()) != 0) throw_errno("replace the damaged blob", path);
  name_.clear();
}

bool is_whole(const std::string& path, const FileIdentity& identity) {
  auto info = lstat_if_exists(path);
  if (!info || !is_file_of(*info, identity.size)) return false;
  if (is_untouched(*info)) return true;
  if (!holds(path, identity)) return false;
  mark_untouched(path, *info);
  return true;
}

bool holds(const std::string& path, const FileIdentity& identity) {
  auto info = lstat_if_exists(path);
  if (!info || !is_file_of(*info, identity.size)) return false;
  try {
    return hash_file(path).digest == identity.digest;
  } catch (const Error&) {  // what cannot be read is not whole
    return false;
  }
}

}  // namespace wf::files
