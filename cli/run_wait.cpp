#include "cli/run_wait.hpp"

#include <algorithm>
#include <exception>
#include <functional>

#include "cli/codes.hpp"
#include "core/base/event_loop.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/catalog/runs.hpp"
#include "core/engine/run_record.hpp"
#include "core/store/codes.hpp"
#include "core/store/commit_watch.hpp"

namespace wf::cli {

namespace {

// Of a driver on another machine nothing is heard here: it is looked for as often as it renews its lease.
constexpr std::int64_t k_far_ns = 15'000'000'000;

class Waiter {
 public:
  Waiter(Store& store, const std::vector<RunKey>& runs) : store_(store), commits_(store.path()) {
    for (const RunKey& key : runs) runs_.push_back({key, State::going_on, 0, {}});
  }
  ~Waiter() {
    loop_.unwatch(commits_.descriptor());
    for (One& one : runs_) forget_driver(one);
  }

  Waited wait(const std::optional<std::int64_t>& timeout_ns) {
    loop_.watch(commits_.descriptor(), Ready::readable, [this](Ready) { guard([this] { on_commit(); }); });
    if (timeout_ns) call_in(*timeout_ns, [this] { stop(); });
    guard([this] { look(); });
    if (!stopped_) loop_.run();
    if (failure_) std::rethrow_exception(failure_);
    Waited waited;
    for (const One& one : runs_) {
      if (one.state == State::undriven) waited.undriven.push_back(one.key);
      if (one.state == State::going_on) waited.going_on.push_back(one.key);
    }
    return waited;
  }

 private:
  enum class State { going_on, ended, undriven };
  struct One {
    RunKey key;
    State state = State::going_on;
    std::int64_t fence = 0;  // of the driver that is watched
    Fd driver;
  };

  // Nothing may be thrown through the loop.
  void guard(const std::function<void()>& action) {
    try {
      action();
    } catch (...) {
      failure_ = std::current_exception();
      stop();
    }
  }

  void stop() {
    stopped_ = true;
    loop_.stop();
  }

  void call_in(std::int64_t in_ns, std::function<void()> action) {
    std::int64_t now = timer_now_ns(TimerClock::boot);
    loop_.add_timer(TimerClock::boot, now + std::min(in_ns, INT64_MAX - now), std::move(action));
  }

  void on_commit() {
    std::optional<CommitWatch::Wake> wake = commits_.take();
    if (wake == CommitWatch::Wake::store_gone)
      throw Error(codes::k_store_not_found,
                  cat("the store ", store_.path(), " was removed, moved or replaced"),
                  "wait for the run where its store is now");
    if (wake) look();
  }

  void look() {
    bool all_over = true;
    for (One& one : runs_) {
      look_at(one);
      all_over = all_over && one.state != State::going_on;
    }
    if (all_over) stop();
  }

  void look_at(One& one) {
    if (one.state == State::ended) return;
    std::optional<DriverInfo> driver = newest_driver(store_.database(), one.key);
    DriverState state = driver ? state_of(*driver) : DriverState::dead;
    if (state == DriverState::alive && !watch_driver(one, *driver)) state = DriverState::dead;
    if (state != DriverState::alive) forget_driver(one);
    // Read after the driver: what one that is dead has done is all committed.
    bool goes_on = load_run(store_.database(), one.key)->state == RunState::running;
    // One of this machine still has to write what --out and --junit ask for.
    bool ends = !goes_on && state != DriverState::alive;
    one.state = ends ? State::ended : state == DriverState::dead ? State::undriven : State::going_on;
    if (one.state == State::going_on && state == DriverState::elsewhere) look_later();
  }

  // False when it has just died.
  bool watch_driver(One& one, const DriverInfo& driver) {
    if (one.driver && one.fence == driver.fence) return true;
    forget_driver(one);
    auto pidfd = open_pidfd(static_cast<pid_t>(driver.pid));
    if (!pidfd || state_of(driver) != DriverState::alive) return false;
    one.driver = std::move(*pidfd);
    one.fence = driver.fence;
    loop_.watch(one.driver.get(), Ready::readable, [this, &one](Ready) {
      guard([&] {
        forget_driver(one);
        look();
      });
    });
    return true;
  }

  void forget_driver(One& one) {
    if (one.driver) loop_.unwatch(one.driver.get());
    one.driver.reset();
  }

  void look_later() {
    if (looking_later_) return;
    looking_later_ = true;
    call_in(k_far_ns, [this] {
      looking_later_ = false;
      guard([this] { look(); });
    });
  }

  Store& store_;
  EventLoop loop_;
  CommitWatch commits_;
  std::vector<One> runs_;
  bool looking_later_ = false;
  bool stopped_ = false;
  std::exception_ptr failure_;
};

}  // namespace

Waited wait_for_runs(Store& store, const std::vector<RunKey>& runs,
                     const std::optional<std::int64_t>& timeout_ns) {
  return Waiter(store, runs).wait(timeout_ns);
}

}  // namespace wf::cli
