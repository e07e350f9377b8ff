#include "executors/local/watched_calls.hpp"

#include <sys/syscall.h>
#include <sys/utsname.h>

#include <string_view>
#include <unordered_map>
#include <vector>

namespace wf {

namespace {

using enum CallKind;
using enum LastLink;

constexpr int k_fchmodat2 = 452;  // newer than headers have it, and the same on all machines
constexpr int k_setxattrat = 463;
constexpr int k_removexattrat = 466;
constexpr int k_file_setattr = 469;

constexpr WatchedCall k_calls[] = {
    {.number = SYS_openat, .kind = open, .folder = 0, .path = 1, .flags = 2},
    {.number = SYS_openat2, .kind = open_how, .folder = 0, .path = 1, .flags = 2},
    {.number = SYS_execve, .kind = execute, .path = 0, .last = follow},
    {.number = SYS_execveat, .kind = execute, .folder = 0, .path = 1, .flags = 4, .last = follow},
    {.number = SYS_unlinkat, .kind = remove, .folder = 0, .path = 1},
    {.number = SYS_mkdirat, .kind = make, .folder = 0, .path = 1},
    {.number = SYS_mknodat, .kind = make, .folder = 0, .path = 1},
    {.number = SYS_symlinkat, .kind = make, .folder = 1, .path = 2},
    {.number = SYS_linkat,
     .kind = CallKind::link,
     .folder = 0,
     .path = 1,
     .other_folder = 2,
     .other_path = 3,
     .flags = 4},
    {.number = SYS_renameat,
     .kind = CallKind::rename,
     .folder = 0,
     .path = 1,
     .other_folder = 2,
     .other_path = 3},
    {.number = SYS_renameat2,
     .kind = CallKind::rename,
     .folder = 0,
     .path = 1,
     .other_folder = 2,
     .other_path = 3},
    {.number = SYS_truncate, .kind = change, .path = 0, .last = follow},
    {.number = SYS_fchmod, .kind = change, .folder = 0},
    {.number = SYS_fchown, .kind = change, .folder = 0},
    {.number = SYS_fsetxattr, .kind = change, .folder = 0},
    {.number = SYS_fremovexattr, .kind = change, .folder = 0},
    {.number = SYS_fchmodat, .kind = change, .folder = 0, .path = 1, .last = follow},
    {.number = k_fchmodat2, .kind = change, .folder = 0, .path = 1, .flags = 3, .last = follow},
    {.number = SYS_fchownat, .kind = change, .folder = 0, .path = 1, .flags = 4, .last = follow},
    {.number = SYS_utimensat, .kind = change, .folder = 0, .path = 1, .flags = 3, .last = follow},
    {.number = SYS_setxattr, .kind = change, .path = 0, .last = follow},
    {.number = SYS_lsetxattr, .kind = change, .path = 0},
    {.number = SYS_removexattr, .kind = change, .path = 0, .last = follow},
    {.number = SYS_lremovexattr, .kind = change, .path = 0},
    {.number = k_setxattrat, .kind = change, .folder = 0, .path = 1, .flags = 2, .last = follow},
    {.number = k_removexattrat, .kind = change, .folder = 0, .path = 1, .flags = 2, .last = follow},
    {.number = k_file_setattr, .kind = change, .folder = 0, .path = 1, .flags = 4, .last = follow},
    {.number = SYS_connect, .kind = CallKind::connect, .path = 1},
    {.number = SYS_bind, .kind = CallKind::bind, .path = 1},
    {.number = SYS_exit_group, .kind = exit},
};

// Only x86_64 has these, which are older: by number, since elsewhere their names are unknown.
constexpr WatchedCall k_old_calls[] = {
    {.number = 2, .kind = open, .path = 0, .flags = 1},  // open
    {.number = 85, .kind = create, .path = 0},           // creat
    {.number = 82, .kind = CallKind::rename, .path = 0, .other_path = 1},
    {.number = 83, .kind = make, .path = 0},                                  // mkdir
    {.number = 84, .kind = remove, .path = 0},                                // rmdir
    {.number = 86, .kind = CallKind::link, .path = 0, .other_path = 1},       // link
    {.number = 87, .kind = remove, .path = 0},                                // unlink
    {.number = 88, .kind = make, .path = 1},                                  // symlink
    {.number = 133, .kind = make, .path = 0},                                 // mknod
    {.number = 90, .kind = change, .path = 0, .last = follow},                // chmod
    {.number = 92, .kind = change, .path = 0, .last = follow},                // chown
    {.number = 94, .kind = change, .path = 0},                                // lchown
    {.number = 132, .kind = change, .path = 0, .last = follow},               // utime
    {.number = 235, .kind = change, .path = 0, .last = follow},               // utimes
    {.number = 261, .kind = change, .folder = 0, .path = 1, .last = follow},  // futimesat
};

// With io_uring files are opened by the kernel, and by handles they have no names. Under another root, or in a copy of
// a tree of mounts, paths mean something else.
constexpr int k_refused[] = {SYS_io_uring_setup, SYS_open_by_handle_at, SYS_chroot, SYS_open_tree};
constexpr std::size_t k_always_refused = 2;

const std::unordered_map<int, WatchedCall>& calls() {
  static const std::unordered_map<int, WatchedCall> k_all = [] {
    std::unordered_map<int, WatchedCall> all;
    for (const WatchedCall& call : k_calls) all.emplace(call.number, call);
    utsname machine{};
    bool old = ::uname(&machine) == 0 && std::string_view(machine.machine) == "x86_64";
    for (const WatchedCall& call : k_old_calls)
      if (old) all.emplace(call.number, call);
    return all;
  }();
  return k_all;
}

}  // namespace

const WatchedCall* find_watched_call(int number) {
  auto found = calls().find(number);
  return found == calls().end() ? nullptr : &found->second;
}

std::span<const int> watched_numbers(Ends ends) {
  static const std::vector<int> k_numbers = [] {
    std::vector<int> numbers;
    for (const auto& [number, call] : calls())
      if (call.kind != exit) numbers.push_back(number);
    numbers.push_back(SYS_exit_group);  // the last, so that it can be left out
    return numbers;
  }();
  return std::span(k_numbers).first(k_numbers.size() - (ends == Ends::watched ? 0 : 1));
}

std::span<const int> refused_numbers(Namespaces namespaces) {
  const std::span<const int> all(k_refused);
  return namespaces == Namespaces::made ? all.first(k_always_refused) : all;
}

}  // namespace wf
