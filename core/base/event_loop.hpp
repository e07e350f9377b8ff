// The one event loop of a process: epoll over descriptors, signals, timers and work posted by other threads.
//
// Everything but post() and stop_from_any_thread() belongs to the thread that runs it. Callbacks may watch,
// unwatch and close anything, themselves included. In one wake-up signals go first (an interrupt beats
// output), then posted work, then timers, then descriptors. Nothing polls.
#pragma once
#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/base/file.hpp"
#include "core/base/timer_queue.hpp"

struct epoll_event;

namespace wf {

// What to wait for, and what was found; the bits combine.
enum class Ready : unsigned { none = 0, readable = 1, writable = 2, failed = 4 };
constexpr Ready operator|(Ready a, Ready b) {
  return static_cast<Ready>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(Ready set, Ready bit) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(bit)) != 0;
}

// A signal as signalfd delivers it.
struct SignalEvent {
  int number = 0;
  int code = 0;      // SI_KERNEL from the terminal, SI_USER from kill(2), SI_QUEUE from sigqueue(3)
  pid_t sender = 0;  // for SIGCHLD the child
  int value = 0;     // what sigqueue(3) carried
};

// Blocks signals in this thread, and so in every thread it starts later; restores the mask at its end.
// Stands in main before any thread starts, so that the loop alone receives them.
class SignalBlock {
 public:
  explicit SignalBlock(std::initializer_list<int> signals);
  SignalBlock(const SignalBlock&) = delete;
  SignalBlock& operator=(const SignalBlock&) = delete;
  ~SignalBlock();

 private:
  sigset_t before_;
};

class EventLoop {
 public:
  using Task = std::function<void()>;
  using ReadyCallback = std::function<void(Ready)>;
  using SignalCallback = std::function<void(const SignalEvent&)>;

  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();

  // Calls `callback` whenever `fd` is ready (level-triggered). `failed` (error or hang-up) is always
  // reported. The fd stays the caller's, must not be watched yet, and must be unwatched before it is closed:
  // a child being spawned may hold a copy for a moment, and a closed but copied fd would never leave epoll.
  void watch(int fd, Ready interest, ReadyCallback callback);
  void change_interest(int fd, Ready interest);
  void unwatch(int fd);  // no further callback, not even for events of this wake-up; fine when not watched

  // Calls `callback` once when the clock reaches `deadline_ns`.
  TimerId add_timer(TimerClock clock, std::int64_t deadline_ns, Task callback);
  void cancel_timer(TimerId id);  // fine when it has fired

  // Receives a signal, which must be blocked (SignalBlock). One callback a signal; an empty one ends it.
  void on_signal(int number, SignalCallback callback);

  // Runs `task` on the loop's thread soon, in the order posted. From any thread; never runs it inside.
  void post(Task task);

  // run() returns after stop(), called before it or from a callback; what is pending then waits for the next
  // run().
  void run();
  void stop() { stopped_ = true; }
  void stop_from_any_thread();

  // Handles one wake-up; returns at once when nothing is ready and `wait` is `never`.
  enum class Patience { never, until_ready };
  void run_once(Patience wait);

 private:
  struct Watch;

  enum class Rank { signal, internal, descriptor };

  Rank rank_of(int fd) const;
  void dispatch(const epoll_event& event);
  void dispatch_signals();
  void dispatch_posted();

  Fd epoll_;
  Fd wake_;     // eventfd behind post()
  Fd signals_;  // signalfd; -1 until on_signal
  TimerQueue boot_timers_;
  TimerQueue awake_timers_;
  std::vector<std::unique_ptr<Watch>> watches_;  // by fd
  std::vector<std::unique_ptr<Watch>> retired_;  // unwatched while callbacks run: these may be among them
  std::unordered_map<int, std::shared_ptr<SignalCallback>> signal_callbacks_;
  std::uint32_t next_generation_ = 1;
  int depth_ = 0;
  bool stopped_ = false;
  std::mutex posted_mutex_;
  std::vector<Task> posted_;
};

}  // namespace wf
