#include "core/store/event_check.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <unordered_map>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/store/event_log.hpp"

namespace wf {

namespace {

// Rows that were written together with an event: `sql` gives streams and how many of it each must have.
struct Record {
  EventType type;
  std::string_view sql;
};

#define WF_RUN_STREAM(id)                                              \
  "'run:' || lower(substr(hex(" id "), 1, 8) || '-' || substr(hex(" id \
  "), 9, 4) || '-' || "                                                \
  "substr(hex(" id "), 13, 4) || '-' || substr(hex(" id "), 17, 4) || '-' || substr(hex(" id "), 21))"

// A gate that was passed in another run has its events there.
#define WF_OWN_GATE                                                                                         \
  "NOT EXISTS (SELECT 1 FROM node n WHERE n.project = gate.project AND n.domain = gate.domain AND n.run = " \
  "gate.run AND n.node = gate.node AND n.element = -1 AND n.state = 'recovered')"

constexpr std::array<Record, 25> k_records{{
    {EventType::store_created, "SELECT 'store', count(*) FROM store"},
    {EventType::project_created,
     "SELECT 'store', count(*) FROM project WHERE created_us > (SELECT created_us FROM store)"},
    {EventType::domain_created,
     "SELECT 'store', count(*) FROM domain WHERE created_us > (SELECT created_us FROM store)"},
    {EventType::registration_added,
     "SELECT project || '/' || domain, count(*) FROM registration GROUP BY project, domain"},
    {EventType::label_set, "SELECT project || '/' || domain, count(*) FROM label GROUP BY project, domain"},
    {EventType::plan_registered,
     "SELECT project || '/' || domain, count(*) FROM launch_plan_registration GROUP BY project, domain"},
    {EventType::plan_activated,
     "SELECT project || '/' || domain, count(*) FROM launch_plan_activation WHERE plan IS NOT NULL "
     "GROUP BY project, domain"},
    {EventType::plan_deactivated,
     "SELECT project || '/' || domain, count(*) FROM launch_plan_activation WHERE plan IS NULL "
     "GROUP BY project, domain"},
    {EventType::tag_set,
     "SELECT project || '/' || domain, count(*) FROM tag WHERE created_by IS NOT NULL GROUP BY project, "
     "domain"},
    {EventType::run_started, "SELECT " WF_RUN_STREAM("id") ", 1 FROM run"},
    {EventType::run_claimed, "SELECT " WF_RUN_STREAM("id") ", fence - 1 FROM run"},
    {EventType::node_succeeded, "SELECT " WF_RUN_STREAM("run") ", count(*) FROM artifact GROUP BY run"},
    {EventType::node_failed,
     "SELECT " WF_RUN_STREAM(
         "run") ", count(*) FROM attempt WHERE state = 'failed' AND delay_ns IS NULL GROUP BY run"},
    {EventType::node_retried,
     "SELECT " WF_RUN_STREAM("run") ", count(*) FROM attempt WHERE delay_ns IS NOT NULL GROUP BY run"},
    {EventType::node_failed,
     "SELECT " WF_RUN_STREAM("run") ", count(*) FROM node WHERE state = 'failed' GROUP BY run"},
    {EventType::node_skipped,
     "SELECT " WF_RUN_STREAM("run") ", count(*) FROM node WHERE state = 'skipped' GROUP BY run"},
    {EventType::gate_opened,
     "SELECT " WF_RUN_STREAM("run") ", count(*) FROM gate WHERE " WF_OWN_GATE " GROUP BY run"},
    {EventType::gate_answered,
     "SELECT " WF_RUN_STREAM("run") ", count(*) FROM gate WHERE answer IS NOT NULL AND " WF_OWN_GATE
                                    " GROUP BY run"},
    {EventType::gate_recovered,
     "SELECT " WF_RUN_STREAM("run") ", count(*) FROM node WHERE state = 'recovered' GROUP BY run"},
    {EventType::node_chosen, "SELECT " WF_RUN_STREAM("run") ", count(*) FROM choice GROUP BY run"},
    {EventType::node_opened, "SELECT " WF_RUN_STREAM("run") ", count(*) FROM frame GROUP BY run"},
    {EventType::node_lost_race,
     "SELECT " WF_RUN_STREAM("run") ", count(*) FROM node WHERE state = 'reused' GROUP BY run"},
    {EventType::nodes_reused,
     "SELECT " WF_RUN_STREAM("run") ", count(*) FROM reuse_pack WHERE state = 'reused' GROUP BY run"},
    {EventType::nodes_recovered,
     "SELECT " WF_RUN_STREAM("run") ", count(*) FROM reuse_pack WHERE state = 'recovered' GROUP BY run"},
    {EventType::node_aborted,
     "SELECT " WF_RUN_STREAM("run") ", count(*) FROM attempt WHERE state = 'aborted' GROUP BY run"},
}};

constexpr std::string_view k_runs = "SELECT " WF_RUN_STREAM("id") ", state <> 'running' FROM run";

#undef WF_OWN_GATE
#undef WF_RUN_STREAM

// Where a chain stands. After an event that does not fit, the next may go on from what is stored there or
// from what should be: so one changed event is one finding.
struct Chain {
  std::vector<StreamHead> heads{StreamHead{}};
  std::array<std::int32_t, k_event_types.size()> counts{};

