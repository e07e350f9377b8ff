#include "cli/log_follow.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <map>
#include <set>

#include "cli/codes.hpp"
#include "core/base/event_loop.hpp"
#include "core/base/file.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/store/commit_watch.hpp"

namespace wf::cli {

namespace {

struct Tail {
  LineCutter cutter;
  std::int64_t offset = 0;
};

struct Tails {
  AttemptInfo attempt;  // as it was last seen
  std::map<LogStream, Tail> of;
};

class Follower {
 public:
  Follower(Store& store, const RunKey& run, const WantedAttempt& wanted,
           const std::vector<LogStream>& streams, LineWriter& writer)
      : store_(store),
        run_(run),
        wanted_(wanted),
        streams_(streams),
        writer_(writer),
        commits_(store.path()),
        notices_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (!notices_) throw_errno("watch", store.runs_folder());
  }
  ~Follower() {
    loop_.unwatch(commits_.descriptor());
    loop_.unwatch(notices_.get());
    forget_driver();
  }

  void follow() {
    loop_.watch(commits_.descriptor(), Ready::readable, [this](Ready) { guard([this] { on_commit(); }); });
    loop_.watch(notices_.get(), Ready::readable, [this](Ready) { guard([this] { on_notice(); }); });
    watch_reader();
    look();
    if (!ended_) watch_driver();
    if (!ended_) loop_.run();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  // A folder that is gone was an attempt's that has just ended: its log is in the store.
  void watch_folder(const std::string& path) {
    int added = ::inotify_add_watch(notices_.get(), path.c_str(), IN_MODIFY | IN_CREATE);
    if (added < 0 && errno != ENOENT) throw_errno("watch", path);
  }

  void on_commit() {
    std::optional<CommitWatch::Wake> wake = commits_.take();
    if (wake == CommitWatch::Wake::store_gone)
      undriven("cannot be followed: its store was removed, moved or replaced", "follow it where it is now");
    if (wake) look();
  }

  // Logs have grown, and nothing was committed.
  void on_notice() {
    char events[16 * 1024];
    while (::read(notices_.get(), events, sizeof events) > 0) continue;
    for (auto& [name, tails] : tails_) read_tails(tails, Rest::held);
    writer_.flush();
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
    for (const AttemptInfo& attempt : attempts_of(store_.database(), run_, std::nullopt)) {
      if (done_.count(attempt.name) == 0 && wanted_(attempt)) read_on(attempt);
    }
    writer_.flush();
    if (ended_) loop_.stop();
  }

  void read_on(const AttemptInfo& attempt) {
    bool running = attempt.state == "running" && !ended_;
    bool is_new = tails_.count(attempt.name) == 0;
    if (is_new) writer_.widen(attempt);
    if (is_new && running) watch_folder(cat(store_.runs_folder(), "/", run_.id.text(), "/", attempt.name));
    tails_[attempt.name].attempt = attempt;
    read_tails(tails_[attempt.name], running ? Rest::held : Rest::written);
    if (running) return;
    tails_.erase(attempt.name);
    done_.insert(attempt.name);
  }

  // A line without an end is held until it has one, or nothing comes any more.
  enum class Rest { held, written };
  void read_tails(Tails& tails, Rest rest) {
    const AttemptInfo& attempt = tails.attempt;
    for (LogStream stream : streams_) {
      Tail& tail = tails.of[stream];
      auto take = [&](std::string_view line) { writer_.write(attempt, stream, line); };
      tail.offset = read_log_from(store_, run_, attempt, stream, tail.offset,
                                  [&](std::string_view bytes) { tail.cutter.feed(bytes, take); });
      if (rest == Rest::written) tail.cutter.finish(take);
    }
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
  std::vector<LogStream> streams_;
  LineWriter& writer_;
  EventLoop loop_;
  CommitWatch commits_;
  Fd notices_;  // of the folders of attempts
  Fd driver_;
  bool ended_ = false;
  std::exception_ptr failure_;
  std::map<std::string, Tails> tails_;  // of those that run, by the attempt's name
  std::set<std::string> done_;
};

}  // namespace

void follow_logs(Store& store, const RunKey& run, const WantedAttempt& wanted,
                 const std::vector<LogStream>& streams, LineWriter& writer) {
  Follower(store, run, wanted, streams, writer).follow();
}

}  // namespace wf::cli
