// The one exception family of wf: what cannot go on. `cli/main` alone catches it.
// What can normally happen is a value instead, and a mistake in a user's file is a Diagnostic.
#pragma once
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace wf {

// Exit status of the program; the numbers are a published contract.
enum class Exit : int {
  ok = 0,
  run_failed = 1,
  usage = 2,
  not_found = 3,
  conflict = 4,
  unavailable = 5,
  aborted = 6,
  timed_out = 7,
  denied = 8,
  verification_failed = 9,
  still_running = 10,
  differs = 11,
  undriven = 12,
  interrupted = 130,
  terminated = 143,
};

// A stable code ("WF-E4001") and the exit status it leads to. Each layer lists its own in its codes.hpp:
// 1xxx definition, 2xxx registry, 3xxx engine and executors, 4xxx base and store, 5xxx command line, 6xxx
// catalog and lineage.
struct ErrorCode {
  std::string_view id;
  Exit exit;
};

class Error : public std::exception {
 public:
  // `message` says what failed, on which object and why; `hint` what to do.
  Error(ErrorCode code, std::string message, std::string hint = {})
      : code_(code), message_(std::move(message)), hint_(std::move(hint)) {}

  // Adds a "while …" line; outer layers call it on the way up.
  Error& add_context(std::string context) {
    context_.push_back(std::move(context));
    return *this;
  }

  const char* what() const noexcept override { return message_.c_str(); }
  ErrorCode code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& hint() const noexcept { return hint_; }
  const std::vector<std::string>& context() const noexcept { return context_; }

 private:
  ErrorCode code_;
  std::string message_;
  std::string hint_;
  std::vector<std::string> context_;
};

}  // namespace wf
