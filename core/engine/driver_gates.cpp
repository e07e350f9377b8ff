// Nodes that wait: they take no slot, and end when they are told to, or when their time is over.
#include <algorithm>
#include <utility>

#include "core/base/text.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/driver.hpp"
#include "core/engine/gates.hpp"
#include "core/engine/run_writer.hpp"
#include "core/engine/sleep.hpp"

namespace wf {

namespace {

std::string waits_for(const Gate& gate, const Json& value, const RunKey& run, const NodePath& at) {
  std::string answer = cat(" (wf signal ", run.id.tail(), " ", at.node);
  if (gate.kind == Gate::Kind::approve) return cat("waits to be approved", answer, "): ", value.as_string());
  if (gate.kind == Gate::Kind::signal) return cat("waits for a value", answer, " --value …): ", gate.type->text());
  return cat("sleeps for ", value_to_text(Type(Kind::duration), value));
}

}  // namespace

void Driver::open_gate(const Taken& taken) {
  const Node& node = *taken.node.plan().node;
  const Gate& gate = *node.gate;
  NodePath execution = taken.path();
  Json value;
  try {
    value = taken.node.frame->gate_value(taken.node.node);
  } catch (const Error& error) {
    if (error.code().exit != Exit::run_failed) throw;
    return fail_execution(taken.node, taken.element, error.code(), with_hint(error));
  }
  std::optional<std::int64_t> length_ns = gate.timeout_ns;
  if (gate.kind == Gate::Kind::sleep) {
    std::int64_t sleep_ns = std::max<std::int64_t>(value.as_int(), 0);
    length_ns = std::min(sleep_ns, length_ns.value_or(sleep_ns));
  }
  std::int64_t now = with_.store.clock().wall_us();
  GateOpened opened;
  opened.execution = execution;
  opened.kind = k_gate_names.at(static_cast<std::size_t>(gate.kind));
  if (gate.kind == Gate::Kind::approve) opened.message = value.as_string();
  if (gate.type) opened.type = gate.type->text();
  if (length_ns) opened.due_us = now + *length_ns / 1000;
  if (with_.answer_gate) answer_at_once(node, now, opened);
  std::string text = waits_for(gate, value, run_.key, execution);
  opened.cause = make_cause(codes::k_gate_open, text, execution);
  opened.again = again_of(execution);
  // Nobody hears of it before it is in the store, and an earlier driver may have opened it.
  push_result(std::move(opened), CommitQueue::Urgency::urgent, [this, taken, text] {
    if (stopping_) return end_waiting(taken.path(), why_stopping_);
    if (is_called_off(taken.node)) return drop_gate(taken);
    if (!with_.answer_gate) tell_gate(taken.path(), text);
    gates_.emplace(taken.path().node, taken);
    look_at_gates_later(0);  // once for all that this batch opened
  });
}

// One that was open, and that nobody waits for any more.
void Driver::drop_gate(const Taken& taken) {
  --taken.node.state().active;
  end_waiting(taken.path(), why_called_off(taken.node));
  drop({taken.node, taken.element, taken.element + 1});
}

// A stub waits for nobody, and does not sleep.
void Driver::answer_at_once(const Node& node, std::int64_t now_us, GateOpened& opened) {
  GateSignal signal = with_.answer_gate(node);
  if (node.gate->kind == Gate::Kind::sleep || signal.kind == GateSignal::Kind::too_late) {
    opened.due_us = now_us;
    return;
  }
  std::string word = node.gate->kind == Gate::Kind::signal ? "given" : "approved";
  if (signal.kind == GateSignal::Kind::rejected) word = "rejected";
  opened.answer = GateAnswer{std::move(word), std::move(signal.value), std::move(signal.note), now_us, "a stub"};
}

// With what was given, which is its only output, if it has any.
void Driver::pass(const Taken& taken, const Json& value) {
  std::vector<OutputValue> outputs;
  for (const Port& port : *taken.node.plan().outputs) outputs.push_back({port.name, port.type, value});
  finish_execution(taken.node, taken.element, outputs);
}

// Unless it was told something while there was no driver.
void Driver::tell_gate(const NodePath& execution, const std::string& text) {
  const auto gate = find_gate(with_.store.database(), run_.key, execution.node);
  if (gate && is_over(*gate, with_.store.clock().wall_us())) return;
  with_.observer.on_news({NodeNews::Kind::gate, execution, 0, 0, text}, summary_.progress);
}

// Those that were told something, and those whose time is over.
void Driver::look_at_gates() {
  if (gates_.empty() || stopping_) return;
  std::int64_t now = with_.store.clock().wall_us();
  std::int64_t next = INT64_MAX;
  for (const GateRow& row : read_gates(with_.store.database(), run_.key)) {
    auto open = gates_.find(row.node);
    if (open == gates_.end()) continue;
    if (!is_over(row, now)) {
      next = std::min(next, row.due_us.value_or(INT64_MAX));
      continue;
    }
    close_gate(gates_.extract(open).mapped(), row);
  }
  if (next != INT64_MAX) look_at_gates_later(next - now);
}

// One timer for the first that is due.
void Driver::look_at_gates_later(std::int64_t in_us) {
  if (gate_timer_) with_.loop.cancel_timer(*gate_timer_);
  std::int64_t at = timer_now_ns(TimerClock::boot) + in_us * 1000 + 1;
  gate_timer_ = with_.loop.add_timer(TimerClock::boot, at, [this] {
    gate_timer_.reset();
    guard([this] { look_at_gates(); });
  });
}

// Why a gate that nobody answered has failed when its time is over; nullopt for one that has slept enough.
std::optional<std::string> Driver::why_late(const Taken& taken) const {
  const Node& node = *taken.node.plan().node;
  const Gate& gate = *node.gate;
  if (gate.kind != Gate::Kind::sleep) return "nobody answered in time";
  if (with_.answer_gate) {
    bool late = with_.answer_gate(node).kind == GateSignal::Kind::too_late;
    return late ? std::optional<std::string>("its timeout is over before it has slept") : std::nullopt;
  }
  return why_too_long(gate, taken.node.frame->gate_value(taken.node.node));
}

void Driver::close_gate(const Taken& taken, const GateRow& row) {
  NodePath execution = taken.path();
  bool rejected = row.answer && row.answer->word == "rejected";
  std::optional<std::string> late = row.answer ? std::nullopt : why_late(taken);
  if (rejected || late) {
    Json cause = rejected ? make_cause(codes::k_gate_rejected, answer_text(row), execution)
                          : make_cause(codes::k_gate_timeout, *late, execution);
    note_failure(taken.node, {execution, cause});
    tell(NodeNews::Kind::failed, execution, 0, 0);
    return push_result(GateClosed{execution, GateClosed::State::failed, std::move(cause)}, urgency(),
                       [this, node = taken.node] { execution_over(node); });
  }
  Json value = row.answer ? row.answer->value : Json();
  std::string text = row.answer ? answer_text(row) : "has slept";
  ++summary_.progress.ran;
  tell(NodeNews::Kind::succeeded, execution, 0, 0);
  if (recovery_) recovery_->note_made(execution.node);
  push_result(GateClosed{execution, GateClosed::State::succeeded, make_cause(codes::k_gate_passed, text, execution)},
              CommitQueue::Urgency::urgent,
              [this, taken, value = std::move(value)] { pass(taken, value); });
}

}  // namespace wf
