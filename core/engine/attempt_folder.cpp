#include "core/engine/attempt_folder.hpp"

#include <cstdio>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

// More than this in a folder, and a new one is cheaper than emptying it.
constexpr std::size_t k_few = 32;

// Whether it still is the folder that was made: a link in its place leads to files of others.
bool is_intact(const std::string& folder) {
  auto info = lstat_if_exists(folder);
  return info && S_ISDIR(info->st_mode) && (info->st_mode & 07777U) == 0700;
}

// Whether the next attempt can write it anew: a link would share the bytes, and opening a pipe would wait.
bool is_own_file(const std::string& path) {
  auto info = lstat_if_exists(path);
  return info && S_ISREG(info->st_mode) && info->st_nlink == 1 && (info->st_mode & 07777U) == 0600;
}

// Removes everything below `folder`; false when there is too much of it.
bool empty_folder(const std::string& folder) {
  std::vector<std::string> names = list_folder(folder);
  if (names.size() > k_few) return false;
  for (const std::string& name : names) remove_tree(cat(folder, '/', name));
  return true;
}

bool empty_work(const std::string& work) {
  for (const std::string& name : list_folder(work)) {
    if (name != "in" && name != "out") remove_tree(cat(work, '/', name));
  }
  for (const char* name : {"/in", "/out"}) {
    std::string folder = work + name;
    if (!is_intact(folder) || !empty_folder(folder)) return false;
  }
  return true;
}

bool empty_attempt(const std::string& folder) {
  const std::vector<std::string> known{"stderr", "stdout", "tmp", "work"};
  const std::string work = folder + "/work";
  const std::string tmp = folder + "/tmp";
  bool intact = is_intact(folder) && list_folder(folder) == known && is_intact(work) && is_intact(tmp) &&
                is_own_file(folder + "/stdout") && is_own_file(folder + "/stderr");
  return intact && empty_work(work) && empty_folder(tmp);
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

std::string AttemptFolders::create(const std::string& attempt) {
  std::string folder = cat(run_folder_, '/', attempt);
  if (!spares_.empty()) {
    std::string spare = std::move(spares_.back());
    spares_.pop_back();
    if (std::rename(spare.c_str(), folder.c_str()) == 0) return folder;
  }
  for (const char* part : {"", "/work", "/work/in", "/work/out", "/tmp"}) make_folder(folder + part);
  return folder;
}

void AttemptFolders::recycle(const std::string& folder) {
  try {
    if (empty_attempt(folder))
      spares_.push_back(folder);
    else
      remove_tree(folder);
  } catch (const Error&) {
    // Garbage, as below.
  }
}

void AttemptFolders::remove_spares() {
  for (const std::string& spare : spares_) discard(spare);
  spares_.clear();
}

void AttemptFolders::remove_all() { discard(run_folder_); }

}  // namespace wf
