#include "core/engine/checkpoints.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

namespace fs = std::filesystem;

void copy_entry(const fs::directory_entry& entry, const fs::path& to) {
  if (entry.is_symlink())
    fs::copy_symlink(entry.path(), to);
  else if (entry.is_directory())
    fs::create_directory(to, entry.path());
  else if (entry.is_regular_file())
    fs::copy_file(entry.path(), to);
}

void copy_folder(const std::string& from, const std::string& to) {
  try {
    make_folders(to);
    for (auto entry = fs::recursive_directory_iterator(from); entry != fs::recursive_directory_iterator(); ++entry)
      copy_entry(*entry, to / entry->path().lexically_relative(from));
  } catch (const fs::filesystem_error& error) {
    errno = error.code().value();
    throw_errno("copy to", to);
  }
}

}  // namespace

Checkpoints::Checkpoints(std::string runs_folder, const Uuid& run, std::vector<Uuid> earlier)
    : runs_folder_(std::move(runs_folder)), run_(run), earlier_(std::move(earlier)) {}

std::string Checkpoints::path_of(const Digest& work) const { return path_in(run_, work); }

std::string Checkpoints::path_in(const Uuid& run, const Digest& work) const {
  return cat(runs_folder_, '/', run.text(), "/checkpoints/", work.hex());
}

std::string Checkpoints::folder_of(const Digest& work, Begin begin) const {
  const std::string path = path_of(work);
  if (exists(path)) return path;
  auto left = std::find_if(earlier_.begin(), earlier_.end(), [&](const Uuid& run) { return exists(path_in(run, work)); });
  if (begin == Begin::fresh || left == earlier_.end()) {
    make_folders(path);
    return path;
  }
  // Whole or not at all, wherever this is killed.
  const std::string half = path + ".new";
  remove_tree(half);
  copy_folder(path_in(*left, work), half);
  fs::rename(half, path);
  return path;
}

}  // namespace wf
