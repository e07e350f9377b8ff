#include "cli/scratch_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "core/base/error.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/registry/lend.hpp"

namespace wf::cli {

namespace {

constexpr std::string_view k_prefix = "wf-scratch-";

// What is left behind is looked for by the name of its folder, however the next command is told where that
// is.
std::string real_path(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path real = std::filesystem::weakly_canonical(path, failed);
  return failed ? path : real.string();
}

void remove_quietly(const std::string& path) {
  try {
    remove_tree(path);
  } catch (const Error&) {
    // What a task has left unremovable stays where temporary files are.
  }
}

// A lock of this user's folder, which ends with the last process that has it; none where there is no such
// folder, where the file system has no locks, and where another one has it and `how` says not to wait.
Fd locked(const std::string& path, int how) {
  Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat info {};
  bool is_own = folder && ::fstat(folder.get(), &info) == 0 && info.st_uid == ::geteuid();
  return is_own && ::flock(folder.get(), how) == 0 ? std::move(folder) : Fd();
}

// Removes those of commands that were killed with their keepers.
void remove_abandoned(const std::string& parent) {
  try {
    for (const std::string& name : list_folder(parent)) {
      const std::string path = cat(parent, '/', name);
      if (!name.starts_with(k_prefix) || !locked(path, LOCK_EX | LOCK_NB)) continue;
      static_cast<void>(kill_strays("TMPDIR", path + "/"));
      remove_quietly(path);
    }
  } catch (const Error&) {
    // A folder that cannot be listed can still be one to make folders in.
  }
}

}  // namespace

ScratchFolder::ScratchFolder() : block_({SIGINT, SIGTERM, SIGHUP}) {
  const char* given = std::getenv("TMPDIR");
  std::string parent = real_path(given != nullptr && *given != '\0' ? absolute_path(given) : "/tmp");
  remove_abandoned(parent);
  do {
    path_ = cat(parent, '/', k_prefix, "XXXXXX");
    if (::mkdtemp(path_.data()) == nullptr) throw_errno("make a folder in", parent);
    lock_ = locked(path_, LOCK_EX);
  } while (!lstat_if_exists(path_));  // before it was locked another one has taken it for abandoned
}

std::optional<std::string> ScratchFolder::around(const std::string& path) {
  for (std::string at = path; at.size() > 1; at = parent_folder(at))
    if (base_name(at).starts_with(k_prefix)) return at;
  return std::nullopt;
}

bool ScratchFolder::is_abandoned(const std::string& path) {
  if (!path.starts_with('/') || !base_name(path).starts_with(k_prefix)) return false;
  try {
    return !lstat_if_exists(path) || locked(path, LOCK_EX | LOCK_NB);
  } catch (const Error&) {
    return false;  // somebody else's
  }
}

void ScratchFolder::remove() const { remove_quietly(path_); }

std::unique_ptr<Store> ScratchFolder::make_empty_store(const Context& context,
                                                       const std::string& name) const {
  return Store::open(cat(path_, '/', name), Access::create, context.clock);
}

std::unique_ptr<Store> ScratchFolder::make_store(const Context& context, const std::string& name) const {
  std::unique_ptr<Store> store = make_empty_store(context, name);
  add_scope(*store, context.scope());
  return store;
}

}  // namespace wf::cli
