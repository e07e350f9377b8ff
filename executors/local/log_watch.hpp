// Learns when attempts write their logs, which go into files past this process: from the kernel's notices, on
// the loop.
//
// The first notice wakes the loop, and then it looks at most every 10 ms. The order of writes is that of the
// notices, however late they are read; their times are those of the look. An attempt that goes on for longer
// than a second has what was learned in a file beside its logs, too, for readers and for the next driver.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/base/event_loop.hpp"
#include "core/base/write_watch.hpp"
#include "core/catalog/log_times.hpp"

namespace wf {

class LogWatch {
 public:
  // Both must outlive it.
  LogWatch(EventLoop& loop, const Clock& clock);
  LogWatch(const LogWatch&) = delete;
  LogWatch& operator=(const LogWatch&) = delete;
  ~LogWatch();

  // Before the logs in the folder are opened, and after that.
  void begin(std::uint64_t id, const std::string& folder);
  void opened(std::uint64_t id) { writes_.add_files(id); }
  // Nothing of the attempt runs any more. nullptr: it was never begun, or wrote nothing.
  std::shared_ptr<const LogTimes> end(std::uint64_t id);

 private:
  struct Log {
    std::string path;  // of the file with its times
    std::int64_t started_ns = 0;
    LogTimes times;
    std::string unwritten;
    bool anew = false;
  };

  void on_notice();
  void take();
  void write(Log& log);

  EventLoop& loop_;
  const Clock& clock_;
  WriteWatch writes_;
  TimerId timer_;
  std::unordered_map<std::uint64_t, Log> logs_;
};

}  // namespace wf
