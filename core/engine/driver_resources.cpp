// What attempts have of the machine, and executions that wait for it: they take no slot, and the first of them is not
// overtaken for ever.
#include <algorithm>
#include <utility>

#include "core/base/text.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/driver.hpp"

namespace wf {

namespace {

// So many attempts may take what the first that waits for room could have had, before all others wait for it.
constexpr std::int64_t k_most_overtaking = 32;

}  // namespace

// Most runs ask nothing of it, and do not look at the machine.
Capacity& Driver::capacity() {
  if (!capacity_) capacity_.emplace(capacity_of(with_.executor.machine(), run_.settings.capacity));
  return *capacity_;
}

Needs Driver::needs_of(const Taken& taken) {
  const PlanNode& plan = taken.node.plan();
  if (!plan.node->attempts && !plan.task->task->attempts) return {};
  auto tries = tries_.find(taken.path());
  std::int64_t further = tries == tries_.end() ? 0 : tries->second.spent.at(static_cast<std::size_t>(FailureCategory::user));
  return wf::needs_of(*plan.node, *plan.task->task, further, capacity().total());
}

// Whether there is room for the attempt; else it waits for that, or has failed since there never will be.
bool Driver::has_room(const Taken& taken, const Needs& needs) {
  if (needs.requests == ResourceAmounts{}) return true;
  if (!capacity().can_ever_have(needs.requests)) {
    fail_execution(taken.node, taken.element, codes::k_beyond_machine, capacity().refusal(needs.requests));
    return false;
  }
  if (machine_is_full_) {
    wait_for_room(taken);
    return false;
  }
  bool overtakes = hinders_first(needs.requests);
  if (capacity().has(needs.requests) && !(overtakes && overtaking_ >= k_most_overtaking)) {
    if (overtakes) ++overtaking_;
    return true;
  }
  wait_for_room(taken);
  return false;
}

// Whether it would take of what the first that waits for room lacks.
bool Driver::hinders_first(const ResourceAmounts& requests) {
  if (roomless_.empty()) return false;
  return competes(needs_of({roomless_.front().node, roomless_.front().next}).requests, requests,
                  capacity().free());
}

void Driver::note_wait_for_room(const Taken& taken) {
  NodePath execution = taken.path();
  if (!noted_room_.emplace(noted_as(tries_, execution), machine_is_full_).second) return;
  Json room = Json::object();
  room.add("requests", amounts_json(needs_of(taken).requests)).add("of", machine_is_full_ ? "others" : "run");
  push_result(NodeWaiting{std::move(execution), {}, std::move(room)}, CommitQueue::Urgency::normal);
}

// What is ready beside it in a map needs as much.
void Driver::wait_for_room(const Taken& taken) {
  note_wait_for_room(taken);
  --taken.node.state().active;
  ReadyRange range{taken.node, taken.element, taken.element + 1};
  bool joins = !ready_.empty() && ready_.front().node == range.node && ready_.front().next == range.end;
  if (joins) {
    range.end = ready_.front().end;
    ready_.pop_front();
  }
  roomless_.push_back(range);
}

// In the order in which they came, those that there is room for now.
void Driver::look_for_room() {
  if (machine_is_full_) return;
  std::deque<ReadyRange> waiting = std::exchange(roomless_, {});
  std::vector<ReadyRange> found;
  ResourceAmounts taken{};
  for (const ReadyRange& range : waiting) {
    ResourceAmounts sum = needs_of({range.node, range.next}).requests;
    for (std::size_t i = 0; i < k_resource_count; ++i) sum.at(i) += taken.at(i);
    bool may_overtake = overtaking_ < k_most_overtaking || !hinders_first(sum);
    if (!may_overtake || !capacity().has(sum)) {
      roomless_.push_back(range);
      continue;
    }
    if (roomless_.empty()) overtaking_ = 0;
    taken = sum;
    found.push_back(range);
  }
  ready_.insert(ready_.begin(), found.begin(), found.end());
}

// False: other runs have it, and the attempt waits for them, and everything behind it. What waits has no
// tokens of pools.
bool Driver::take_room(const Taken& taken, const Needs& needs, GpuSet& gpus) {
  if (needs.requests == ResourceAmounts{}) return true;
  auto choose = [&](const GpuSet& elsewhere) { return capacity().choose_gpus(needs.requests, elsewhere); };
  bool shares = !with_.alone && !is_inside_attempt();
  auto given = shares ? machine_room_.take(needs.requests, capacity().total(), choose) : choose({});
  if (given) {
    gpus = *given;
    capacity().take(needs.requests, gpus);
    return true;
  }
  machine_is_full_ = true;
  if (!std::exchange(told_of_room_, true))
    tell({NodeNews::Kind::waiting, taken.path(), 0, 0, "room that other runs have"});
  return_tokens(taken.path());
  wait_for_room(taken);
  return false;
}

void Driver::look_at_machine() {
  if (!std::exchange(machine_is_full_, false)) return;
  look_for_room();
  pump();
  finish_if_done();
}

void Driver::stop_waiting_for_machine() {
  machine_is_full_ = false;
  machine_room_.stop_waiting();
}

void Driver::leave_room(Attempt& attempt) {
  if (attempt.needs.requests == ResourceAmounts{}) return;
  const GpuSet gpus = std::exchange(attempt.gpus, {});
  capacity().give_back(attempt.needs.requests, gpus);
  machine_room_.give_back(attempt.needs.requests, gpus);
  attempt.needs.requests = {};
  machine_is_full_ = false;
  look_for_room();
}

Json Driver::resources_json(const Attempt& attempt) const {
  if (!attempt.needs.any()) return {};
  Json kept_by = Json::object();
  const auto keeps = with_.executor.keeps_limits(*attempt.node.plan().task->task);
  for (std::size_t i = 0; i < k_resource_count; ++i) {
    if (attempt.needs.limits.at(i) == 0) continue;
    kept_by.add(std::string(k_resource_names.at(i)), keeps.at(i).empty() ? Json() : Json(keeps.at(i)));
  }
  Json gpus = Json::array();
  for (const std::string& gpu : capacity_->names_of(attempt.gpus)) gpus.push(gpu);
  Json json = Json::object();
  json.add("requests", amounts_json(attempt.needs.requests)).add("limits", amounts_json(attempt.needs.limits));
  return json.add("gpus", std::move(gpus)).add("kept_by", std::move(kept_by));
}

}  // namespace wf
