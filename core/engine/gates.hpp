// Gates of a run, as the store has them: what waits, and what it was told.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/records.hpp"
#include "core/store/event_log.hpp"

namespace wf {

struct GateRow {
  std::string node;  // its path
  std::string kind;  // approve, signal, sleep
  std::string message;
  std::string type;
  std::int64_t opened_us = 0;
  std::optional<std::int64_t> due_us;
  std::optional<GateAnswer> answer;
};

// By path. Of all gates of a run, those that have let it go on too.
std::vector<GateRow> read_gates(Database& database, const RunKey& run);
std::optional<GateRow> find_gate(Database& database, const RunKey& run, const std::string& node);
// Whether nobody is waited for any more: it was answered, or its time is over.
bool is_over(const GateRow& gate, std::int64_t now_us);

// The gates that were passed and committed, with what was given; null where nothing was.
std::map<std::string, Json> read_passed_gates(Database& database, const RunKey& run);

// Tells a gate of a running run what it waits for: whether it is approved, or a value as text or JSON. `who`
// says it. Throws Error(k_no_gate) where none is open, Error(k_gate_answered) when it was told already,
// Error(k_bad_signal) for what does not fit.
struct Signal {
  std::string gate;
  std::optional<std::string> value;
  bool rejected = false;
  std::string note;
  std::string who;
};
GateRow answer_gate(Store& store, const RunKey& run, const Signal& signal);
// The same of one that is known to be open, inside a write transaction; `events` are those of its database.
void record_answer(EventWriter& events, const RunKey& run, const std::string& gate, const GateAnswer& answer);

// Of one that was answered: "approved by ada: looks good", "given 0.9 by ada".
std::string answer_text(const GateRow& gate);

}  // namespace wf
