#include "core/base/landlock.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace wf {

namespace {

constexpr std::uint64_t k_truncate = 1ULL << 14U;  // since version 3; older headers do not know it
constexpr int k_truncate_version = 3;

constexpr std::uint64_t k_read_file = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t k_read = k_read_file | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t k_write_file = k_read_file | LANDLOCK_ACCESS_FS_WRITE_FILE | k_truncate;
constexpr std::uint64_t k_write = k_read | k_write_file | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                  LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                  LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                                  LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM |
                                  LANDLOCK_ACCESS_FS_REFER;
// What is said here to be ruled is denied wherever no rule allows it.
constexpr std::uint64_t k_ruled = k_write | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;

std::uint64_t known_rights() { return landlock_version() < k_truncate_version ? ~k_truncate : ~std::uint64_t{0}; }

std::uint64_t rights_of(PathRight right, bool folder) {
  if (right == PathRight::read) return folder ? k_read : k_read_file;
  return folder ? k_write : k_write_file;
}

void add(const Fd& rules, const PathRule& rule) {
  Fd fd(::open(rule.path.c_str(), O_PATH | O_CLOEXEC));
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return;
  landlock_path_beneath_attr beneath{};
  beneath.parent_fd = fd.get();
  beneath.allowed_access = rights_of(rule.right, S_ISDIR(info.st_mode)) & known_rights();
  if (::syscall(SYS_landlock_add_rule, rules.get(), LANDLOCK_RULE_PATH_BENEATH, &beneath, 0U) != 0)
    throw_errno("confine a task to", rule.path);
}

}  // namespace

int landlock_version() {
  static const long k_version =
      ::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0}, LANDLOCK_CREATE_RULESET_VERSION);
  return static_cast<int>(std::max(k_version, 0L));
}

Fd make_path_rules(const std::vector<PathRule>& rules) {
  landlock_ruleset_attr ruled{};
  ruled.handled_access_fs = k_ruled & known_rights();
  // The kernel takes the size of what it gets: newer headers have more members, all of them 0 here.
  Fd made(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &ruled, sizeof ruled.handled_access_fs, 0U)));
  if (!made) throw_errno("make rules of", "landlock");
  for (const PathRule& rule : rules) add(made, rule);
  return made;
}

}  // namespace wf
