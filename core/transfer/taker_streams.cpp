// Streams of events: those of runs have one name everywhere, all others are kept under that of their store.
#include "core/base/text.hpp"
#include "core/store/codes.hpp"
#include "core/transfer/survey.hpp"
#include "core/transfer/taker.hpp"

namespace wf::transfer {

namespace {

// That a store has merged another one is no news by itself: two that merge each other would never come to an
// end.
bool has_news(Database& database, const std::string& stream, std::int64_t after) {
  Statement& row =
      database.statement("SELECT 1 FROM event WHERE stream = ?1 AND seq > ?2 AND type <> ?3 LIMIT 1");
  row.bind(stream, after, event_type_name(EventType::stream_merged));
  return row_of(row, [](const Statement&) { return true; }).has_value();
}

}  // namespace

void Taker::take_streams() {
  take_run_streams();
  if (origin_ == Origin::store) take_other_streams();
}

void Taker::take_run_streams() {
  Statement& rows = source().statement("SELECT DISTINCT run FROM take_run WHERE fresh ORDER BY run");
  rows.bind();
  for (const Uuid& run : rows_of(rows, [](const Statement& row) { return row.uuid(0); }))
    take_stream(run_stream(run), run_stream(run), {});
}

void Taker::take_other_streams() {
  Statement& rows = source().statement(
      "SELECT DISTINCT stream FROM event WHERE substr(stream, 1, 4) <> 'run:' ORDER BY stream");
  rows.bind();
  for (const std::string& there : rows_of(rows, [](const Statement& row) { return row.string(0); })) {
    StreamOrigin origin = stream_origin(there);
    Uuid store = origin.store.value_or(from_.id());
    bool is_own = store == to_.id();
    std::string here = is_own ? std::string(origin.name) : merged_stream(store, origin.name);
    StreamMatch match = match_streams(source(), there, target(), here);
    if (match.state == StreamState::known) continue;
    if (!is_own && match.state != StreamState::differs) {
      if (has_news(source(), there, match.here.seq)) take_stream(there, here, match.here);
    } else {
      transfer_.conflicts.push_back({"stream", merged_stream(store, origin.name),
                                     cat("event ", match.here.seq, ' ', match.here.hash.short_hex()),
                                     cat("event ", match.there.seq, ' ', match.there.hash.short_hex())});
    }
  }
}

// The events after `from`, each held against its hash.
void Taker::take_stream(const std::string& there, const std::string& here, const StreamHead& from) {
  Statement& rows = source().statement(
      "SELECT seq, type, at_us, data, hash FROM event WHERE stream = ?1 AND seq > ?2 ORDER BY seq");
  ResetLater reset(rows);
  rows.bind(there, from.seq);
  Statement& insert = target().statement(
      "INSERT INTO event (stream, seq, type, at_us, data, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  StreamHead head = from;
  while (rows.step()) {
    Digest hash = rows.digest(4);
    bool follows =
        rows.integer(0) == head.seq + 1 &&
        event_hash(head.hash, {there, rows.integer(0), rows.text(1), rows.integer(2), rows.text(3)}) == hash;
    if (!follows) {
      throw Error(codes::k_store_corrupt,
                  cat("the stream '", there, "' of the store '", from_.path(), "' is damaged at event ",
                      rows.integer(0)),
                  cat("'wf event verify --store ", from_.path(), "' says more"));
    }
    insert.bind(here, rows.integer(0), rows.text(1), rows.integer(2), rows.text(3), hash).run();
    head = {rows.integer(0), hash};
    add("event");
  }
  if (head.seq > from.seq)
    notes_.note_stream(here, head, origin_ == Origin::store ? std::optional(from_.id()) : std::nullopt);
}

}  // namespace wf::transfer
