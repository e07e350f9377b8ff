#include "core/engine/attempt_folder.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/catalog/log_times.hpp"
#include "core/store/store.hpp"

namespace wf {

namespace {

// More than this in a folder, and a new one is cheaper than emptying it.
constexpr std::size_t k_few = 32;

// Files that are laid aside and not removed at once: at most so many, so large.
constexpr std::int64_t k_aside_limit = 20'000;
constexpr off_t k_aside_size = 16 * 1024;

// Whether the next attempt can write it anew: a link would share the bytes, and opening a pipe would wait.
bool is_own_file(const struct stat& info) {
  return S_ISREG(info.st_mode) && info.st_nlink == 1 && (info.st_mode & 07777U) == 0600;
}

bool can_lay_aside(const struct stat& info) {
  return S_ISREG(info.st_mode) && info.st_nlink == 1 && info.st_size <= k_aside_size;
}

bool is_own_file(const OpenFolder& folder, const std::string& name) {
  auto info = folder.look_at(name);
  return info && is_own_file(*info);
}

// Nothing when it no longer is the folder that was made.
std::optional<OpenFolder> open_intact(int parent, const std::string& name) {
  std::optional<OpenFolder> folder = OpenFolder::open(parent, name);
  if (folder && folder->mode() != 0700) folder.reset();
  return folder;
}

// What cannot be removed (another user's files, a tree deeper than a path is long) stays as garbage: the
// results are committed, and no tidying may fail them.
void discard(const std::string& folder) {
  try {
    remove_tree(folder);
  } catch (const Error&) {
  }
}

}  // namespace

// Empty when there is none.
std::string AttemptFolders::take_spare() {
  std::lock_guard lock(mutex_);
  if (spares_.empty()) return {};
  std::string spare = std::move(spares_.back());
  spares_.pop_back();
  return spare;
}

std::string AttemptFolders::create(const std::string& attempt) {
  std::string folder = cat(run_folder_, '/', attempt);
  if (std::string spare = take_spare(); !spare.empty()) {
    if (std::rename(spare.c_str(), folder.c_str()) == 0) return folder;
  }
  for (const char* part : {"", "/work", "/work/in", "/work/out", "/tmp"}) make_folder(folder + part);
  return folder;
}

// Removes everything in `folder` but `kept`; false when there is too much of it.
bool AttemptFolders::empty(const OpenFolder& folder, const std::string& path,
                           const std::vector<std::string>& kept) {
  std::vector<std::string> names = folder.names();
  if (names.size() > k_few) return false;
  for (const std::string& name : names) {
    if (std::find(kept.begin(), kept.end(), name) != kept.end()) continue;
    if (!lay_aside(folder, name) && !folder.unlink(name)) remove_tree(cat(path, '/', name));
  }
  return true;
}

// ext4 steps over every inode that was freed within the last minute when it makes a file: removing each small
// output as it comes would make the next ones dearer. They go at the end, all at once.
bool AttemptFolders::lay_aside(const OpenFolder& folder, const std::string& name) {
  auto info = folder.look_at(name);
  if (!info || !can_lay_aside(*info) || aside_count_ == k_aside_limit) return false;
  if (!aside_) {
    make_folder(aside_path());
    aside_ = OpenFolder::open(AT_FDCWD, aside_path());
  }
  return aside_ && folder.move_to(name, *aside_, std::to_string(aside_count_++));
}

// Whether an attempt's folder could be made what it was before.
bool AttemptFolders::restore(const std::string& path) {
  auto folder = open_intact(AT_FDCWD, path);
  if (!folder) return false;
  std::vector<std::string> names = folder->names();
  if (std::erase(names, k_log_times_file) > 0 && !folder->unlink(std::string(k_log_times_file))) return false;
  if (names != std::vector<std::string>{"stderr", "stdout", "tmp", "work"}) return false;
  auto tmp = open_intact(folder->fd(), "tmp");
  auto work = open_intact(folder->fd(), "work");
  if (!tmp || !work || !is_own_file(*folder, "stdout") || !is_own_file(*folder, "stderr")) return false;
  auto in = open_intact(work->fd(), "in");
  auto out = open_intact(work->fd(), "out");
  return in && out && empty(*tmp, path + "/tmp", {}) && empty(*in, path + "/work/in", {}) &&
         empty(*out, path + "/work/out", {}) && empty(*work, path + "/work", {"in", "out"});
}

void AttemptFolders::recycle(const std::string& folder) {
  std::lock_guard lock(mutex_);
  used_.push_back(folder);
  if (!std::exchange(emptying_, true)) thread_.submit([this] { empty_used(); });
}

void AttemptFolders::empty_used() {
  std::unique_lock lock(mutex_);
  while (!used_.empty()) {
    std::string folder = std::move(used_.back());
    used_.pop_back();
    lock.unlock();
    make_spare(folder);
    lock.lock();
  }
  emptying_ = false;
}

void AttemptFolders::make_spare(const std::string& folder) {
  try {
    if (!restore(folder)) return remove_tree(folder);
    std::lock_guard lock(mutex_);
    spares_.push_back(folder);
  } catch (const Error&) {
    // Garbage, as below.
  }
}

// Waits for the thread to be done with the folder it has.
std::vector<std::string> AttemptFolders::take_all() {
  std::vector<std::string> folders;
  {
    std::lock_guard lock(mutex_);
    folders.swap(used_);
  }
  thread_.finish();
  folders.insert(folders.end(), spares_.begin(), spares_.end());
  spares_.clear();
  return folders;
}

void AttemptFolders::remove_spares() {
  for (const std::string& folder : take_all()) discard(folder);
  discard(aside_path());
}

void AttemptFolders::remove_all() {
  take_all();
  if (!exists(cat(run_folder_, '/', k_driver_log))) return discard(run_folder_);
  for (const std::string& name : list_folder(run_folder_)) {
    if (name != k_driver_log) discard(cat(run_folder_, '/', name));
  }
}

}  // namespace wf
