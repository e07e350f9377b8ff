#include "core/base/event_loop.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace wf {

namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    reader = Fd(ends[0]);
    writer = Fd(ends[1]);
  }
  void put() const { REQUIRE(::write(writer.get(), "x", 1) == 1); }
  void take() const {
    char c;
    REQUIRE(::read(reader.get(), &c, 1) == 1);
  }
  Fd reader;
  Fd writer;
};

}  // namespace

TEST_CASE("watch reports readiness until unwatched, and hang-up as failed") {
  EventLoop loop;
  Pipe pipe;
  int calls = 0;
  Ready last = Ready::none;
  loop.watch(pipe.reader.get(), Ready::readable, [&](Ready ready) {
    ++calls;
    last = ready;
  });
  loop.run_once(EventLoop::Patience::never);
  CHECK(calls == 0);
  pipe.put();
  loop.run_once(EventLoop::Patience::until_ready);
  CHECK(calls == 1);
  CHECK(has(last, Ready::readable));
  pipe.take();
  pipe.writer.reset();
  loop.run_once(EventLoop::Patience::until_ready);
  CHECK(has(last, Ready::failed));
  loop.unwatch(pipe.reader.get());
  loop.run_once(EventLoop::Patience::never);
  CHECK(calls == 2);
}

TEST_CASE("callbacks may unwatch themselves and others of the same wake-up") {
  EventLoop loop;
  Pipe first;
  Pipe second;
  int calls = 0;
  const auto callback = [&](Ready) {
    ++calls;
    loop.unwatch(first.reader.get());
    loop.unwatch(second.reader.get());
  };
  loop.watch(first.reader.get(), Ready::readable, callback);
  loop.watch(second.reader.get(), Ready::readable, callback);
  first.put();
  second.put();
  loop.run_once(EventLoop::Patience::until_ready);
  loop.run_once(EventLoop::Patience::never);
  CHECK(calls == 1);
}

TEST_CASE("an event of a closed descriptor does not reach the next one of its number") {
  EventLoop loop;
  Pipe first;
  Pipe second;
  Pipe fresh;
  int wrong = 0;
  const auto replace = [&](Pipe& mine, Pipe& other) {
    return [&](Ready) {
      loop.unwatch(mine.reader.get());
      loop.unwatch(other.reader.get());
      REQUIRE(::dup3(fresh.reader.get(), other.reader.get(), O_CLOEXEC) >= 0);
      loop.watch(other.reader.get(), Ready::readable, [&](Ready) { ++wrong; });
    };
  };
  loop.watch(first.reader.get(), Ready::readable, replace(first, second));
  loop.watch(second.reader.get(), Ready::readable, replace(second, first));
  first.put();
  second.put();
  loop.run_once(EventLoop::Patience::until_ready);
  loop.run_once(EventLoop::Patience::never);
  CHECK(wrong == 0);
}

TEST_CASE("writable interest can be added and taken away") {
  EventLoop loop;
  Pipe pipe;
  int calls = 0;
  loop.watch(pipe.writer.get(), Ready::none,
             [&](Ready ready) { calls += has(ready, Ready::writable) ? 1 : 0; });
  loop.run_once(EventLoop::Patience::never);
  CHECK(calls == 0);
  loop.change_interest(pipe.writer.get(), Ready::writable);
  loop.run_once(EventLoop::Patience::until_ready);
  loop.change_interest(pipe.writer.get(), Ready::none);
  loop.run_once(EventLoop::Patience::never);
  CHECK(calls == 1);
}

TEST_CASE("timers fire in the order of their deadlines, cancelled ones never") {
  for (TimerClock clock : {TimerClock::boot, TimerClock::awake}) {
    EventLoop loop;
    std::string order;
    const std::int64_t now = timer_now_ns(clock);
    loop.add_timer(clock, now + 2'000'000, [&] {
      order += 'c';
      loop.stop();
    });
    const TimerId cancelled = loop.add_timer(clock, now + 500'000, [&] { order += 'x'; });
    TimerId later;
    loop.add_timer(clock, 0, [&] {
      order += 'a';
      loop.cancel_timer(later);
    });
    later = loop.add_timer(clock, now + 1'200'000, [&] { order += 'y'; });
    loop.add_timer(clock, now + 1'000'000, [&] { order += 'b'; });
    loop.cancel_timer(cancelled);
    loop.run();
    CHECK(order == "abc");
  }
}

TEST_CASE("a timer without delay that adds another one lets the loop breathe") {
  EventLoop loop;
  int left = 100;
  std::function<void()> again = [&] {
    if (--left == 0) return loop.stop();
    loop.add_timer(TimerClock::awake, 0, again);
  };
  again();
  loop.run();
  CHECK(left == 0);
}

TEST_CASE("post runs tasks of other threads in order, and never inside") {
  EventLoop loop;
  std::string order;
  std::thread other([&] {
    for (char c = 'a'; c <= 'e'; ++c) loop.post([&order, c] { order += c; });
    loop.stop_from_any_thread();
  });
  loop.run();
  other.join();
  CHECK(order == "abcde");
  bool ran = false;
  loop.post([&] {
    loop.post([&] { ran = true; });
    CHECK_FALSE(ran);
  });
  loop.run_once(EventLoop::Patience::until_ready);
  loop.run_once(EventLoop::Patience::until_ready);
  CHECK(ran);
}

TEST_CASE("a signal goes before everything else of its wake-up, with its sender and value") {
  SignalBlock block{SIGUSR1};
  EventLoop loop;
  Pipe pipe;
  std::string order;
  SignalEvent seen;
  loop.watch(pipe.reader.get(), Ready::readable, [&](Ready) {
    order += 'p';
    pipe.take();
  });
  loop.post([&] { order += 't'; });
  loop.on_signal(SIGUSR1, [&](const SignalEvent& event) {
    seen = event;
    order += 's';
  });
  pipe.put();
  sigval value{};
  value.sival_int = 42;
  REQUIRE(::sigqueue(::getpid(), SIGUSR1, value) == 0);
  loop.run_once(EventLoop::Patience::until_ready);
  CHECK(order == "stp");
  CHECK(seen.number == SIGUSR1);
  CHECK(seen.code == SI_QUEUE);
  CHECK(seen.sender == ::getpid());
  CHECK(seen.value == 42);
}

TEST_CASE("SignalBlock restores the mask") {
  sigset_t mask;
  { SignalBlock block{SIGUSR2}; }
  pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  CHECK(sigismember(&mask, SIGUSR2) == 0);
}

}  // namespace wf
