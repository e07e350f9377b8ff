// Tokens of pools, which other runs use as well, and the turn of the run itself. Who waits takes no slot. Of those that
// need the same the first alone stands in line: so one run does not fill it.
#include <algorithm>
#include <utility>

#include "core/base/text.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/driver.hpp"
#include "core/engine/pools.hpp"

namespace wf {

PoolNeeds Driver::pools_of(const Taken& taken) const {
  if (with_.alone) return {};
  const PlanNode& plan = taken.node.plan();
  return pool_needs(*plan.node, *plan.task->task);
}

// Whether it has what it needs; else it waits for that, or has failed since it never will.
bool Driver::has_tokens(const Taken& taken, const PoolNeeds& needs) {
  if (needs.empty() || tokens_of_.contains(taken.path())) return true;
  std::string missing = missing_tokens(with_.store.database(), needs);
  if (missing.empty())
    wait_for_tokens(taken, needs);
  else
    fail_execution(taken.node, taken.element, codes::k_beyond_pool, missing);
  return false;
}

// What is ready beside it in a map needs as much.
void Driver::wait_for_tokens(const Taken& taken, const PoolNeeds& needs) {
  --taken.node.state().active;
  ReadyRange range{taken.node, taken.element, taken.element + 1};
  bool joins = !ready_.empty() && ready_.front().node == range.node && ready_.front().next == range.end;
  if (joins) {
    range.end = ready_.front().end;
    ready_.pop_front();
  }
  return_tokens(range);  // or it would wait for what one behind it has
  watch_others();
  PoolLine& line = lines_[needs];
  line.waiting.push_back(range);
  ask_first(needs, line);
}

void Driver::ask_first(const PoolNeeds& needs, PoolLine& line) {
  if (line.asked || line.waiting.empty()) return;
  const NodePath execution = line.waiting.front().node.path(line.waiting.front().next);
  line.asked = execution;
  line.question = ++questions_;
  line.stands = false;
  ++summary_.progress.waiting;
  push_result(TokensAsked{execution, needs}, CommitQueue::Urgency::urgent, [this, execution, needs, question = line.question] {
    announce_later();  // somebody else may have got what a dead driver had
    auto known = lines_.find(needs);
    auto waits = [&] { return known != lines_.end() && known->second.asked && known->second.question == question; };
    // A claim of before, which it is about to leave, is none of this.
    if (waits()) known->second.stands = true;
    look_for_tokens();
    known = lines_.find(needs);
    if (!waits()) return;
    look_for_dead();
    tell({NodeNews::Kind::waiting, execution, 0, 0, needs_text(needs)});
  });
}

// What was asked for may be there, or will never be.
void Driver::look_for_tokens() {
  if (stopping_) return;
  if (!begun_ && has_turn()) begin();
  if (lines_.empty()) return;
  const std::set<NodePath> held = read_held(with_.store.database(), run_.key);
  std::vector<PoolNeeds> all;
  for (const auto& [needs, line] : lines_) all.push_back(needs);
  bool found = false;
  for (const PoolNeeds& needs : all) {
    auto line = lines_.find(needs);
    if (line != lines_.end()) found = let_go_on(needs, line->second, held) || found;
  }
  std::erase_if(lines_, [](const auto& line) { return line.second.waiting.empty(); });
  if (!found) return;
  pump();
  finish_if_done();
}

// The first of a line goes on when it has its tokens, or to fail; then the next one asks.
bool Driver::let_go_on(const PoolNeeds& needs, PoolLine& line, const std::set<NodePath>& held) {
  if (!line.asked || !line.stands) return false;
  const bool has = held.contains(*line.asked);
  if (!has && missing_tokens(with_.store.database(), needs).empty()) return false;
  ReadyRange& first = line.waiting.front();
  ReadyRange range{first.node, first.next, first.next + 1};
  if (++first.next == first.end) line.waiting.pop_front();
  const NodePath execution = stop_asking(line);
  if (has)
    tokens_of_.insert(execution);
  else
    leave_line(execution);
  ready_.push_front(range);
  ask_first(needs, line);
  return true;
}

NodePath Driver::stop_asking(PoolLine& line) {
  --summary_.progress.waiting;
  return *std::exchange(line.asked, {});
}

void Driver::look_for_dead() {
  if (has_dead_claim(with_.store))
    hand_out();
  else if (!begun_ || !lines_.empty())
    holders_.watch();
}

// To whom it may concern.
void Driver::hand_out() {
  bool waits = !begun_ || !lines_.empty();
  if (!waits || stopping_) return;
  push_result(TokensHandedOut{}, CommitQueue::Urgency::urgent, [this] {
    announce_later();
    look_for_tokens();
    holders_.watch();
  });
}

// For one that has some: it has ended, or does not begin after all.
void Driver::return_tokens(const NodePath& execution) {
  if (tokens_of_.erase(execution) > 0) leave_line(execution);
}

// Of the executions in a range, of which none runs.
void Driver::return_tokens(const ReadyRange& range) {
  std::vector<NodePath> found;
  const std::string node = tokens_of_.empty() ? "" : range.node.path().node;
  for (const NodePath& execution : tokens_of_) {
    bool inside = execution.node == node && execution.element >= range.next && execution.element < range.end;
    if (inside) found.push_back(execution);
  }
  for (const NodePath& execution : found) return_tokens(execution);
}

void Driver::leave_line(const NodePath& execution) {
  push_result(TokensLeft{execution}, CommitQueue::Urgency::urgent, [this] { announce_later(); });
}

// Some of those that waited may have been taken out.
void Driver::mend_lines() {
  for (auto& [needs, line] : lines_) {
    bool stands = !line.waiting.empty() && line.asked == line.waiting.front().node.path(line.waiting.front().next);
    if (!line.asked || stands) continue;
    leave_line(stop_asking(line));
    ask_first(needs, line);
  }
  std::erase_if(lines_, [](const auto& line) { return line.second.waiting.empty(); });
}

// Whether the run may begin, beside others of its workflow.
bool Driver::has_turn() {
  if (with_.alone || !root_.plan().workflow->concurrency) return true;
  return read_held(with_.store.database(), run_.key).contains(run_itself());
}

void Driver::begin() {
  begun_ = true;
  watch_run();
  release(root_, root_.first_nodes());
  pump();
  finish_if_done();
}

// One that is resumed stands in no line any more.
void Driver::wait_for_turn() {
  watch_others();
  TokensAsked asked{run_itself(), {{run_pool(run_.key, run_.workflow), 1}}, root_.plan().workflow->concurrency->limit};
  push_result(std::move(asked), CommitQueue::Urgency::urgent, [this] {
    look_for_tokens();
    look_for_dead();
    if (!begun_ && !stopping_) tell({NodeNews::Kind::waiting, run_itself(), 0, 0, cat("other runs of ", run_.workflow)});
  });
}

}  // namespace wf
