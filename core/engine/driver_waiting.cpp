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
  if (!holder || offer.lookup == Lookup::refresh || overdue_.contains(offer.key)) return true;
  if (!watching_) {
    watching_ = true;
    with_.loop.watch(reservations_.watch(), Ready::readable, [this](Ready) {
      guard([this] {
        reservations_.clear_watch();
        look_at_waiting([this](const Waiting& one) { return reservations_.is_free(one.key); });
      });
    });
    holder = reservations_.take(offer.key);  // it may have been released before anybody watched
    if (!holder) return true;
  }
  wait_for(taken, offer.key, *holder);
  return false;
}

void Driver::wait_for(const Taken& taken, const Digest& key, const Reservations::Holder& holder) {
  // As with all that is ready: the inputs are put together again later.
  if (!taken.node.plan().mapped) taken.node.frame->unbind(taken.node.node);
  waiting_.push_back({taken, key, holder});
  if (holder.run == run_.key.id) return;
  NodePath execution = taken.path();
  CommitQueue::Done done;
  if (told_.insert(holder.pid).second)
    done = [=, this](const Committed&) { tell_waiting(execution, holder); };
  commits_->push(NodeWaiting{execution, holder.run}, CommitQueue::Urgency::normal, std::move(done));
  watch_leases();
}

void Driver::tell_waiting(const NodePath& execution, const Reservations::Holder& holder) {
  std::string process = holder.pid > 0 ? cat("process ", holder.pid) : "a process in another container";
  std::string whom = holder.run ? cat("run ", holder.run->text(), " (", process, ")") : process;
  summary_.progress.waiting = static_cast<std::int64_t>(waiting_.size());
  with_.observer.on_news({NodeNews::Kind::waiting, execution, 0, 0, whom}, summary_.progress);
}

// Those that need not wait any more are ready again, in their old order and before all else.
void Driver::look_at_waiting(const std::function<bool(const Waiting&)>& goes_on) {
  std::vector<Taken> ready;
  std::erase_if(waiting_, [&](const Waiting& one) {
    bool go = goes_on(one);
    if (go) ready.push_back(one.taken);
    return go;
  });
  put_back(ready);
  pump();
  finish_if_done();
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
      std::int64_t now = with_.store.clock().boottime_ns();
      look_at_waiting([now, leases = leases_of_holders(), this](const Waiting& one) {
        bool overdue = one.holder.run && leases.at(*one.holder.run) < now;
        if (overdue) overdue_.insert(one.key);
        return overdue;
      });
      watch_leases();
    });
  });
}

// When the lease of each run waited for ends, by the boot clock.
std::map<Uuid, std::int64_t> Driver::leases_of_holders() {
  std::map<Uuid, std::int64_t> leases;
  for (const Waiting& one : waiting_) {
    if (!one.holder.run || !leases.emplace(*one.holder.run, k_no_lease).second) continue;
    if (*one.holder.run == run_.key.id) continue;
    RunKey key{run_.key.project, run_.key.domain, *one.holder.run};
    if (auto run = load_run(with_.store.database(), key)) leases[key.id] = run->lease_ns;
  }
  return leases;
}

void Driver::release(const std::optional<Digest>& key) {
  if (!key) return;
  reservations_.release(*key);
  if (std::exchange(announcing_, true)) return;
  with_.loop.post([this] {
    announcing_ = false;
    guard([this] { reservations_.announce(); });
  });
}

}  // namespace wf
