#include "cli/log_follow.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <map>
#include <set>

#include "cli/codes.hpp"
#include "core/base/event_loop.hpp"
#include "core/base/file.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/base/write_watch.hpp"
#include "core/store/commit_watch.hpp"

namespace wf::cli {

namespace {

class Follower {
 public:
  Follower(Store& store, const RunKey& run, const WantedAttempt& wanted, const FollowedLines& lines)
      : store_(store),
        run_(run),
        wanted_(wanted),
        streams_(lines.streams),
        writer_(lines.writer),
        merge_(store, run, lines.since_us, lines.writer),
        commits_(store.path()),
        writes_(store.clock(), {log_name(LogStream::out), log_name(LogStream::err)}) {
    if (writes_.descriptor() < 0) throw_errno("watch", store.runs_folder());
  }
  ~Follower() {
    loop_.unwatch(commits_.descriptor());
    loop_.unwatch(writes_.descriptor());
    forget_driver();
  }

  void follow() {
    loop_.watch(commits_.descriptor(), Ready::readable, [this](Ready) { guard([this] { on_commit(); }); });
    loop_.watch(writes_.descriptor(), Ready::readable, [this](Ready) { guard([this] { on_notice(); }); });
    watch_reader();
    look();
    if (!ended_) watch_driver();
    if (!ended_) loop_.run();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void on_commit() {
    std::optional<CommitWatch::Wake> wake = commits_.take();
    if (wake == CommitWatch::Wake::store_gone)
      undriven("cannot be followed: its store was removed, moved or replaced", "follow it where it is now");
    if (wake) look();
  }

  // Logs have grown, and nothing was committed.
  void on_notice() {
    read_on();
    writer_.flush();
  }

  void read_on() {
    for (const WriteWatch::Growth& growth : writes_.take()) {
      auto found = running_.find(growth.folder);
      const LogStream stream = growth.file == 0 ? LogStream::out : LogStream::err;
      const bool is_wanted = std::find(streams_.begin(), streams_.end(), stream) != streams_.end();
      if (found != running_.end() && is_wanted)
        merge_.show_growth(found->second, stream, growth.end, growth.time_us);
    }
  }

  // Nothing may be thrown through the loop.
  void guard(const std::function<void()>& action) {
    try {
      action();
    } catch (...) {
      failure_ = std::current_exception();
      loop_.stop();
    }
  }

  void look() {
    // Read before the attempts: what a run that has ended wrote is all committed.
    ended_ = read_run(store_.database(), run_).state != "running";
    std::vector<AttemptInfo> attempts = attempts_of(store_.database(), run_, std::nullopt);
    read_on();  // of those that have ended since then, too
    std::vector<AttemptInfo> news;
    for (AttemptInfo& attempt : attempts) {
      if (done_.count(attempt.name) > 0 || !wanted_(attempt)) continue;
      // Nobody writes there any more.
      if (ended_ && attempt.state == "running") attempt.state = "lost";
      if (take_note(attempt)) news.push_back(std::move(attempt));
    }
    merge_.show(news, streams_, LogMerge::Rest::held);
    writer_.flush();
    if (ended_) loop_.stop();
  }

  // Whether there may be more of it to show than is heard of.
  bool take_note(const AttemptInfo& attempt) {
    const bool runs = attempt.state == "running";
    auto known = ids_.find(attempt.name);
    if (known != ids_.end() && runs) return false;
    if (known == ids_.end()) {
      writer_.widen(attempt);
      known = ids_.emplace(attempt.name, next_id_++).first;
      if (runs) {
        running_.emplace(known->second, attempt);
        const std::string folder = cat(store_.runs_folder(), "/", run_.id.text(), "/", attempt.name);
        // One that ends just now has no folder any more.
        if (!writes_.add(known->second, folder, WriteWatch::Files::there) && errno != ENOENT)
          throw_errno("watch", folder);
      }
    }
    if (!runs) forget(known->second, attempt.name);
    return true;
  }

  void forget(std::uint64_t id, const std::string& name) {
    writes_.remove(id);
    running_.erase(id);
    ids_.erase(name);
    done_.insert(name);
  }

  // Nobody need follow for a reader that has gone. What is no pipe, socket or terminal has none.
  void watch_reader() {
    struct stat info {};
    bool has_reader = ::fstat(STDOUT_FILENO, &info) == 0 &&
                      (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode) || ::isatty(STDOUT_FILENO) == 1);
    if (has_reader) loop_.watch(STDOUT_FILENO, Ready::none, [this](Ready) { loop_.stop(); });
  }

  // ---- the driver

  void watch_driver() {
    std::optional<DriverInfo> driver = newest_driver(store_.database(), run_);
    if (read_run(store_.database(), run_).state != "running") return;
    DriverState state = driver ? state_of(*driver) : DriverState::dead;
    if (state == DriverState::elsewhere) undriven(cat("is driven on host ", driver->host), "follow it there");
    auto pidfd = state == DriverState::alive ? open_pidfd(static_cast<pid_t>(driver->pid)) : std::nullopt;
    if (!pidfd) return on_driver_gone();
    driver_ = std::move(*pidfd);
    loop_.watch(driver_.get(), Ready::readable, [this](Ready) { guard([this] { on_driver_gone(); }); });
  }

  void forget_driver() {
    if (driver_) loop_.unwatch(driver_.get());
    driver_.reset();
  }

  // It has ended its run, another has taken that over, or it died.
  void on_driver_gone() {
    forget_driver();
    look();
    if (ended_) return;
    std::optional<DriverInfo> driver = newest_driver(store_.database(), run_);
    if (driver && state_of(*driver) != DriverState::dead) return watch_driver();
    undriven("has not ended, and its driver is dead", cat("go on with: wf resume ", run_.id.tail()));
  }

  [[noreturn]] void undriven(const std::string& how, const std::string& hint) {
    throw Error(codes::k_run_undriven, cat("the run ", run_.id.text(), " ", how), hint);
  }

  Store& store_;
  RunKey run_;
  const WantedAttempt& wanted_;
  const std::vector<LogStream>& streams_;
  LineWriter& writer_;
  LogMerge merge_;
  EventLoop loop_;
  CommitWatch commits_;
  WriteWatch writes_;
  Fd driver_;
  bool ended_ = false;
  std::exception_ptr failure_;
  std::map<std::string, std::uint64_t> ids_;  // of those that run, by the attempt's name
  std::map<std::uint64_t, AttemptInfo> running_;
  std::uint64_t next_id_ = 0;
  std::set<std::string> done_;
};

}  // namespace

void follow_logs(Store& store, const RunKey& run, const WantedAttempt& wanted, const FollowedLines& lines) {
  Follower(store, run, wanted, lines).follow();
}

}  // namespace wf::cli
