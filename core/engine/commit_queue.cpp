#include "core/engine/commit_queue.hpp"

#include <algorithm>
#include <chrono>

namespace wf {

namespace {
std::chrono::milliseconds patience_of(CommitQueue::Urgency urgency) {
  switch (urgency) {
    case CommitQueue::Urgency::deferred:
      return std::chrono::milliseconds(100);
    case CommitQueue::Urgency::normal:
      return std::chrono::milliseconds(2);
    case CommitQueue::Urgency::urgent:
      break;
  }
  return std::chrono::milliseconds(0);
}
}  // namespace

CommitQueue::CommitQueue(Store& store, RunKey run, std::int64_t fence, EventLoop& loop, Callbacks callbacks)
    : store_(store),
      writer_(store, run, fence),
      spent_(store, std::move(run)),
      loop_(loop),
      callbacks_(std::move(callbacks)),
      thread_([this] { work(); }) {}

CommitQueue::~CommitQueue() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void CommitQueue::push(Change change, Urgency urgency, Done done) {
  bool wake;
  {
    std::lock_guard lock(mutex_);
    wake = queue_.empty() || urgency > urgency_;
    urgency_ = std::max(urgency_, urgency);
    queue_.push_back({std::move(change), std::move(done)});
  }
  if (wake) changed_.notify_one();
}

void CommitQueue::hurry() {
  {
    std::lock_guard lock(mutex_);
    if (queue_.empty() || urgency_ == Urgency::urgent) return;
    urgency_ = Urgency::urgent;
  }
  changed_.notify_one();
}

// False when the queue is closed and empty.
bool CommitQueue::wait_for_batch(std::vector<Item>& batch) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
  auto first_seen = std::chrono::steady_clock::now();
  while (!closing_ && urgency_ != Urgency::urgent) {
    if (changed_.wait_until(lock, first_seen + patience_of(urgency_)) == std::cv_status::timeout) break;
  }
  batch.swap(queue_);
  urgency_ = Urgency::deferred;
  return !batch.empty();
}

void CommitQueue::work() {
  std::vector<Item> batch;
  while (wait_for_batch(batch)) {
    try {
      if (!broken_) commit(batch);
    } catch (...) {
      broken_ = true;
      loop_.post([this, error = std::current_exception()] { callbacks_.failed(error); });
    }
    const bool last = std::any_of(batch.begin(), batch.end(), [](const Item& item) {
      return std::holds_alternative<RunEnded>(item.change);
    });
    batch.clear();  // with what it held back from being freed
    if (!broken_) spent_.free(last ? SpentOutputs::When::last : SpentOutputs::When::in_between);
  }
}

// Names of new files first, then the rows that speak of them: a crash in between leaves garbage at most.
void CommitQueue::commit(std::vector<Item>& batch) {
  store_.blobs().sync();
  std::vector<Committed> results;
  results.reserve(batch.size());
  Transaction transaction(store_.database(), Transaction::Mode::write);
  writer_.begin_batch();
  for (const Item& item : batch) results.push_back(writer_.apply(item.change));
  writer_.end_batch();
  transaction.commit();
  spent_.add(writer_.take_spent());
  report(batch, results);
}

void CommitQueue::report(std::vector<Item>& batch, const std::vector<Committed>& results) {
  std::vector<std::pair<Done, Committed>> done;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch[i].done) done.emplace_back(std::move(batch[i].done), results[i]);
  }
  if (!done.empty()) {
    loop_.post([done = std::move(done)] {
      for (const auto& [call, result] : done) call(result);
    });
  }
  if (writer_.abort_cause()) {
    loop_.post([this, cause = *writer_.abort_cause()] { callbacks_.abort_asked(cause); });
  }
}

}  // namespace wf
