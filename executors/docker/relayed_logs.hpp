// Logs of a container that has copies of its folders, as far as its shim tells of them while it runs. What is
// written here is always the beginning of a log; all of it comes with the folder, at the end.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "executors/docker/shim/relay_format.hpp"

namespace wf {

class RelayedLogs {
 public:
  // The files exist.
  RelayedLogs(std::string stdout_path, std::string stderr_path);
  // A piece of what an engine says to who is attached to a container. Throws nothing: what cannot be written
  // is not shown.
  void take(std::string_view piece) noexcept;

 private:
  void take_frames();
  void take_messages();
  void write(const shim::MessageHead& head, std::string_view bytes);

  std::array<std::string, shim::k_logs> paths_;
  std::array<std::uint64_t, shim::k_logs> sizes_{};
  std::string frames_;    // of the engine, not taken apart yet
  std::string messages_;  // of the shim
  bool is_lost_ = false;  // something that was said is not understood, or could not be written
};

}  // namespace wf
