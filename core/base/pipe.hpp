// A pipe between this process and another one.
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "core/base/file.hpp"

namespace wf {

struct Pipe {
  Fd read;
  Fd write;
};

// Whether who reads waits until there is something.
enum class Reader { waits, polls };
// Both ends close at execve.
Pipe make_pipe(Reader reader);

// For one that polls: what is there to be read now, as far as there is room; nullopt: nothing now, empty: it
// has ended.
std::optional<std::string_view> read_now(int fd, std::span<char> room);

}  // namespace wf
