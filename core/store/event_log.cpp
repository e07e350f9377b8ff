#include "core/store/event_log.hpp"

#include "core/base/text.hpp"
#include "core/store/codes.hpp"

namespace wf {

namespace {

constexpr std::string_view k_magic = "wf-event-1\n";
constexpr std::string_view k_merged = "wf://";

Event read_event(const Statement& row) try {
  Event event;
  event.pos = row.integer(0);
  event.stream = row.string(1);
  event.seq = row.integer(2);
  event.type = row.string(3);
  event.at_us = row.integer(4);
  event.data = Json::parse(row.text(5), "its data");
  event.hash = row.digest(6);
  return event;
} catch (const Error& error) {
  throw Error(codes::k_store_corrupt, cat("event ", row.integer(0), " is damaged: ", error.message()),
              "run 'wf event verify'");
}

}  // namespace

std::string domain_stream(std::string_view project, std::string_view domain) {
  return cat(project, '/', domain);
}

std::string run_stream(const Uuid& run) { return "run:" + run.text(); }

std::string merged_stream(const Uuid& store, std::string_view stream) {
  return cat(k_merged, store.text(), '/', stream);
}

StreamOrigin stream_origin(std::string_view stream) {
  constexpr std::size_t k_id = 36;  // characters of a UUID
  StreamOrigin own{std::nullopt, stream};
  if (!stream.starts_with(k_merged) || stream.size() <= k_merged.size() + k_id) return own;
  std::string_view rest = stream.substr(k_merged.size());
  std::optional<Uuid> store = Uuid::parse(rest.substr(0, k_id));
  return store && rest[k_id] == '/' ? StreamOrigin{store, rest.substr(k_id + 1)} : own;
}

// The keys in wfc1's order, put together by hand: a Json value for each event would cost more than its hash.
Digest event_hash(const Digest& previous, const EventText& event) {
  std::string text =
      cat(R"({"at":)", event.at_us, R"(,"data":)", event.data, R"(,"seq":)", event.seq, R"(,"stream":)",
          Json(stream_origin(event.stream).name).canonical(), R"(,"type":)", Json(event.type).canonical(),
          '}');
  return sha256(cat(k_magic, previous.view(), text));
}

StreamHead EventWriter::head(const std::string& stream) {
  auto known = heads_.find(stream);
  if (known != heads_.end()) return known->second;
  Statement& newest =
      writer_->statement("SELECT seq, hash FROM event WHERE stream = ?1 ORDER BY seq DESC LIMIT 1");
  ResetLater reset(newest);
  StreamHead head;
  if (newest.bind(stream).step()) head = {newest.integer(0), newest.digest(1)};
  heads_.emplace(stream, head);
  return head;
}

StreamHead EventWriter::append(const std::string& stream, EventType type, std::int64_t at_us,
                               const Json& data) {
  StreamHead previous = head(stream);
  std::string text = data.canonical();
  std::string_view name = event_type_name(type);
  StreamHead next{previous.seq + 1, {}};
  next.hash = event_hash(previous.hash, {stream, next.seq, name, at_us, text});
  writer_
      ->statement("INSERT INTO event (stream, seq, type, at_us, data, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
      .bind(stream, next.seq, name, at_us, text, next.hash)
      .run();
  heads_[stream] = next;
  return next;
}

std::vector<Event> read_events(Database& database, const EventFilter& filter) {
  // A stream's own index has its events alone, and in the same order.
  Statement& rows = database.statement(
      filter.stream
          ? "SELECT pos, stream, seq, type, at_us, data, hash FROM event WHERE pos > ?1 "
            "AND substr(type, 1, length(?2)) = ?2 AND stream = ?4 AND seq > ?5 ORDER BY seq LIMIT ?3"
          : "SELECT pos, stream, seq, type, at_us, data, hash FROM event WHERE pos > ?1 "
            "AND substr(type, 1, length(?2)) = ?2 ORDER BY pos LIMIT ?3");
  filter.stream ? rows.bind(filter.since, filter.type, filter.limit, *filter.stream, filter.since_seq)
                : rows.bind(filter.since, filter.type, filter.limit);
  return rows_of(rows, read_event);
}

std::int64_t newest_pos(Database& database) {
  Statement& row = database.statement("SELECT coalesce(max(pos), 0) FROM event");
  ResetLater reset(row);
  return row.bind().step() ? row.integer(0) : 0;
}

std::int64_t newest_seq(Database& database, const std::string& stream) {
  Statement& row = database.statement("SELECT coalesce(max(seq), 0) FROM event WHERE stream = ?1");
  ResetLater reset(row);
  return row.bind(stream).step() ? row.integer(0) : 0;
}

}  // namespace wf
