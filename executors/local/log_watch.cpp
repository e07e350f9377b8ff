#include "executors/local/log_watch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <set>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {
constexpr std::int64_t k_pause_ns = 10'000'000;
constexpr std::int64_t k_short_ns = 1'000'000'000;
}  // namespace

LogWatch::LogWatch(EventLoop& loop, const Clock& clock)
    : loop_(loop), clock_(clock), writes_(clock, {"stdout", "stderr"}) {
  if (writes_.descriptor() < 0) return;
  loop_.watch(writes_.descriptor(), Ready::readable, [this](Ready) { on_notice(); });
}

LogWatch::~LogWatch() {
  loop_.cancel_timer(timer_);
  if (writes_.descriptor() >= 0) loop_.unwatch(writes_.descriptor());
}

void LogWatch::begin(std::uint64_t id, const std::string& folder) {
  if (writes_.descriptor() < 0) return;
  Log log;
  log.path = cat(folder, '/', k_log_times_file);
  log.started_ns = clock_.boottime_ns();
  logs_[id] = std::move(log);
  writes_.add(id, folder, WriteWatch::Files::to_come);
}

std::shared_ptr<const LogTimes> LogWatch::end(std::uint64_t id) {
  auto found = logs_.find(id);
  if (found == logs_.end()) return nullptr;
  take();
  writes_.remove(id);
  LogTimes times = std::move(found->second.times);
  logs_.erase(found);
  return times.marks().empty() ? nullptr : std::make_shared<const LogTimes>(std::move(times));
}

// Whoever writes without a pause must not keep the loop from its work.
void LogWatch::on_notice() {
  take();
  loop_.change_interest(writes_.descriptor(), Ready::none);
  timer_ = loop_.add_timer(TimerClock::awake, timer_now_ns(TimerClock::awake) + k_pause_ns,
                           [this] { loop_.change_interest(writes_.descriptor(), Ready::readable); });
}

void LogWatch::take() {
  std::set<Log*> grown;
  for (const WriteWatch::Growth& growth : writes_.take()) {
    auto found = logs_.find(growth.folder);
    if (found == logs_.end()) continue;
    Log& log = found->second;
    const LogMark mark{growth.file == 0 ? LogStream::out : LogStream::err, growth.end, growth.time_us};
    if (!log.times.add(mark)) log.anew = true;
    log.unwritten += LogTimes::record_of(mark);
    grown.insert(&log);
  }
  const std::int64_t now_ns = clock_.boottime_ns();
  for (Log* log : grown) {
    if (now_ns - log->started_ns >= k_short_ns) write(*log);
  }
}

// For readers alone: where it cannot be written they know less.
void LogWatch::write(Log& log) {
  std::string path = log.path;
  if (log.anew) {
    path += ".new";
    log.unwritten.clear();
    for (const LogMark& mark : log.times.marks()) log.unwritten += LogTimes::record_of(mark);
  }
  const int how = log.anew ? O_TRUNC : O_APPEND;
  Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | how, 0600));
  if (!file) return;
  try {
    write_all(file.get(), log.unwritten, path);
  } catch (const Error&) {
    log.anew = true;
    return;
  }
  if (log.anew) std::rename(path.c_str(), log.path.c_str());
  log.unwritten.clear();
  log.anew = false;
}

}  // namespace wf
