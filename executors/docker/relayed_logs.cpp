#include "executors/docker/relayed_logs.hpp"

#include <fcntl.h>

#include <cstring>

#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace wf {

namespace {

// https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach: a byte
// for the stream, three that are zero, and the size of what follows, the highest byte first.
constexpr std::size_t k_frame_head = 8;
constexpr char k_stdout_stream = 1;

std::size_t frame_size(std::string_view head) {
  std::size_t size = 0;
  for (std::size_t i = 4; i < k_frame_head; ++i) size = size << 8U | static_cast<unsigned char>(head[i]);
  return size;
}

}  // namespace

RelayedLogs::RelayedLogs(std::string stdout_path, std::string stderr_path)
    : paths_{std::move(stdout_path), std::move(stderr_path)} {}

void RelayedLogs::take(std::string_view piece) noexcept {
  if (is_lost_) return;
  try {
    frames_ += piece;
    take_frames();
    take_messages();
  } catch (...) {
    is_lost_ = true;
  }
}

void RelayedLogs::take_frames() {
  std::size_t at = 0;
  while (frames_.size() - at >= k_frame_head) {
    const std::string_view head = std::string_view(frames_).substr(at, k_frame_head);
    const std::size_t size = frame_size(head);
    if (frames_.size() - at - k_frame_head < size) break;
    if (head.front() == k_stdout_stream) messages_.append(frames_, at + k_frame_head, size);
    at += k_frame_head + size;
  }
  frames_.erase(0, at);
}

void RelayedLogs::take_messages() {
  std::size_t at = 0;
  shim::MessageHead head;
  while (messages_.size() - at >= sizeof head) {
    std::memcpy(&head, messages_.data() + at, sizeof head);
    is_lost_ = is_lost_ || head.log >= paths_.size() || head.size > shim::k_most_of_message;
    if (is_lost_ || messages_.size() - at - sizeof head < head.size) break;
    write(head, std::string_view(messages_).substr(at + sizeof head, head.size));
    at += sizeof head + head.size;
  }
  messages_.erase(0, at);
}

void RelayedLogs::write(const shim::MessageHead& head, std::string_view bytes) {
  std::uint64_t& size = sizes_.at(head.log);
  const std::uint64_t end = head.begin + bytes.size();
  if (head.begin > size || end <= size) return;
  bytes.remove_prefix(size - head.begin);
  const Fd file = open_file(paths_.at(head.log), O_WRONLY | O_APPEND | O_NOFOLLOW);
  write_all(file.get(), bytes, paths_.at(head.log));
  size = end;
}

}  // namespace wf
