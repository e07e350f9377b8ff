#include "core/store/event_log.hpp"

#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::string_view k_magic = "wf-event-1\n";

struct RawEvent {
  std::string_view stream;
  std::int64_t seq;
  std::string_view type;
  std::int64_t at_us;
  std::string_view data;  // canonical
};

// The keys in wfc1's order, put together by hand: a Json value for each event would cost more than its hash.
Digest hash_of(const Digest& previous, const RawEvent& event) {
  std::string text =
      cat(R"({"at":)", event.at_us, R"(,"data":)", event.data, R"(,"seq":)", event.seq, R"(,"stream":)",
          Json(event.stream).canonical(), R"(,"type":)", Json(event.type).canonical(), '}');
  return sha256(cat(k_magic, previous.view(), text));
}

Event read_event(const Statement& row) {
  Event event;
  event.pos = row.integer(0);
  event.stream = row.string(1);
  event.seq = row.integer(2);
  event.type = row.string(3);
  event.at_us = row.integer(4);
  event.data = Json::parse(row.text(5), cat("event ", event.pos));
  event.hash = row.digest(6);
  return event;
}

}  // namespace

std::string domain_stream(std::string_view project, std::string_view domain) {
  return cat(project, '/', domain);
}

std::string run_stream(const Uuid& run) { return "run:" + run.text(); }

Digest event_hash(const Digest& previous, const Event& event) {
  std::string data = event.data.canonical();
  return hash_of(previous, {event.stream, event.seq, event.type, event.at_us, data});
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
  next.hash = hash_of(previous.hash, {stream, next.seq, name, at_us, text});
  writer_
      ->statement("INSERT INTO event (stream, seq, type, at_us, data, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
      .bind(stream, next.seq, name, at_us, text, next.hash)
      .run();
  heads_[stream] = next;
  return next;
}

void read_events(Database& database, std::int64_t since, std::int64_t limit,
                 const std::function<bool(const Event&)>& visit) {
  Statement& rows = database.statement(
      "SELECT pos, stream, seq, type, at_us, data, hash FROM event WHERE pos > ?1 ORDER BY pos LIMIT ?2");
  ResetLater reset(rows);
  rows.bind(since, limit);
  while (rows.step()) {
    if (!visit(read_event(rows))) return;
  }
}

namespace {

struct Anchor {
  std::string run;
  std::int64_t seq;
  std::string hash;
};

// Walks the rows of all streams, each from its first event on, and collects what does not fit.
class ChainCheck {
 public:
  explicit ChainCheck(Database& database) : database_(&database) {}

  std::vector<std::string> run() {
    Statement& rows = database_->statement(
        "SELECT stream, seq, type, at_us, data, hash, pos FROM event ORDER BY stream, seq");
    ResetLater reset(rows);
    rows.bind();
    while (rows.step()) take(rows);
    check_anchors();
    return std::move(problems_);
  }

 private:
  void take(const Statement& row) {
    std::string_view stream = row.text(0);
    if (stream != stream_) start(stream);
    std::int64_t seq = row.integer(1);
    std::string object = cat("event ", row.integer(6), " (stream '", stream, "', seq ", seq, ")");
    if (seq != head_.seq + 1) {
      problems_.push_back(cat(object, ": the event before it should have seq ", seq - 1, " and has ",
                              head_.seq, ": events are missing"));
    }
    Digest stored = row.digest(5);
    if (hash_of(head_.hash, {stream, seq, row.text(2), row.integer(3), row.text(4)}) != stored) {
      problems_.push_back(cat(object, ": its hash does not fit its content and the event before it"));
    }
    head_ = {seq, stored};
    if (stream == k_store_stream) note_anchor(row, object);
  }

  void start(std::string_view stream) {
    stream_ = stream;
    head_ = {};
  }

  void note_anchor(const Statement& row, const std::string& object) {
    if (!row.text(2).starts_with("run.")) return;
    try {
      Json data = Json::parse(row.text(4), object);
      const Json* seq = data.find("seq");
      if (seq != nullptr) {
        anchors_.push_back({data.at("run").as_string(), seq->as_int(), data.at("hash").as_string()});
      }
    } catch (const std::exception& error) {
      problems_.push_back(cat(object, ": unreadable: ", error.what()));
    }
  }

  void check_anchors() {
    Statement& event = database_->statement("SELECT hash FROM event WHERE stream = ?1 AND seq = ?2");
    for (const Anchor& anchor : anchors_) {
      ResetLater reset(event);
      event.bind(cat("run:", anchor.run), anchor.seq);
      if (!event.step()) {
        problems_.push_back(cat("stream 'run:", anchor.run, "': event ", anchor.seq,
                                ", which the store's stream vouches for, is missing"));
      } else if (Digest::parse(anchor.hash) != event.digest(0)) {
        problems_.push_back(cat("stream 'run:", anchor.run, "': event ", anchor.seq,
                                " is not the one that the store's stream vouches for"));
      }
    }
  }

  Database* database_;
  std::string stream_;
  StreamHead head_;
  std::vector<Anchor> anchors_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> verify_events(Database& database) { return ChainCheck(database).run(); }

}  // namespace wf
