#include "core/base/file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "core/base/codes.hpp"
#include "core/base/no_room.hpp"
#include "core/base/text.hpp"

namespace wf {

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

void Fd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void throw_errno(std::string_view action, std::string_view path) {
  int error = errno;
  std::string message = cat("cannot ", action, " '", path, "': ", std::strerror(error));
  if (is_no_room(error)) throw Error(codes::k_no_space, message, std::string(no_room_hint(error)));
  if (error == EACCES || error == EPERM || error == ENAMETOOLONG || error == ELOOP)
    throw Error(codes::k_unreachable, message);
  throw Error(error == ENOENT ? codes::k_file_not_found : codes::k_system_call, message);
}

Fd open_file(const std::string& path, int flags, mode_t mode) {
  Fd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd) throw_errno((flags & O_ACCMODE) == O_RDONLY ? "open" : "write", path);
  return fd;
}

void read_fd_pieces(int fd, std::string_view path, std::int64_t offset,
                    const std::function<void(std::string_view)>& take) {
  char buffer[65536];
  while (true) {
    ssize_t got = ::pread(fd, buffer, sizeof buffer, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", path);
    if (got == 0) return;
    offset += got;
    take({buffer, static_cast<std::size_t>(got)});
  }
}

std::string read_fd(int fd, std::string_view path) {
  std::string out;
  struct stat info {};
  if (::fstat(fd, &info) == 0 && info.st_size > 0) out.reserve(static_cast<std::size_t>(info.st_size));
  char buffer[65536];
  while (true) {
    ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", path);
    if (got == 0) return out;
    out.append(buffer, static_cast<std::size_t>(got));
  }
}

std::string read_file(const std::string& path) { return read_fd(open_file(path, O_RDONLY).get(), path); }

std::optional<std::string> read_file_if_exists(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!fd) throw_errno("open", path);
  return read_fd(fd.get(), path);
}

std::string read_part(const std::string& path, std::size_t limit, FilePart part) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return "";
  auto size = static_cast<std::size_t>(info.st_size);
  std::string bytes(std::min(size, limit), '\0');
  off_t from = part == FilePart::end ? static_cast<off_t>(size - bytes.size()) : 0;
  ssize_t done = ::pread(fd.get(), bytes.data(), bytes.size(), from);
  bytes.resize(done > 0 ? static_cast<std::size_t>(done) : 0);
  return bytes;
}

void write_all(int fd, std::string_view bytes, std::string_view path) {
  while (!bytes.empty()) {
    ssize_t done = ::write(fd, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw_errno("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
}

void replace_file_durably(const std::string& path, std::string_view bytes, mode_t mode) {
  std::string temporary = cat(path, ".tmp-", ::getpid());
  {
    // Its errors speak of the file that is asked for.
    Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (!fd) throw_errno("write", path);
    write_all(fd.get(), bytes, path);
    sync_file(fd.get(), path);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) throw_errno("rename to", path);
  sync_folder(parent_folder(path));
}

void sync_file(int fd, std::string_view path) {
  if (::fdatasync(fd) != 0) throw_errno("make durable", path);
}

void sync_folder(const std::string& path) {
  Fd fd = open_file(path, O_RDONLY | O_DIRECTORY);
  if (::fsync(fd.get()) != 0) throw_errno("make durable", path);
}

namespace {
template <int (*Call)(const char*, struct stat*)>
std::optional<struct stat> status_of(const std::string& path) {
  struct stat info {};
  if (Call(path.c_str(), &info) == 0) return info;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw_errno("inspect", path);
}
}  // namespace

std::optional<struct stat> stat_if_exists(const std::string& path) { return status_of<::stat>(path); }
std::optional<struct stat> lstat_if_exists(const std::string& path) { return status_of<::lstat>(path); }
bool exists(const std::string& path) { return lstat_if_exists(path).has_value(); }

bool is_folder(const std::string& path) {
  auto info = stat_if_exists(path);
  return info && S_ISDIR(info->st_mode);
}

void make_folder(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) return;
  int error = errno;
  if (error == EEXIST && is_folder(path)) return;
  errno = error;
  throw_errno("create the folder", path);
}

void make_folders(const std::string& path, mode_t mode) {
  if (path.empty() || is_folder(path)) return;
  make_folders(parent_folder(path), mode);
  make_folder(path, mode);
}

void remove_tree(const std::string& path) {
  auto info = lstat_if_exists(path);
  if (!info) return;
  if (S_ISDIR(info->st_mode)) {
    if ((info->st_mode & 0700U) != 0700) ::chmod(path.c_str(), 0700);
    for (const std::string& name : list_folder(path)) remove_tree(cat(path, '/', name));
    if (::rmdir(path.c_str()) != 0 && errno != ENOENT) throw_errno("remove", path);
  } else if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    throw_errno("remove", path);
  }
}

std::vector<std::string> list_folder(const std::string& path) {
  std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  if (!folder) throw_errno("list", path);
  return entry_names(folder.get(), path);
}

std::vector<std::string> entry_names(DIR* folder, std::string_view path) {
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(folder);
    if (entry == nullptr) break;
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) throw_errno("list", path);
  std::sort(names.begin(), names.end());
  return names;
}

std::string link_target(const std::string& path) {
  std::string target(4096, '\0');
  ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  if (size < 0) throw_errno("read the link", path);
  target.resize(static_cast<std::size_t>(size));
  return target;
}

std::string end_of_links(const std::string& path) {
  constexpr int k_most_links = 40;  // as the kernel has it
  std::string end = path;
  for (int links = 0; links < k_most_links; ++links) {
    auto info = lstat_if_exists(end);
    if (!info || !S_ISLNK(info->st_mode)) return end;
    std::string target = link_target(end);
    end = target.starts_with('/') ? target : cat(parent_folder(end), '/', target);
  }
  errno = ELOOP;
  throw_errno("follow", path);
}

std::string absolute_path(const std::string& path) {
  std::string normal = std::filesystem::absolute(path).lexically_normal().string();
  if (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal;
}

std::string parent_folder(std::string_view path) {
  std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string base_name(std::string_view path) {
  std::size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::optional<std::string> normalize_relative(std::string_view path) {
  if (path.empty() || path.front() == '/') return std::nullopt;
  std::vector<std::string> kept;
  for (std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (kept.empty()) return std::nullopt;
      kept.pop_back();
    } else {
      kept.emplace_back(part);
    }
  }
  return join(kept, "/");
}

}  // namespace wf
