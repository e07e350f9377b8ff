// Executions that have begun and have no attempt now. What they are recorded to wait for was true when they
// began to; this is what holds at a later moment.
#pragma once
#include <cstdint>
#include <map>
#include <optional>

#include "core/base/json.hpp"
#include "core/catalog/run_lookup.hpp"
#include "core/store/database.hpp"

namespace wf {

struct Pause {
  std::optional<Json>
      cause;  // the end of its back-off, an answer, or that it has one; nullopt: it would go on now
  std::int64_t since_us = 0;  // of one that would go on: since when
  bool lost = false;          // its attempt was, with a driver
};

// Of a run that has not ended. The back-off of an earlier driver is over: a resumed run waits for none.
std::map<NodePath, Pause> read_pauses(Database& database, const RunKey& run, std::int64_t now_us);

// "approved by ada: looks good", "given 0.9 by ada"; the value is null where none was given.
std::string gate_answer_text(std::string_view word, std::string_view type, const Json& value,
                             std::string_view who, std::string_view note);

}  // namespace wf
