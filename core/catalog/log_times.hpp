// When attempts wrote what stands in their logs: how far each stream had got at which time.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wf {

class Database;
struct NodePath;
struct RunKey;

enum class LogStream { out, err };

struct LogMark {
  LogStream stream = LogStream::out;
  std::int64_t end = 0;      // the stream had so many bytes
  std::int64_t time_us = 0;  // then
};

// The file beside the logs of an attempt that is running.
inline constexpr std::string_view k_log_times_file = "times";

class LogTimes {
 public:
  // Of more marks than can be kept every second one goes: what is older is known less exactly.
  static constexpr std::size_t k_most = 65'536;

  // In the order of time. One that ends before the last of its stream: what was behind it is gone. False when
  // others went.
  bool add(const LogMark& mark);
  const std::vector<LogMark>& marks() const { return marks_; }

  // A few bytes for each mark.
  std::string packed() const;
  // Whatever the bytes are: what is no mark ends them.
  static LogTimes unpacked(std::string_view bytes);

  // As they stand in a file that grows: of all alike many bytes, so that what was cut short by a death can be
  // read.
  static std::string record_of(const LogMark& mark);

 private:
  void thin();

  std::vector<LogMark> marks_;
  std::int64_t ends_[2] = {0, 0};
};

// What stands in such a file; nothing when there is none.
LogTimes read_log_times(const std::string& path);
// Of an attempt that has ended, as far as it is known.
LogTimes log_times_of(Database& database, const RunKey& run, const NodePath& node, std::int64_t attempt);

}  // namespace wf
