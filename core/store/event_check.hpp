// The integrity of the events: every chain, what the store's stream vouches for, and what the rows record.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/store/database.hpp"

namespace wf {

struct EventFinding {
  std::string stream;               // empty: what is missing cannot say which stream it was in
  std::optional<std::int64_t> seq;  // nullopt: the stream as a whole
  std::optional<std::int64_t> pos;  // nullopt: what is not there
  std::string problem;
  std::string about = {};  // another stream that it concerns: the store's stream vouches for those of runs

  std::string object() const;  // "event 12 (stream 'store', seq 3)", "stream 'run:…'"
};

struct EventReport {
  std::int64_t events = 0;
  std::vector<std::string> streams;  // sorted
  std::vector<EventFinding> findings;
};

// Recomputes every chain in the order of arrival, in one snapshot, and compares:
// - pos, which has no gaps; seq, which has none in a stream and grows with pos; every hash;
// - the event of each run that an anchor in the store's stream names, and its last one once it is closed;
// - runs, registrations, labels and the like with the events that each of them must have left behind.
// So a change of any column, and a stream or an end of one that is gone, is found. One thing leaves no trace:
// two events of different streams that exchanged pos, which is no part of their identity. Never stops at the
// first finding. Call outside a transaction.
EventReport verify_events(Database& database);

}  // namespace wf
