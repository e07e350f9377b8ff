#include "core/transfer/survey.hpp"

#include <map>
#include <set>

#include "core/base/text.hpp"

namespace wf::transfer {

namespace {

struct FoundRun {
  RunKey key;
  bool ended = false;
};

std::vector<FoundRun> all_runs(Database& from) {
  Statement& rows =
      from.statement("SELECT project, domain, id, state <> 'running' FROM run ORDER BY id, project, domain");
  rows.bind();
  return rows_of(rows, [](const Statement& row) {
    return FoundRun{{row.string(0), row.string(1), row.uuid(2)}, row.integer(3) != 0};
  });
}

bool has_event(Database& database, const std::string& stream, const StreamHead& head) {
  Statement& row = database.statement("SELECT hash FROM event WHERE stream = ?1 AND seq = ?2");
  row.bind(stream, head.seq);
  auto hash = row_of(row, [](const Statement& one) { return one.digest(0); });
  return hash && *hash == head.hash;
}

std::string run_name(const RunKey& key) { return cat(key.project, '/', key.domain, '/', key.id.text()); }
std::string event_name(const StreamHead& head) { return cat("event ", head.seq, ' ', head.hash.short_hex()); }

class Survey {
 public:
  Survey(Database& from, Database& to, Transfer& transfer) : from_(from), to_(to), transfer_(transfer) {}

  std::vector<PickedRun> run() {
    std::vector<PickedRun> picked;
    for (const FoundRun& run : all_runs(from_)) look_at(run, picked);
    leave_dependent(picked);
    std::erase_if(picked, [&](const PickedRun& one) { return left_.contains(one.key); });
    return picked;
  }

 private:
  void look_at(const FoundRun& run, std::vector<PickedRun>& picked) {
    std::string stream = run_stream(run.key.id);
    StreamMatch match = match_streams(from_, stream, to_, stream);
    if (match.state == StreamState::known) {
      picked.push_back({run.key, false});
    } else if (match.state == StreamState::absent && run.ended) {
      picked.push_back({run.key, true});
    } else if (match.state == StreamState::absent) {
      leave(run.key, "it has not ended: wait for it there, or 'wf abort' it, and merge again");
    } else {
      left_.insert(run.key);
      transfer_.conflicts.push_back(
          {"run", run_name(run.key), event_name(match.here), event_name(match.there)});
    }
  }

  void leave(const RunKey& key, std::string reason) {
    left_.insert(key);
    transfer_.left_out.push_back({key, std::move(reason)});
  }

  void leave_dependent(const std::vector<PickedRun>& picked) {
    if (left_.empty()) return;
    std::map<RunKey, std::vector<RunKey>> over;
    for (const PickedRun& one : picked) {
      if (!one.fresh) continue;
      for (const RunKey& under : runs_under(from_, one.key)) over[under].push_back(one.key);
    }
    std::vector<RunKey> rest(left_.begin(), left_.end());
    while (!rest.empty()) {
      RunKey under = std::move(rest.back());
      rest.pop_back();
      for (const RunKey& one : over[under]) {
        if (left_.contains(one)) continue;
        leave(one, cat("it rests on run ", under.id.tail(), ", which stays"));
        rest.push_back(one);
      }
    }
  }

  Database& from_;
  Database& to_;
  Transfer& transfer_;
  std::set<RunKey> left_;
};

}  // namespace

StreamMatch match_streams(Database& from, const std::string& there, Database& to, const std::string& here) {
  StreamMatch match{StreamState::absent, EventWriter(to).head(here), EventWriter(from).head(there)};
  if (match.there.seq <= match.here.seq)
    match.state =
        match.there.seq == 0 || has_event(to, here, match.there) ? StreamState::known : StreamState::differs;
  else if (match.here.seq > 0)
    match.state = has_event(from, there, match.here) ? StreamState::longer : StreamState::differs;
  return match;
}

std::vector<PickedRun> survey_runs(Database& from, Database& to, Transfer& transfer) {
  return Survey(from, to, transfer).run();
}

}  // namespace wf::transfer
