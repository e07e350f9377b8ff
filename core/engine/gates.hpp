// Gates of a run, as the store has them: what waits, and what it was told.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/records.hpp"

namespace wf {

struct GateAnswer {
  std::string word;   // approved, rejected, given
  Json value;         // what was given, canonical
  std::string note;
  std::int64_t answered_us = 0;
  std::string answered_by;
};

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

// Of one that was answered: "approved by ada: looks good", "given 0.9 by ada".
std::string answer_text(const GateRow& gate);

}  // namespace wf
