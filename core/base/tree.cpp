#include "core/base/tree.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/stopping.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::string_view k_magic = "wf-tree-1\n";
constexpr std::size_t k_entry_prefix = 1 + 1 + 64 + 1;

bool same_state(const struct stat& a, const struct stat& b) {
  auto same_time = [](const timespec& x, const timespec& y) {
    return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec;
  };
  return a.st_size == b.st_size && a.st_ino == b.st_ino && same_time(a.st_mtim, b.st_mtim) &&
         same_time(a.st_ctim, b.st_ctim);
}

TreeEntry describe(const std::string& folder, const std::string& relative, const struct stat& info) {
  std::string path = cat(folder, '/', relative);
  if (S_ISDIR(info.st_mode)) return {'d', {}, relative, 0};
  if (S_ISLNK(info.st_mode)) {
    std::string target = link_target(path);
    return {'l', sha256(target), relative, static_cast<std::int64_t>(target.size())};
  }
  if (!S_ISREG(info.st_mode)) {
    throw Error(codes::k_special_file,
                cat("'", path, "' is a socket, fifo or device, which no store can keep"),
                "leave only regular files, folders and symbolic links there");
  }
  FileIdentity file = hash_file(path);
  return {(info.st_mode & S_IXUSR) != 0 ? 'x' : 'f', file.digest, relative, file.size};
}

void scan_into(const std::string& folder, const std::string& below, std::vector<TreeEntry>& entries) {
  for (const std::string& name : list_folder(below.empty() ? folder : cat(folder, '/', below))) {
    std::string relative = below.empty() ? name : cat(below, '/', name);
    auto info = lstat_if_exists(cat(folder, '/', relative));
    if (!info)
      throw Error(codes::k_file_changed, cat("'", folder, '/', relative, "' went away while it was read"));
    entries.push_back(describe(folder, relative, *info));
    if (S_ISDIR(info->st_mode)) scan_into(folder, relative, entries);
  }
}

[[noreturn]] void bad_tree(std::string_view why) {
  throw Error(codes::k_bad_tree, cat("a folder's manifest is damaged: ", why),
              "run 'wf store check --contents'");
}

bool is_plain_path(std::string_view path) {
  auto normal = normalize_relative(path);
  return normal && *normal == path && path.find('\0') == std::string_view::npos;
}

}  // namespace

std::string render_tree(std::vector<TreeEntry> entries) {
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  std::string manifest(k_magic);
  for (const TreeEntry& entry : entries) {
    manifest +=
        cat(entry.type, ' ', entry.type == 'd' ? std::string(64, '0') : entry.digest.hex(), ' ', entry.path);
    manifest += '\0';
  }
  return manifest;
}

std::vector<TreeEntry> parse_tree(std::string_view manifest) {
  if (!manifest.starts_with(k_magic)) bad_tree("it does not begin with wf-tree-1");
  manifest.remove_prefix(k_magic.size());
  std::vector<TreeEntry> entries;
  while (!manifest.empty()) {
    std::size_t end = manifest.find('\0');
    if (end == std::string_view::npos || end <= k_entry_prefix) bad_tree("an entry is cut short");
    auto digest = Digest::parse(manifest.substr(2, 64));
    std::string path(manifest.substr(k_entry_prefix, end - k_entry_prefix));
    char type = manifest[0];
    if (!digest || manifest[1] != ' ' || manifest[66] != ' ' ||
        std::string_view("fxdl").find(type) == std::string_view::npos) {
      bad_tree("an entry is malformed");
    }
    if (!is_plain_path(path)) bad_tree("a path leaves the folder");
    if (!entries.empty() && entries.back().path >= path) bad_tree("its entries are out of order");
    entries.push_back({type, *digest, std::move(path), 0});
    manifest.remove_prefix(end + 1);
  }
  return entries;
}

FileIdentity hash_file(const std::string& path, const std::stop_token& stop) {
  Fd fd = open_file(path, O_RDONLY | O_NONBLOCK);
  struct stat before {};
  if (::fstat(fd.get(), &before) != 0) throw_errno("inspect", path);
  if (!S_ISREG(before.st_mode))
    throw Error(codes::k_special_file, cat("'", path, "' is no regular file"),
                "give a regular file or a folder: devices, sockets and fifos have no content");
  constexpr std::size_t k_chunk = std::size_t{1} << 18U;
  std::size_t capacity = std::min(k_chunk, static_cast<std::size_t>(before.st_size) + 1);
  std::unique_ptr<char[]> buffer(new char[capacity]);
  Hasher hasher;
  std::int64_t size = 0;
  while (true) {
    require_going(stop);
    ssize_t got = ::read(fd.get(), buffer.get(), capacity);
    if (got < 0) throw_errno("read", path);
    if (got == 0) break;
    hasher.update({buffer.get(), static_cast<std::size_t>(got)});
    size += got;
  }
  struct stat after {};
  if (::fstat(fd.get(), &after) != 0) throw_errno("inspect", path);
  if (!same_state(before, after) || size != after.st_size) {
    throw Error(codes::k_file_changed, cat("'", path, "' was changed while it was read"),
                "wait until its writer has finished, then run the command again");
  }
  return {hasher.finish(), size};
}

std::vector<TreeEntry> scan_tree(const std::string& folder) {
  std::vector<TreeEntry> entries;
  scan_into(folder, "", entries);
  return entries;
}

}  // namespace wf
