// System calls of a process and all it starts that another one is told of before they happen (seccomp_unotify(2)).
#pragma once
#include <linux/filter.h>
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/file.hpp"

namespace wf {

// Lets through what it does not know; refuses `refused` with EPERM. A program for another processor, which would
// number its calls otherwise, is ended by SIGSYS.
class CallFilter {
 public:
  // `machine` as uname(2) has it.
  static bool is_known(const std::string& machine);
  CallFilter(const std::string& machine, std::span<const int> told, std::span<const int> refused);

  const sock_fprog* program() const { return &program_; }
  CallFilter(const CallFilter&) = delete;
  CallFilter& operator=(const CallFilter&) = delete;

 private:
  std::vector<sock_filter> code_;
  sock_fprog program_{};
};

// A call that waits for an answer.
struct WaitingCall {
  std::uint64_t id = 0;
  pid_t thread = 0;
  int number = 0;
  std::array<std::uint64_t, 6> arguments{};
};

// The end at which the calls are heard of. Whoever waits goes on when this closes, with an error.
class CallListener {
 public:
  explicit CallListener(Fd fd) : fd_(std::move(fd)) {}

  int fd() const { return fd_.get(); }  // readable: a call waits; hung up: nobody is left
  // nullopt: it is gone already.
  std::optional<WaitingCall> next() const;
  // Whether it still waits: else its memory, read meanwhile, may have been another process's.
  bool waits(const WaitingCall& call) const;
  // Whoever waited may be gone: that is fine.
  void let_happen(const WaitingCall& call) const;
  void refuse(const WaitingCall& call, int error) const;

 private:
  Fd fd_;
};

// The text at an address of another process, without its NUL; nullopt when it cannot be read, or is longer than `most`.
std::optional<std::string> remote_text(pid_t thread, std::uint64_t address, std::size_t most);
bool remote_bytes(pid_t thread, std::uint64_t address, std::span<std::byte> out);

}  // namespace wf
