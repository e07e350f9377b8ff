// Record locks of POSIX (fcntl(2)) on ranges of a file. They belong to the process, which may have the file
// open once: to close it anywhere drops them all. They are gone with the process, however that dies.
#pragma once
#include <sys/types.h>

#include <cstdint>

#include "core/base/file.hpp"

namespace wf {

struct FileRange {
  std::int64_t offset = 0;
  std::int64_t length = 1;
};

inline constexpr FileRange k_whole_file{0, 0};
inline constexpr pid_t k_no_holder = -1;

// False when another process has some of it. Throws Error(k_system_call) when the file system has no locks.
[[nodiscard]] bool try_lock(const Fd& file, const FileRange& range);
// Waits for it.
void lock(const Fd& file, const FileRange& range);
// Should the kernel have no memory to split a lock, it stands until the process ends.
void unlock(const Fd& file, const FileRange& range) noexcept;
// Another process that has some of it; k_no_holder: none, 0: one of another PID namespace.
pid_t lock_holder(const Fd& file, const FileRange& range);

}  // namespace wf
