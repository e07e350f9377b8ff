#include "executors/docker/tree_archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/loaded_library.hpp"
#include "core/base/text.hpp"
#include "executors/docker/codes.hpp"

namespace wf {

namespace {

constexpr std::size_t k_block = 65536;

struct Library {
  decltype(&archive_write_new) write_new = nullptr;
  decltype(&archive_write_set_format_pax_restricted) write_set_format = nullptr;
  decltype(&archive_write_open_filename) write_open = nullptr;
  decltype(&archive_write_header) write_header = nullptr;
  decltype(&archive_write_data) write_data = nullptr;
  decltype(&archive_write_close) write_close = nullptr;
  decltype(&archive_write_free) write_free = nullptr;
  decltype(&archive_write_disk_new) write_disk_new = nullptr;
  decltype(&archive_write_disk_set_options) write_disk_set_options = nullptr;
  decltype(&archive_read_new) read_new = nullptr;
  decltype(&archive_read_support_format_tar) read_support_tar = nullptr;
  decltype(&archive_read_open_filename) read_open = nullptr;
  decltype(&archive_read_next_header) read_next_header = nullptr;
  decltype(&archive_read_extract2) read_extract = nullptr;
  decltype(&archive_read_free) read_free = nullptr;
  decltype(&archive_error_string) error_string = nullptr;
  decltype(&archive_entry_new) entry_new = nullptr;
  decltype(&archive_entry_free) entry_free = nullptr;
  decltype(&archive_entry_copy_stat) entry_copy_stat = nullptr;
  decltype(&archive_entry_copy_pathname) entry_copy_pathname = nullptr;
  decltype(&archive_entry_copy_symlink) entry_copy_symlink = nullptr;
  decltype(&archive_entry_copy_hardlink) entry_copy_hardlink = nullptr;
  decltype(&archive_entry_set_uid) entry_set_uid = nullptr;
  decltype(&archive_entry_set_gid) entry_set_gid = nullptr;
  decltype(&archive_entry_pathname) entry_pathname = nullptr;
  decltype(&archive_entry_hardlink) entry_hardlink = nullptr;
  decltype(&archive_entry_filetype) entry_filetype = nullptr;

  bool load() {
    return load_functions({"libarchive.so.13"}, {{"archive_write_new", write_new},
                                                 {"archive_write_set_format_pax_restricted", write_set_format},
                                                 {"archive_write_open_filename", write_open},
                                                 {"archive_write_header", write_header},
                                                 {"archive_write_data", write_data},
                                                 {"archive_write_close", write_close},
                                                 {"archive_write_free", write_free},
                                                 {"archive_write_disk_new", write_disk_new},
                                                 {"archive_write_disk_set_options", write_disk_set_options},
                                                 {"archive_read_new", read_new},
                                                 {"archive_read_support_format_tar", read_support_tar},
                                                 {"archive_read_open_filename", read_open},
                                                 {"archive_read_next_header", read_next_header},
                                                 {"archive_read_extract2", read_extract},
                                                 {"archive_read_free", read_free},
                                                 {"archive_error_string", error_string},
                                                 {"archive_entry_new", entry_new},
                                                 {"archive_entry_free", entry_free},
                                                 {"archive_entry_copy_stat", entry_copy_stat},
                                                 {"archive_entry_copy_pathname", entry_copy_pathname},
                                                 {"archive_entry_copy_symlink", entry_copy_symlink},
                                                 {"archive_entry_copy_hardlink", entry_copy_hardlink},
                                                 {"archive_entry_set_uid", entry_set_uid},
                                                 {"archive_entry_set_gid", entry_set_gid},
                                                 {"archive_entry_pathname", entry_pathname},
                                                 {"archive_entry_hardlink", entry_hardlink},
                                                 {"archive_entry_filetype", entry_filetype}});
  }
};

const Library& library() {
  static const std::optional<Library> k_library = []() -> std::optional<Library> {
    Library found;
    return found.load() ? std::optional(found) : std::nullopt;
  }();
  if (k_library) return *k_library;
  throw Error(codes::k_bad_copy, "an engine on another machine needs the library libarchive, which this one has not",
              "install it: on Debian the package libarchive13");
}

struct FreeWriter {
  void operator()(archive* one) const { library().write_free(one); }
};
struct FreeReader {
  void operator()(archive* one) const { library().read_free(one); }
};
struct FreeEntry {
  void operator()(archive_entry* one) const { library().entry_free(one); }
};
using Writer = std::unique_ptr<archive, FreeWriter>;
using Reader = std::unique_ptr<archive, FreeReader>;
using Entry = std::unique_ptr<archive_entry, FreeEntry>;

void require(archive* one, la_ssize_t result, const std::string& what) {
  if (result >= ARCHIVE_WARN) return;
  const char* why = library().error_string(one);
  throw Error(codes::k_bad_copy, cat("cannot copy ", what, ": ", why == nullptr ? "unknown error" : why));
}

class Packer {
 public:
  Packer(const ArchiveOwner& owner, const std::string& path) : owner_(owner), writer_(library().write_new()) {
    library().write_set_format(writer_.get());
    require(writer_.get(), library().write_open(writer_.get(), path.c_str()), path);
  }