  std::int64_t seq() const { return heads.front().seq; }
};

// What the store's stream says about another one.
struct Anchors {
  bool opened = false;
  std::optional<std::int64_t> closed_at;
};

bool is_anchor(const Statement& row) {
  bool vouches = row.text(3) == event_type_name(EventType::run_opened) ||
                 row.text(3) == event_type_name(EventType::run_closed) ||
                 row.text(3) == event_type_name(EventType::stream_merged);
  return vouches && row.text(1) == k_store_stream;
}

std::string anchored_stream(const Json& data) {
  const Json* stream = data.find("stream");
  return stream != nullptr ? stream->as_string() : cat("run:", data.at("run").as_string());
}

// The stream that an anchor vouches for; "" of other events, and where that cannot be told.
std::string anchored_stream(const Statement& row) try {
  if (!is_anchor(row)) return {};
  return anchored_stream(Json::parse(row.text(5), "an anchor"));
} catch (const std::exception&) {
  return {};
}

bool follows(const StreamHead& head, std::int64_t seq) {
  return head.seq != INT64_MAX && head.seq + 1 == seq;
}

class EventCheck {
 public:
  explicit EventCheck(Database& database) : database_(&database) {}

  EventReport run() {
    Transaction snapshot(*database_, Transaction::Mode::read);
    guarded([&] { check_pages(); });
    // What is said of a stream that could not be read to its end would be wrong.
    if (guarded([&] { walk(); })) {
      guarded([&] { check_runs(); });
      guarded([&] { check_merged(); });
      for (const Record& record : k_records) {
        guarded([&] { check_record(record); });
      }
    }
    for (const auto& [stream, chain] : chains_) report_.streams.push_back(stream);
    std::sort(report_.streams.begin(), report_.streams.end());
    return std::move(report_);
  }

 private:
  bool guarded(const std::function<void()>& part) {
    try {
      part();
      return true;
    } catch (const Error& error) {
      add({}, {}, {}, cat("unreadable after event ", last_pos_, ": ", error.message()));
      return false;
    }
  }

  void add(std::string stream, std::optional<std::int64_t> seq, std::optional<std::int64_t> pos,
           std::string problem, std::string about = {}) {
    report_.findings.push_back({std::move(stream), seq, pos, std::move(problem), std::move(about)});
  }

  // The table with its index: the walk below reads only the table.
  void check_pages() {
    Statement& rows = database_->statement("PRAGMA integrity_check('event')");
    ResetLater reset(rows);
    rows.bind();
    while (rows.step()) {
      if (rows.text(0) != "ok") add({}, {}, {}, rows.string(0));
    }
  }

  void walk() {
    Statement& rows =
        database_->statement("SELECT pos, stream, seq, type, at_us, data, hash FROM event ORDER BY pos");
    ResetLater reset(rows);
    rows.bind();
    while (rows.step()) {
      ++report_.events;
      check_pos(rows);
      check_link(rows);
    }
  }

  void check_pos(const Statement& row) {
    std::int64_t pos = row.integer(0);
    if (pos < 1) {
      add(row.string(1), row.integer(2), pos, "its pos is less than 1");
      return;
    }
    if (pos - last_pos_ == 2) {
      add({}, {}, last_pos_ + 1, "it is missing");
    } else if (pos - last_pos_ > 2) {
      add({}, {}, last_pos_ + 1, cat("it and all up to event ", pos - 1, " are missing"));
    }
    last_pos_ = pos;
  }

  void check_link(const Statement& row) {
    Chain& chain = chains_[row.string(1)];
    std::int64_t seq = row.integer(2);
    std::optional<Digest> stored = Digest::from_bytes(row.bytes(6));
    bool has_place = false;
    bool fits = false;
    for (const StreamHead& head : chain.heads) {
      if (!follows(head, seq)) continue;
      has_place = true;
      fits = fits || hash_of_row(head.hash, row, seq) == stored;
    }
    if (fits) {
      chain.heads.assign(1, {seq, *stored});
    } else {
      note_misfit(chain, row, has_place, stored);
    }
    count(chain, row.text(3));
    if (is_anchor(row)) note_anchor(row);
  }

