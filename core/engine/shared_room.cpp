#include "core/engine/shared_room.hpp"

#include <utility>

#include "core/base/environment.hpp"
#include "core/base/error.hpp"

namespace wf {

bool is_inside_attempt() { return environment("WF_ATTEMPT").has_value(); }

SharedRoom::SharedRoom(std::string store_path, EventLoop& loop, std::function<void()> changed)
    : store_path_(std::move(store_path)), loop_(loop), changed_(std::move(changed)) {}

SharedRoom::~SharedRoom() {
  if (hears_) loop_.unwatch(room_->watch());
  loop_.cancel_timer(timer_);
}

// It is watched before it is asked: what is given back meanwhile is heard of.
MachineRoom& SharedRoom::room() {
  if (room_) return *room_;
  room_.emplace(store_path_);
  try {
    loop_.watch(room_->watch(), Ready::readable, [this](Ready) {
      room_->clear_watch();
      changed_();
    });
    hears_ = true;
  } catch (const Error&) {
    // The user's watches are used up by others.
  }
  return *room_;
}

std::optional<GpuSet> SharedRoom::take(const ResourceAmounts& requests, const ResourceAmounts& total,
                                       const std::function<GpuSet(const GpuSet& elsewhere)>& choose) {
  auto given = room().take(requests, total, choose);
  if (!given && !hears_) look_later();
  return given;
}

void SharedRoom::look_later() {
  constexpr std::int64_t k_interval_ns = 250'000'000;
  loop_.cancel_timer(timer_);
  timer_ = loop_.add_timer(TimerClock::awake, timer_now_ns(TimerClock::awake) + k_interval_ns, changed_);
}

void SharedRoom::give_back(const ResourceAmounts& requests, const GpuSet& gpus) {
  if (room_) room_->give_back(requests, gpus);
}

void SharedRoom::stop_waiting() {
  if (room_) room_->stop_waiting();
}

}  // namespace wf
