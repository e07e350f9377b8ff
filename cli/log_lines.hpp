// What attempts wrote, line by line: which lines are wanted, and how each is shown.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "cli/attempt_log.hpp"

namespace wf::cli {

// Cuts pieces of bytes into lines. A longer one than k_longest_line is cut between characters.
class LineCutter {
 public:
  using Take = std::function<void(std::string_view)>;  // a line without its end

  void feed(std::string_view bytes, const Take& take);
  void finish(const Take& take);  // the last line, if it has no end

 private:
  void cut_line(const Take& take);
  void finish_line(const Take& take);

  std::string pending_;
};

// An extended regular expression as grep -E has it.
class LinePattern {
 public:
  // An empty expression matches every line. Throws Error(k_usage) naming what is wrong.
  explicit LinePattern(const std::string& expression);
  bool matches(std::string_view line) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

// "score[3] | line", the same after the time, or an object each.
enum class LineShape { led, timed, jsonl };

// Shows the wanted lines of all attempts; what it has not written yet goes out with flush().
class LineWriter {
 public:
  LineWriter(LinePattern pattern, LineShape shape) : pattern_(std::move(pattern)), shape_(shape) {}

  void write(const AttemptInfo& attempt, LogStream stream, std::string_view line, std::int64_t time_us);
  void flush();
  // Executions are led alike wide; those that come later may be wider.
  void widen(const AttemptInfo& attempt);

 private:
  LinePattern pattern_;
  LineShape shape_;
  std::size_t width_ = 0;
  std::string buffer_;
};

// "score[3]", or "score[3] #2" of a later attempt.
std::string attempt_title(const AttemptInfo& attempt);

}  // namespace wf::cli
