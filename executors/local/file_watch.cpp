#include "executors/local/file_watch.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include "core/base/codes.hpp"
#include "core/base/listener_door.hpp"

namespace wf {

struct FileWatch::State {
  explicit State(AccessJudge used) : judge(std::move(used)) {}

  AccessJudge judge;  // the thread's alone
  Fd inner_door;      // so is this
  Fd over;            // an eventfd: readable once it is to end
  std::mutex mutex;   // over the next three
  EventLoop* loop = nullptr;
  std::function<void(const Findings&)> done;
  bool abandoned = false;

  void listen() noexcept;
  void serve(const CallListener& listener);
  void answer(const CallListener& listener);
  void await_end() const;
  void tell();
  void end() const { [[maybe_unused]] ssize_t written = ::eventfd_write(over.get(), 1); }
};

// Whatever happens here the attempt goes on, if only with errors: the listener closes.
void FileWatch::State::listen() noexcept {
  try {
    if (Fd fd = take_listener(inner_door.get())) serve(CallListener(std::move(fd)));
  } catch (const std::exception& error) {
    judge.record().trouble = error.what();
  }
  await_end();
  tell();
}

void FileWatch::State::serve(const CallListener& listener) {
  std::array<pollfd, 2> ready{{{listener.fd(), POLLIN, 0}, {over.get(), POLLIN, 0}}};
  while (true) {
    if (::poll(ready.data(), ready.size(), -1) < 0) continue;
    if ((ready[0].revents & POLLIN) != 0) {
      answer(listener);
    } else if (ready[1].revents != 0 || (ready[0].revents & (POLLHUP | POLLERR)) != 0) {
      return;
    }
  }
}

void FileWatch::State::answer(const CallListener& listener) {
  auto call = listener.next();
  if (!call) return;
  int error = judge.judge(listener, *call);
  if (error == 0)
    listener.let_happen(*call);
  else
    listener.refuse(*call, error);
}

void FileWatch::State::await_end() const {
  pollfd ready{over.get(), POLLIN, 0};
  while (::poll(&ready, 1, -1) < 0 && errno == EINTR) {
  }
}

void FileWatch::State::tell() {
  std::lock_guard lock(mutex);
  if (abandoned || loop == nullptr) return;
  Findings findings{judge.record(), judge.stage(), judge.has_exited()};
  loop->post([done = std::move(done), findings = std::move(findings)] { done(findings); });
}

FileWatch::FileWatch(AccessJudge judge) : state_(std::make_shared<State>(std::move(judge))) {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) throw_errno("make", "a socket");
  door_ = Fd(ends[0]);
  state_->inner_door = Fd(ends[1]);
  state_->over = Fd(::eventfd(0, EFD_CLOEXEC));
  if (!state_->over) throw_errno("make", "an eventfd");
  try {
    std::thread([state = state_] { state->listen(); }).detach();
  } catch (const std::system_error& error) {
    throw Error(codes::k_system_call, std::string("cannot start a thread: ") + error.what());
  }
}

FileWatch::~FileWatch() {
  close_door();
  std::lock_guard lock(state_->mutex);
  state_->abandoned = true;
  state_->end();
}

void FileWatch::close_door() {
  // To close it would not do: what was spawned meanwhile has copies.
  if (door_) ::shutdown(door_.get(), SHUT_RDWR);
  door_.reset();
}

void FileWatch::finish(EventLoop& loop, std::function<void(const Findings&)> done) {
  std::lock_guard lock(state_->mutex);
  state_->loop = &loop;
  state_->done = std::move(done);
  state_->end();
}

}  // namespace wf
