// Group commit: one thread writes what the driver queued, many changes in one durable transaction.
//
// A commit costs an fsync and a page of each index it touches, so waiting gathers more changes for nearly the
// same price; but a chain of tasks must not wait for company that cannot come. The window is therefore
// adaptive: a change that nothing can join is committed at once, one that others wait for within 2 ms, and
// one that nobody waits for, because there is plenty to start, within 100 ms.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "core/base/event_loop.hpp"
#include "core/engine/run_writer.hpp"
#include "core/gc/spent.hpp"

namespace wf {

class CommitQueue {
 public:
  using Done = std::function<void(const Committed&)>;

  struct Callbacks {
    std::function<void(std::exception_ptr)> failed;  // the writer has stopped; nothing later is committed
    std::function<void(const std::string& cause)> abort_asked;  // each time a batch sees the request
  };

  // `store` is used by the writer's thread alone until this is destroyed (reading blobs in excepted).
  // Callbacks and `done` are called on `loop`.
  CommitQueue(Store& store, RunKey run, std::int64_t fence, EventLoop& loop, Callbacks callbacks);
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;
  // Commits what is queued, then ends the thread.
  ~CommitQueue();

  // How long a change may wait for others: 100 ms (nobody waits for it), 2 ms, not at all.
  enum class Urgency { deferred, normal, urgent };
  void push(Change change, Urgency urgency, Done done = {});
  // What is queued is committed at once: nothing else will come.
  void hurry();

 private:
  struct Item {
    Change change;
    Done done;
  };

  void work();
  bool wait_for_batch(std::vector<Item>& batch);
  void commit(std::vector<Item>& batch);
  void report(std::vector<Item>& batch, const std::vector<Committed>& results);

  Store& store_;
  RunWriter writer_;
  SpentOutputs spent_;
  EventLoop& loop_;
  Callbacks callbacks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Item> queue_;
  Urgency urgency_ = Urgency::deferred;  // the highest one queued
  bool closing_ = false;
  bool broken_ = false;
  std::thread thread_;
};

}  // namespace wf
