#include "core/transfer/new_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/text.hpp"
#include "core/base/uuid.hpp"

namespace wf::transfer {

namespace {

constexpr mode_t k_mode = 0644;  // less what the umask takes

std::string draft_name(const std::string& path) {
  return cat(parent_folder(path), "/.", base_name(path), '.', new_uuid4().text());
}

}  // namespace

NewFile::NewFile(std::string path) : path_(std::move(path)) {
  std::string folder = parent_folder(path_);
  fd_ = Fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, k_mode));
  // EISDIR: a kernel, EOPNOTSUPP: a file system without O_TMPFILE.
  if (!fd_ && errno != EOPNOTSUPP && errno != EISDIR) throw_errno("write a file in", folder);
  if (fd_) return;
  name_ = draft_name(path_);
  fd_ = open_file(name_, O_RDWR | O_CREAT | O_EXCL, k_mode);
}

NewFile::~NewFile() {
  if (!name_.empty()) ::unlink(name_.c_str());
}

bool NewFile::link_to(const std::string& path) const {
  std::string source = name_.empty() ? cat("/proc/self/fd/", fd_.get()) : name_;
  if (::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0) return true;
  if (errno == EEXIST) return false;
  throw_errno("name the file", path);
}

bool NewFile::publish() {
  sync_file(fd_.get(), path_);
  if (!link_to(path_)) return false;
  sync_folder(parent_folder(path_));
  return true;
}

void NewFile::replace() {
  if (name_.empty()) {
    std::string name = draft_name(path_);
    link_to(name);
    name_ = name;
  }
  if (::rename(name_.c_str(), path_.c_str()) != 0) throw_errno("replace", path_);
  name_.clear();
  sync_folder(parent_folder(path_));
}

}  // namespace wf::transfer
