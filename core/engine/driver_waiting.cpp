// Results that somebody else is making: another run, or this one under an equal key.
#include <algorithm>
#include <utility>

#include "core/base/text.hpp"
#include "core/engine/driver.hpp"
#include "core/engine/run_writer.hpp"

namespace wf {

namespace {
constexpr std::int64_t k_no_lease = INT64_MAX;
}

// False when the execution has to wait. A refresh takes no result of others and waits for none.
bool Driver::reserve(const Taken& taken, const CacheOffer& offer) {
  std::optional<Reservations::Holder> holder = reservations_.take(offer.key);
  if (holder && !watching_ && offer.lookup != Lookup::refresh) {
    watch_others();
    holder = reservations_.take(offer.key);  // it may have been released before anybody watched
  }
  auto behind = awaited_.find(offer.key);
  if (!holder && behind != awaited_.end()) set_holder(behind->second, reservations_.own());
  if (!holder || offer.lookup == Lookup::refresh || overdue_.contains(offer.key)) return true;
  wait_for(taken, offer.key, *holder);
  return false;
}

// What they release, and their ends.
void Driver::watch_others() {
  if (watching_) return;
  const int descriptor = reservations_.watch();
  watching_ = true;
  with_.loop.watch(descriptor, Ready::readable, [this](Ready) {
    guard([this] {
      bool ended = reservations_.clear_watch() == FileNews::closed;
      look_at_waiting();
      look_for_tokens();
      if (ended) look_for_dead();
    });
  });
}

void Driver::wait_for(const Taken& taken, const Digest& key, const Reservations::Holder& holder) {
  // As with all that is ready: the inputs are put together again later.
  if (!taken.node.plan().mapped) taken.node.frame->unbind(taken.node.node);
  return_tokens(taken.path());  // whoever makes it may need them
  Awaited& awaited = awaited_[key];
  set_holder(awaited, holder);
  awaited.waiting.push_back({taken, next_turn_++});
  ++summary_.progress.waiting;
  NodePath execution = taken.path();
  if (holder.run == run_.key.id && !noted_twins_.insert(noted_as(tries_, execution)).second) return;
  note_waiting(execution, holder);
}

void Driver::note_waiting(const NodePath& execution, const Reservations::Holder& holder) {
  const bool is_own = holder.run == run_.key.id;
  CommitQueue::Done done;
  if (!is_own && told_.insert(holder.pid).second)
    done = [=, this](const Committed&) { tell_waiting(execution, holder); };
  commits_->push(NodeWaiting{execution, holder.run}, CommitQueue::Urgency::normal, std::move(done));
  if (!is_own) watch_leases();
}

// Who makes it now that another has failed or died over it, for those that wait already.
void Driver::set_holder(Awaited& awaited, const Reservations::Holder& holder) {
  if (std::exchange(awaited.holder, holder) == holder) return;
  for (const Waiting& one : awaited.waiting) note_waiting(one.taken.path(), holder);
}

void Driver::tell_waiting(const NodePath& execution, const Reservations::Holder& holder) {
  std::string process = holder.pid > 0 ? cat("process ", holder.pid) : "a process in another container";
  std::string whom = holder.run ? cat("run ", holder.run->text(), " (", process, ")") : process;
  whom += ", which is making the same result";
  with_.observer.on_news({NodeNews::Kind::waiting, execution, 0, 0, whom}, summary_.progress);
}

// Of those that wait for one result the first goes on when it is free: only one of them could make it. The
// others follow when it was made, or one by one as each fails; or another run was faster.
void Driver::look_at_waiting() {
  go_on([this](const Digest& key, Awaited& awaited) {
    std::optional<Reservations::Holder> holder = reservations_.holder(key, awaited.holder);
    if (holder) set_holder(awaited, *holder);
    // No slot is free: from now on it waits for its turn, and not for that other run.
    const bool was_told = awaited.holder.run && awaited.holder.run != run_.key.id;
    if (!holder && was_told && !has_slot())
      commits_->push(NodeWaiting{awaited.waiting.front().taken.path()}, CommitQueue::Urgency::normal);
    return holder ? 0 : 1;
  });
  pump();
  finish_if_done();
}

void Driver::look_at_leases() {
  std::int64_t now = with_.store.clock().boottime_ns();
  go_on([now, leases = leases_of_holders(), this](const Digest& key, Awaited& awaited) {
    bool overdue = awaited.holder.run && leases.at(*awaited.holder.run) < now;
    if (overdue) overdue_.insert(key);
    return overdue ? awaited.waiting.size() : 0;
  });
  pump();
  finish_if_done();
}

// The first so many of those that wait for each result.
void Driver::go_on(const std::function<std::size_t(const Digest&, Awaited&)>& how_many) {
  std::vector<Waiting> ready;
  each_awaited([&](const Digest& key, Awaited& awaited) {
    auto end = awaited.waiting.begin() + static_cast<std::ptrdiff_t>(how_many(key, awaited));
    ready.insert(ready.end(), awaited.waiting.begin(), end);
    awaited.waiting.erase(awaited.waiting.begin(), end);
  });
  put_back(std::move(ready));
}

// The visit may take away some of those that wait.
void Driver::each_awaited(const std::function<void(const Digest&, Awaited&)>& visit) {
  for (auto one = awaited_.begin(); one != awaited_.end();) {
    visit(one->first, one->second);
    one = one->second.waiting.empty() ? awaited_.erase(one) : std::next(one);
  }
}

// The result is there.
void Driver::go_on_with(const Digest& key) {
  auto found = awaited_.find(key);
  if (found == awaited_.end()) return;
  std::vector<Waiting> ready(found->second.waiting.begin(), found->second.waiting.end());
  awaited_.erase(found);
  put_back(std::move(ready));
}

// In their old order and before all else.
void Driver::put_back(std::vector<Waiting> waiting) {
  std::sort(waiting.begin(), waiting.end(),
            [](const Waiting& a, const Waiting& b) { return a.turn < b.turn; });
  std::vector<Taken> ready;
  for (const Waiting& one : waiting) ready.push_back(one.taken);
  summary_.progress.waiting -= static_cast<std::int64_t>(ready.size());
  put_back(std::span<const Taken>(ready));
}

void Driver::forget_waiting(const std::function<bool(const Taken&)>& chosen) {
  each_awaited([&](const Digest&, Awaited& awaited) {
    summary_.progress.waiting -= static_cast<std::int64_t>(
        std::erase_if(awaited.waiting, [&](const Waiting& one) { return chosen(one.taken); }));
  });
}

// The kernel tells when a holder releases or dies, but not that it is stopped. Past its lease nobody waits
// for it: the result is made again, and whichever is committed first counts for both.
void Driver::watch_leases() {
  if (watching_leases_) return;
  std::int64_t first = k_no_lease;
  for (const auto& [run, lease] : leases_of_holders()) first = std::min(first, lease);
  if (first == k_no_lease) return;
  watching_leases_ = true;
  with_.loop.add_timer(TimerClock::boot, first + 1, [this] {
    watching_leases_ = false;
    guard([this] {
      look_at_leases();
      watch_leases();
    });
  });
}

// When the lease of each run waited for ends, by the boot clock.
std::map<Uuid, std::int64_t> Driver::leases_of_holders() {
  std::map<Uuid, std::int64_t> leases;
  for (const auto& [key, awaited] : awaited_) {
    const std::optional<Uuid>& run = awaited.holder.run;
    if (!run || !leases.emplace(*run, k_no_lease).second || *run == run_.key.id) continue;
    RunKey holder{run_.key.project, run_.key.domain, *run};
    if (auto row = load_run(with_.store.database(), holder)) leases[*run] = row->lease_ns;
  }
  return leases;
}

void Driver::release(const std::optional<Digest>& key) {
  if (!key) return;
  reservations_.release(*key);
  announce_later();
}

void Driver::announce_later() {
  if (std::exchange(announcing_, true)) return;
  with_.loop.post([this] {
    announcing_ = false;
    guard([this] { reservations_.announce(); });
  });
}

}  // namespace wf
