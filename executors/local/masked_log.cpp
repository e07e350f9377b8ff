#include "executors/local/masked_log.hpp"

#include <fcntl.h>

#include <array>


namespace wf {

namespace {
constexpr std::size_t k_piece = std::size_t{64} * 1024;  // what a pipe holds
}

MaskedLog::MaskedLog(EventLoop& loop, const Mask& mask, std::string path, Pipe pipe)
    : loop_(loop),
      masked_(mask),
      path_(std::move(path)),
      file_(open_file(path_, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600)),
      read_(std::move(pipe.read)),
      write_(std::move(pipe.write)) {
  loop_.watch(read_.get(), Ready::readable, [this](Ready) { take(); });
}

MaskedLog::~MaskedLog() { stop(); }

void MaskedLog::stop() {
  if (!read_) return;
  loop_.unwatch(read_.get());
  read_.reset();
}

// False: there is nothing more now.
bool MaskedLog::take() {
  std::array<char, k_piece> piece{};
  const auto said = read_now(read_.get(), piece);
  if (said && said->empty()) stop();
  if (!said || said->empty()) return false;
  write_all(file_.get(), masked_.put(*said), path_);
  return true;
}

// Somebody out of reach (a set-uid program) may have it open still: he is not waited for.
void MaskedLog::finish() {
  write_.reset();
  while (read_ && take()) {
  }
  stop();
  write_all(file_.get(), masked_.end(), path_);
}

}  // namespace wf
