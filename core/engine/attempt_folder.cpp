#include "core/engine/attempt_folder.hpp"

#include <cstdio>

#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

// More than this in a folder, and a new one is cheaper than emptying it.
constexpr std::size_t k_few = 32;

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
    auto info = lstat_if_exists(folder);
    bool intact = info && S_ISDIR(info->st_mode) && (info->st_mode & 07777U) == 0700;
    if (!intact || !empty_folder(folder)) return false;
  }
  return true;
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
  std::vector<std::string> known{"stderr", "stdout", "tmp", "work"};
  if (list_folder(folder) == known && empty_work(folder + "/work") && empty_folder(folder + "/tmp")) {
    spares_.push_back(folder);
  } else {
    remove_tree(folder);
  }
}

void AttemptFolders::remove_spares() {
  for (const std::string& spare : spares_) remove_tree(spare);
  spares_.clear();
}

}  // namespace wf
