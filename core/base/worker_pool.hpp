// A few threads for work that would block the event loop: hashing and copying large files.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace wf {

class WorkerPool {
 public:
  // Threads start with the first job.
  explicit WorkerPool(std::size_t threads) : limit_(threads) {}
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool() { finish(); }

  // Returns when everything that was submitted is done, and ends the threads; submit nothing after it.
  void finish();

  // Jobs must not throw.
  void submit(std::function<void()> job);

 private:
  void work();

  std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool closing_ = false;
};

}  // namespace wf
