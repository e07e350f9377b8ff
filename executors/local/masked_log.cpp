#include "executors/local/masked_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace wf {

namespace {
constexpr std::size_t k_piece = std::size_t{64} * 1024;  // what a pipe holds
}

MaskedLog::MaskedLog(EventLoop& loop, const Mask& mask, std::string path)
    : loop_(loop),
      masked_(mask),
      path_(std::move(path)),
      file_(open_file(path_, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600)) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("make a pipe for", path_);
  read_ = Fd(ends[0]);
  write_ = Fd(ends[1]);
  if (::fcntl(read_.get(), F_SETFL, O_NONBLOCK) != 0) throw_errno("make a pipe for", path_);
  loop_.watch(read_.get(), Ready::readable, [this](Ready) {
    if (take() == Taken::end) stop();
  });
}

MaskedLog::~MaskedLog() { stop(); }

void MaskedLog::stop() {
  if (!read_) return;
  loop_.unwatch(read_.get());
  read_.reset();
}

MaskedLog::Taken MaskedLog::take() {
  std::array<char, k_piece> piece{};
  const ssize_t count = ::read(read_.get(), piece.data(), piece.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN))
    return errno == EINTR ? Taken::some : Taken::nothing_now;
  if (count <= 0) return Taken::end;
  write_all(file_.get(), masked_.put({piece.data(), static_cast<std::size_t>(count)}), path_);
  return Taken::some;
}

// Somebody out of reach (a set-uid program) may have it open still: he is not waited for.
void MaskedLog::finish() {
  write_.reset();
  while (read_ && take() == Taken::some) {
  }
  stop();
  write_all(file_.get(), masked_.end(), path_);
}

}  // namespace wf
