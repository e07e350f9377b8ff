#include "core/base/event_loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr int k_events_per_wakeup = 64;

std::uint32_t epoll_bits(Ready interest) {
  std::uint32_t bits = 0;
  if (has(interest, Ready::readable)) bits |= EPOLLIN;
  if (has(interest, Ready::writable)) bits |= EPOLLOUT;
  return bits;
}

Ready ready_bits(std::uint32_t events) {
  Ready ready = Ready::none;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) ready = ready | Ready::readable;
  if ((events & EPOLLOUT) != 0) ready = ready | Ready::writable;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) ready = ready | Ready::failed;
  return ready;
}

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (int number : signals) sigaddset(&set, number);
  return set;
}

int fd_of(const epoll_event& event) { return static_cast<int>(event.data.u64 & 0xffffffffU); }

}  // namespace

SignalBlock::SignalBlock(std::initializer_list<int> signals) {
  sigset_t set = set_of(signals);
  pthread_sigmask(SIG_BLOCK, &set, &before_);
}

SignalBlock::~SignalBlock() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

struct EventLoop::Watch {
  std::uint32_t generation;  // tells an event of this watch from one of an earlier watch of the same number
  ReadyCallback callback;

  std::uint64_t tag(int fd) const {
    return (static_cast<std::uint64_t>(generation) << 32U) | static_cast<std::uint32_t>(fd);
  }
};

EventLoop::EventLoop()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      boot_timers_(TimerClock::boot),
      awake_timers_(TimerClock::awake) {
  if (!epoll_) throw_errno("create", "epoll");
  if (!wake_) throw_errno("create", "eventfd");
  watch(wake_.get(), Ready::readable, [this](Ready) { dispatch_posted(); });
  watch(boot_timers_.fd(), Ready::readable, [this](Ready) { boot_timers_.fire(); });
  watch(awake_timers_.fd(), Ready::readable, [this](Ready) { awake_timers_.fire(); });
}

EventLoop::~EventLoop() = default;

void EventLoop::watch(int fd, Ready interest, ReadyCallback callback) {
  const auto slot = static_cast<std::size_t>(fd);
  if (slot >= watches_.size()) watches_.resize(slot + 16);
  auto entry = std::make_unique<Watch>(Watch{next_generation_++, std::move(callback)});
  epoll_event event{};
  event.events = epoll_bits(interest);
  event.data.u64 = entry->tag(fd);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) throw_errno("watch", cat("descriptor ", fd));
  watches_[slot] = std::move(entry);
}

void EventLoop::change_interest(int fd, Ready interest) {
  epoll_event event{};
  event.events = epoll_bits(interest);
  event.data.u64 = watches_.at(static_cast<std::size_t>(fd))->tag(fd);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) != 0) throw_errno("watch", cat("descriptor ", fd));
}

void EventLoop::unwatch(int fd) {
  const auto slot = static_cast<std::size_t>(fd);
  if (fd < 0 || slot >= watches_.size() || !watches_[slot]) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  // The callback that runs may be this very one: it must live until it returns.
  if (depth_ > 0) retired_.push_back(std::move(watches_[slot]));
  watches_[slot].reset();
}

TimerId EventLoop::add_timer(TimerClock clock, std::int64_t deadline_ns, Task callback) {
  TimerQueue& queue = clock == TimerClock::boot ? boot_timers_ : awake_timers_;
  return queue.add(deadline_ns, std::move(callback));
}

void EventLoop::cancel_timer(TimerId id) {
  (id.clock == TimerClock::boot ? boot_timers_ : awake_timers_).cancel(id);
}

void EventLoop::on_signal(int number, SignalCallback callback) {
  if (callback) {
    signal_callbacks_[number] = std::make_shared<SignalCallback>(std::move(callback));
  } else {
    signal_callbacks_.erase(number);
  }
  sigset_t set;
  sigemptyset(&set);
  for (const auto& [watched, unused] : signal_callbacks_) sigaddset(&set, watched);
  const bool first = !signals_;
  const int fd = ::signalfd(signals_.get(), &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) throw_errno("create", "signalfd");
  if (!first) return;
  signals_ = Fd(fd);
  watch(fd, Ready::readable, [this](Ready) { dispatch_signals(); });
}

void EventLoop::post(Task task) {
  bool first = false;
  {
    std::lock_guard lock(posted_mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(task));
  }
  const std::uint64_t one = 1;
  while (first && ::write(wake_.get(), &one, sizeof one) < 0 && errno != EAGAIN) {
    if (errno != EINTR) throw_errno("write", "eventfd");
  }
}

void EventLoop::stop_from_any_thread() {
  post([this] { stop(); });
}

void EventLoop::run() {
  while (!stopped_) run_once(Patience::until_ready);
  stopped_ = false;
}

void EventLoop::run_once(Patience wait) {
  struct Depth {
    EventLoop& loop;
    explicit Depth(EventLoop& l) : loop(l) { ++loop.depth_; }
    ~Depth() {
      if (--loop.depth_ == 0) loop.retired_.clear();
    }
  };
  std::array<epoll_event, k_events_per_wakeup> events;
  const int timeout = wait == Patience::never ? 0 : -1;
  int count = ::epoll_wait(epoll_.get(), events.data(), k_events_per_wakeup, timeout);
  if (count < 0 && errno != EINTR) throw_errno("wait on", "epoll");
  Depth depth(*this);
  const auto end = events.begin() + std::max(count, 0);
  for (auto it = events.begin(); it != end; ++it) {
    if (rank_of(fd_of(*it)) == Rank::signal) dispatch(*it);
  }
  for (auto it = events.begin(); it != end; ++it) {
    if (rank_of(fd_of(*it)) == Rank::internal) dispatch(*it);
  }
  for (auto it = events.begin(); it != end; ++it) {
    if (rank_of(fd_of(*it)) == Rank::descriptor) dispatch(*it);
  }
}

EventLoop::Rank EventLoop::rank_of(int fd) const {
  if (fd == signals_.get()) return Rank::signal;
  const bool own = fd == wake_.get() || fd == boot_timers_.fd() || fd == awake_timers_.fd();
  return own ? Rank::internal : Rank::descriptor;
}

void EventLoop::dispatch(const epoll_event& event) {
  Watch* entry = watches_[static_cast<std::size_t>(fd_of(event))].get();
  if (entry == nullptr || entry->generation != static_cast<std::uint32_t>(event.data.u64 >> 32U)) return;
  entry->callback(ready_bits(event.events));
}

void EventLoop::dispatch_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    auto found = signal_callbacks_.find(static_cast<int>(info.ssi_signo));
    if (found == signal_callbacks_.end()) continue;
    auto callback = found->second;  // it may replace itself
    (*callback)(
        {static_cast<int>(info.ssi_signo), info.ssi_code, static_cast<pid_t>(info.ssi_pid), info.ssi_int});
  }
}

void EventLoop::dispatch_posted() {
  std::uint64_t count = 0;
  [[maybe_unused]] ssize_t got = ::read(wake_.get(), &count, sizeof count);
  std::vector<Task> tasks;
  {
    std::lock_guard lock(posted_mutex_);
    tasks.swap(posted_);
  }
  for (Task& task : tasks) task();
}

}  // namespace wf
