// Files and folders: every call names the path in its error; durability is spelled out in each name.
#pragma once
#include <dirent.h>
#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wf {

// A file descriptor that closes itself.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() {
    int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void reset();

 private:
  int fd_ = -1;
};

// Throws Error: "cannot <action> '<path>': <strerror>"; no room (no_room.hpp) has its own code and hint. Call
// it before anything that could change errno.
[[noreturn]] void throw_errno(std::string_view action, std::string_view path);

Fd open_file(const std::string& path, int flags, mode_t mode = 0600);  // O_CLOEXEC is added; throws
std::string read_file(const std::string& path);                        // throws; k_file_not_found when absent
std::optional<std::string> read_file_if_exists(const std::string& path);
// At most `limit` bytes of a regular file, the first or the last ones; "" for anything else, since where a
// task could write there may be a pipe, or a file larger than memory.
enum class FilePart { beginning, end };
std::string read_part(const std::string& path, std::size_t limit, FilePart part);
std::string read_fd(int fd, std::string_view path);  // from the current offset to the end
// From `offset` to the end, in pieces, so that size does not matter.
void read_fd_pieces(int fd, std::string_view path, std::int64_t offset,
                    const std::function<void(std::string_view)>& take);
void write_all(int fd, std::string_view bytes, std::string_view path);
// Replaces `path` at once: temporary file beside it, fsync, rename, fsync of the folder.
void replace_file_durably(const std::string& path, std::string_view bytes, mode_t mode);
void sync_file(int fd, std::string_view path);  // fdatasync; never retried by callers
void sync_folder(const std::string& path);

std::optional<struct stat> stat_if_exists(const std::string& path);  // follows links
std::optional<struct stat> lstat_if_exists(const std::string& path);
bool exists(const std::string& path);
bool is_folder(const std::string& path);
void make_folder(const std::string& path, mode_t mode = 0700);  // fine when it is there already
void make_folders(const std::string& path, mode_t mode = 0700);
void remove_tree(const std::string& path);         // made writable where needed; fine when absent
std::string link_target(const std::string& path);  // what a symbolic link says
// Where a file that is written to `path` lies: the end of its links, though nothing may be there yet.
std::string end_of_links(const std::string& path);
std::vector<std::string> list_folder(const std::string& path);  // entry names, sorted by bytes
// Those that are still to be read from an open one; `path` is for messages.
std::vector<std::string> entry_names(DIR* folder, std::string_view path);

std::string absolute_path(const std::string& path);  // lexically normal, against the current folder
std::string parent_folder(std::string_view path);
std::string base_name(std::string_view path);
// "a/./b/../c" -> "a/c"; no link is followed; nullopt when a relative path leaves its root by "..".
std::optional<std::string> normalize_relative(std::string_view path);

}  // namespace wf
