#include "core/engine/repetition_tokens.hpp"

#include <algorithm>
#include <utility>

#include "core/engine/run_writer.hpp"

namespace wf {

RepetitionTokens::RepetitionTokens(Store& store, EventLoop& loop, const RunKey& run,
                                   std::function<void()> changed)
    : store_(store),
      loop_(loop),
      self_{run.project, run.domain, new_uuid7(store.clock())},
      changed_(std::move(changed)) {}

RepetitionTokens::~RepetitionTokens() {
  if (!writer_) return;
  loop_.cancel_timer(renewal_);
  loop_.unwatch(others_->watch());
}

void RepetitionTokens::open() {
  if (writer_) return;
  writer_ = Store::open(store_.path(), Access::read_write, store_.clock());
  others_.emplace(store_.path(), self_.id, "");
  holders_.emplace(*writer_, loop_, self_.id, [this] {
    look_for_dead();
    changed_();
  });
  loop_.watch(others_->watch(), Ready::readable, [this](Ready) { heard(others_->clear_watch()); });
  renew_later();
}

void RepetitionTokens::heard(FileNews news) {
  if (news == FileNews::closed) look_for_dead();
  changed_();
}

void RepetitionTokens::look_for_dead() {
  if (asked_.empty()) return;
  if (has_dead_claim(*writer_)) change([](Database&) {});
  holders_->watch();
}

// Also for what is heard of nobody: who has died on another machine.
void RepetitionTokens::renew_later() {
  renewal_ = loop_.add_timer(TimerClock::boot, timer_now_ns(TimerClock::boot) + k_lease_ns / 4, [this] {
    if (!asked_.empty() || !held_.empty()) change([this](Database&) { note_claimant(*writer_, self_); });
    renew_later();
    changed_();
  });
}

void RepetitionTokens::change(const std::function<void(Database&)>& what) {
  Transaction transaction(writer_->database(), Transaction::Mode::write);
  what(writer_->database());
  hand_out_tokens(*writer_);
  transaction.commit();
  others_->announce();
}

bool RepetitionTokens::take(const NodePath& execution, const PoolNeeds& needs) {
  if (needs.empty() || held_.contains(execution)) return true;
  open();
  auto [place, is_first] = asked_.emplace(needs, execution);
  if (place->second != execution) return false;
  if (is_first)
    change([&](Database&) {
      note_claimant(*writer_, self_);
      ask_for_tokens(*writer_, self_, execution, needs);
    });
  if (!read_held(writer_->database(), self_).contains(execution)) {
    if (is_first) look_for_dead();
    return false;
  }
  asked_.erase(needs);
  held_.insert(execution);
  return true;
}

void RepetitionTokens::give_back(const NodePath& execution) {
  const auto stood = std::erase_if(asked_, [&](const auto& one) { return one.second == execution; });
  if (held_.erase(execution) + stood > 0) leave(execution);
}

void RepetitionTokens::stop_waiting() {
  for (const auto& [needs, execution] : std::exchange(asked_, {})) leave(execution);
}

void RepetitionTokens::leave(const NodePath& execution) {
  change([&](Database& database) {
    leave_tokens(database, self_, execution);
    if (asked_.empty() && held_.empty()) forget_claimant(database, self_);
  });
}

}  // namespace wf