  void note_misfit(Chain& chain, const Statement& row, bool has_place, const std::optional<Digest>& stored) {
    const StreamHead& before = chain.heads.front();
    StreamHead due{before.seq == INT64_MAX ? before.seq : before.seq + 1, {}};
    due.hash = hash_of_row(before.hash, row, due.seq);
    std::string problem = "its hash does not fit its content and the event before it";
    if (!has_place) {
      problem = cat("seq ", due.seq, " should stand here: events are missing, or not in their order");
    }
    add(row.string(1), row.integer(2), row.integer(0), std::move(problem), anchored_stream(row));
    chain.heads = {{row.integer(2), stored.value_or(due.hash)}, due};
  }

  static Digest hash_of_row(const Digest& previous, const Statement& row, std::int64_t seq) {
    return event_hash(previous, {row.text(1), seq, row.text(3), row.integer(4), row.text(5)});
  }

  static void count(Chain& chain, std::string_view type) {
    auto known = std::find(k_event_types.begin(), k_event_types.end(), type);
    if (known != k_event_types.end()) ++chain.counts[static_cast<std::size_t>(known - k_event_types.begin())];
  }

  void note_anchor(const Statement& row) {
    bool opens = row.text(3) != event_type_name(EventType::run_closed);
    bool closes = row.text(3) != event_type_name(EventType::run_opened);
    try {
      Json data = Json::parse(row.text(5), "an anchor");
      std::string stream = anchored_stream(data);
      std::int64_t seq = data.at("seq").as_int();
      Anchors& anchors = anchors_[stream];
      if (opens) anchors.opened = true;
      if (closes) anchors.closed_at = seq;
      check_anchor(stream, seq, data.at("hash").as_string());
    } catch (const std::exception& error) {
      add(row.string(1), row.integer(2), row.integer(0), cat("unreadable: ", error.what()),
          anchored_stream(row));
    }
  }

  // An anchor arrives after the event it names, in the same transaction.
  void check_anchor(const std::string& stream, std::int64_t seq, const std::string& hash) {
    auto chain = chains_.find(stream);
    if (chain == chains_.end() || chain->second.seq() < seq) {
      add(stream, seq, {}, "the store's stream vouches for it, and it is missing");
    } else if (chain->second.heads.front().hash.hex() != hash) {
      add(stream, seq, {}, "it is not the one that the store's stream vouches for");
    }
  }

  void check_runs() {
    Statement& rows = database_->statement(k_runs);
    ResetLater reset(rows);
    rows.bind();
    while (rows.step()) {
      std::string stream = rows.string(0);
      Anchors anchors = anchors_[stream];
      auto chain = chains_.find(stream);
      if (chain == chains_.end()) add(stream, {}, {}, "it is missing, and its run is there");
      if (!anchors.opened) {
        add(std::string(k_store_stream), {}, {}, cat("it does not vouch for the opening of ", stream),
            stream);
      }
      if (rows.integer(1) != 0 && !anchors.closed_at) {
        add(std::string(k_store_stream), {}, {}, cat("it does not vouch for the end of ", stream), stream);
      }
      if (chain != chains_.end() && anchors.closed_at && chain->second.seq() > *anchors.closed_at) {
        add(stream, *anchors.closed_at + 1, {}, "it stands after the end of the run");
      }
    }
  }

  // Of what other stores wrote, nothing is there but what was merged.
  void check_merged() {
    for (const auto& [stream, chain] : chains_) {
      if (!stream_origin(stream).store) continue;
      std::int64_t vouched = anchors_[stream].closed_at.value_or(0);
      if (chain.seq() > vouched)
        add(stream, vouched + 1, {}, "the store's stream does not say that it was merged");
    }
  }

  void check_record(const Record& record) {
    Statement& rows = database_->statement(record.sql);
    ResetLater reset(rows);
    rows.bind();
    while (rows.step()) {
      auto chain = chains_.find(rows.string(0));
      std::int64_t found =
          chain == chains_.end() ? 0 : chain->second.counts[static_cast<std::size_t>(record.type)];
      if (found >= rows.integer(1)) continue;
      add(rows.string(0), {}, {},
          cat("it should hold ", rows.integer(1), " events ", event_type_name(record.type), ", and holds ",
              found, ": events are missing, or of another type"));
    }
  }

  Database* database_;
  std::int64_t last_pos_ = 0;
  std::unordered_map<std::string, Chain> chains_;
  std::unordered_map<std::string, Anchors> anchors_;
  EventReport report_;
};

}  // namespace

std::string EventFinding::object() const {
  std::string place = stream.empty() ? "" : cat("stream '", stream, '\'');
  if (seq) place += cat(", seq ", *seq);
  if (pos) return cat("event ", *pos, place.empty() ? "" : cat(" (", place, ')'));
  return place.empty() ? "the table of events" : place;
}

EventReport verify_events(Database& database) { return EventCheck(database).run(); }

}  // namespace wf