  enum class Depth { all, alone };
  void add(const std::string& path, const std::string& name, Depth depth = Depth::all) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) throw_errno("look at", path);
    if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode) && !S_ISLNK(info.st_mode)) return;  // a pipe of our own
    const Entry entry(library().entry_new());
    library().entry_copy_stat(entry.get(), &info);
    library().entry_copy_pathname(entry.get(), name.c_str());
    library().entry_set_uid(entry.get(), owner_.user);
    library().entry_set_gid(entry.get(), owner_.group);
    if (S_ISLNK(info.st_mode)) library().entry_copy_symlink(entry.get(), link_target(path).c_str());
    require(writer_.get(), library().write_header(writer_.get(), entry.get()), path);
    if (S_ISREG(info.st_mode)) add_bytes(path);
    if (!S_ISDIR(info.st_mode) || depth == Depth::alone) return;
    for (const std::string& below : list_folder(path)) add(cat(path, '/', below), cat(name, '/', below));
  }

  void finish() { require(writer_.get(), library().write_close(writer_.get()), "an archive"); }

 private:
  void add_bytes(const std::string& path) {
    const Fd file = open_file(path, O_RDONLY | O_NOFOLLOW);
    read_fd_pieces(file.get(), path, 0, [&](std::string_view piece) {
      require(writer_.get(), library().write_data(writer_.get(), piece.data(), piece.size()), path);
    });
  }

  ArchiveOwner owner_;
  Writer writer_;
};

// Without the one folder that all stands in; "" for that itself. Throws for what leads elsewhere.
std::string below_top(const char* name) {
  auto path = name == nullptr ? std::nullopt : normalize_relative(name);
  if (!path || std::string_view(name).starts_with('/'))
    throw Error(codes::k_bad_copy, cat("an archive of the engine has a path that leads out of it: ", name == nullptr ? "" : name));
  const std::size_t slash = path->find('/');
  return slash == std::string::npos ? std::string() : path->substr(slash + 1);
}

}  // namespace

void pack_folder(const std::string& folder, const std::vector<std::string>& only, const ArchiveOwner& owner,
                 const std::string& archive) {
  Packer packer(owner, archive);
  if (only.empty()) {
    packer.add(folder, ".");
  } else {
    packer.add(folder, ".", Packer::Depth::alone);
    for (const std::string& name : only) packer.add(cat(folder, '/', name), cat("./", name));
  }
  packer.finish();
}

void unpack_folder(const std::string& path, const std::string& folder) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(folder.c_str(), nullptr), &std::free);
  if (!real) throw_errno("find", folder);
  const Reader reader(library().read_new());
  const Writer disk(library().write_disk_new());
  library().read_support_tar(reader.get());
  library().write_disk_set_options(disk.get(), ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_UNLINK | ARCHIVE_EXTRACT_SECURE_SYMLINKS);
  require(reader.get(), library().read_open(reader.get(), path.c_str(), k_block), path);
  archive_entry* entry = nullptr;
  while (true) {
    const int result = library().read_next_header(reader.get(), &entry);
    if (result == ARCHIVE_EOF) return;
    require(reader.get(), result, path);
    const auto type = library().entry_filetype(entry);
    const std::string name = below_top(library().entry_pathname(entry));
    const char* hardlink = library().entry_hardlink(entry);
    if (name.empty() || (hardlink == nullptr && type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK)) continue;
    if (hardlink != nullptr) library().entry_copy_hardlink(entry, cat(real.get(), '/', below_top(hardlink)).c_str());
    library().entry_copy_pathname(entry, cat(real.get(), '/', name).c_str());
    require(reader.get(), library().read_extract(reader.get(), entry, disk.get()), name);
  }
}

}  // namespace wf
