// Append-only, hash-chained streams of what happened. Events carry ids and digests, never values, arguments,
// environment or log text.
//
// hash(n) = SHA-256("wf-event-1\n" ‖ hash(n-1) ‖ wfc1 {"at":…,"data":…,"seq":n,"stream":…,"type":…}), hash(0)
// = 32 zeros; seq counts from 1. `at` is microseconds since 1970.
//
// `pos` counts from 1 without a gap, and grows with what becomes visible: there is one writer at a time, it
// takes the number after the newest one, and nothing is ever removed. Whoever has seen event P has seen, or
// could have seen, all up to P, and everything that is committed later comes after it.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/json.hpp"
#include "core/base/uuid.hpp"
#include "core/store/database.hpp"

namespace wf {

inline constexpr std::string_view k_store_stream = "store";
std::string domain_stream(std::string_view project, std::string_view domain);  // "PROJECT/DOMAIN"
std::string run_stream(const Uuid& run);                                       // "run:UUID"
// "wf://STORE/…": a stream of another store that was merged into this one. Those of runs have one name
// everywhere.
std::string merged_stream(const Uuid& store, std::string_view stream);
struct StreamOrigin {
  std::optional<Uuid> store;  // nullopt: it is written here, or it is a run's
  std::string_view name;      // as it was written, and is hashed
};
StreamOrigin stream_origin(std::string_view stream);

// Everything that can happen. schemas/event.v1.json says what the data of each holds.
enum class EventType {
  store_created,
  project_created,
  domain_created,
  version_registered,
  registration_added,
  label_set,
  plan_registered,
  plan_activated,
  plan_deactivated,
  tag_set,
  tag_moved,
  pin_set,
  pin_removed,
  blobs_condemned,
  blobs_freed,
  run_opened,
  run_closed,
  run_started,
  run_claimed,
  run_succeeded,
  run_failed,
  run_aborted,
  node_succeeded,
  node_lost_race,
  node_failed,
  node_aborted,
  nodes_reused,
  nodes_recovered,
  node_waiting,
  node_retried,
  node_skipped,
  node_opened,
  node_closed,
  node_chosen,
  gate_opened,
  gate_answered,
  gate_passed,
  gate_recovered,
  pool_set,
  pool_deleted,
  stream_merged,
};
inline constexpr std::array<std::string_view, 41> k_event_types{
    "store.created", "project.created", "domain.created",  "version.registered", "registration.added",
    "label.set",     "plan.registered", "plan.activated",  "plan.deactivated",   "tag.set",
    "tag.moved",     "pin.set",         "pin.removed",     "blobs.condemned",    "blobs.freed",
    "run.opened",    "run.closed",      "run.started",     "run.claimed",        "run.succeeded",
    "run.failed",    "run.aborted",     "node.succeeded",  "node.lost_race",     "node.failed",
    "node.aborted",  "nodes.reused",    "nodes.recovered", "node.waiting",       "node.retried",
    "node.skipped",  "node.opened",     "node.closed",     "node.chosen",        "gate.opened",
    "gate.answered", "gate.passed",     "gate.recovered",  "pool.set",           "pool.deleted",
    "stream.merged"};
constexpr std::string_view event_type_name(EventType type) {
  return k_event_types[static_cast<std::size_t>(type)];
}

struct Event {
  std::int64_t pos = 0;
  std::string stream;
  std::int64_t seq = 0;
  std::string type;
  std::int64_t at_us = 0;
  Json data;
  Digest hash;
};

struct StreamHead {
  std::int64_t seq = 0;  // 0: the stream is empty
  Digest hash;
};

// Appends inside the caller's write transaction.
class EventWriter {
 public:
  explicit EventWriter(Database& writer) : writer_(&writer) {}
  StreamHead append(const std::string& stream, EventType type, std::int64_t at_us, const Json& data);
  StreamHead head(const std::string& stream);
  Database& database() { return *writer_; }
  // Call after begin_write() where other processes may have appended since: heads are remembered within a
  // transaction.
  void forget_heads() { heads_.clear(); }

 private:
  Database* writer_;
  std::unordered_map<std::string, StreamHead> heads_;
};

// What is hashed; `data` is canonical.
struct EventText {
  std::string_view stream;
  std::int64_t seq;
  std::string_view type;
  std::int64_t at_us;
  std::string_view data;
};
Digest event_hash(const Digest& previous, const EventText& event);

struct EventFilter {
  std::int64_t since = 0;  // events after this pos
  std::int64_t limit = INT64_MAX;
  std::optional<std::string> stream = {};
  std::string type = {};       // how the type begins
  std::int64_t since_seq = 0;  // of a stream: events after this seq of it
};

// In the order of arrival. Nothing of the database is held when it returns.
std::vector<Event> read_events(Database& database, const EventFilter& filter);
std::int64_t newest_pos(Database& database);  // 0: there is no event
std::int64_t newest_seq(Database& database, const std::string& stream);

}  // namespace wf
