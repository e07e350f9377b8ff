#include "core/base/pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace wf {

Pipe make_pipe(Reader reader) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("make", "a pipe");
  Pipe pipe{Fd(ends[0]), Fd(ends[1])};
  if (reader == Reader::polls && ::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) throw_errno("make", "a pipe");
  return pipe;
}

std::optional<std::string_view> read_now(int fd, std::span<char> room) {
  while (true) {
    const ssize_t count = ::read(fd, room.data(), room.size());
    if (count >= 0) return std::string_view(room.data(), static_cast<std::size_t>(count));
    if (errno == EAGAIN) return std::nullopt;
    if (errno != EINTR) throw_errno("read", "a pipe");
  }
}

}  // namespace wf
