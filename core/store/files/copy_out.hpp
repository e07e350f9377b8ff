// Copies of objects for others to use: always new files, never links to the store.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

namespace wf::files {

// Writes a new file at `path`, which must not exist, with exactly `mode`.
void write_new(const std::string& path, std::string_view bytes, mode_t mode);

// The same from a file: by reflink where the file system has them, else copied by the kernel, else by hand.
// Returns the number of bytes. Throws Stopped.
std::int64_t copy_new(const std::string& source, const std::string& path, mode_t mode,
                      const std::stop_token& stop = {});

}  // namespace wf::files
