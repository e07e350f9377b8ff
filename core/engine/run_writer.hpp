// The SQL of a running run: applies changes inside the caller's write transaction.
#pragma once
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/engine/artifact_writer.hpp"
#include "core/engine/records.hpp"
#include "core/engine/reuse_pack.hpp"
#include "core/store/event_log.hpp"
#include "core/store/store.hpp"

namespace wf {

// How long a driver owns a run without renewing, by the boot clock.
inline constexpr std::int64_t k_lease_ns = 60'000'000'000;

class RunWriter {
 public:
  // `store` belongs to the thread that writes.
  RunWriter(Store& store, RunKey run, std::int64_t fence);

  // Begins a batch: renews the lease and throws Error(k_ownership_lost) when another driver has the run.
  void begin_batch();
  Committed apply(const Change& change);
  // Writes what the batch gathered: attempts that are still running, packs of reuses. Call before commit.
  void end_batch();

  // What was spent since the last call.
  std::vector<Content> take_spent() { return std::exchange(spent_, {}); }

  // Set when somebody asked for an abort, as read at the last begin_batch.
  const std::optional<std::string>& abort_cause() const { return abort_cause_; }

 private:
  Committed apply_one(const AttemptStarted& change);
  Committed apply_one(const AttemptSucceeded& change);
  Committed apply_one(const AttemptFailed& change);
  Committed apply_one(const LostLogsFound& change);
  Committed apply_one(const NodesReused& change);
  Committed apply_one(const NodesRecovered& change);
  Committed apply_one(const OutputsSpent& change);
  Committed apply_one(const NodeWaiting& change);
  Committed apply_one(const NodeFailed& change);
  Committed apply_one(const NodeAborted& change);
  Committed apply_one(const NodeSkipped& change);
  Committed apply_one(const GateOpened& change);
  Committed apply_one(const GateClosed& change);
  Committed apply_one(const GateRecovered& change);
  Committed apply_one(const CaseChosen& change);
  Committed apply_one(const FrameOpened& change);
  Committed apply_one(const FrameClosed& change);
  Committed apply_one(const FrameFailed& change);
  Committed apply_one(const ImagesFound& change);
  Committed apply_one(const TokensAsked& change);
  Committed apply_one(const TokensLeft& change);
  Committed apply_one(const TokensHandedOut& change);
  Committed apply_one(const RunDecided& change);
  Committed apply_one(const LeaseRenewed& change);
  Committed apply_one(const RunEnded& change);

  struct NodeRow {
    NodePath execution;
    std::string_view state;
    std::optional<Lookup> lookup;
    const CacheOffer* offer = nullptr;  // nullptr: the cache was not asked
    std::optional<Uuid> artifact;
    std::optional<std::string> cause;
    std::int64_t started_us = 0;
    std::optional<std::int64_t> ended_us;
    std::optional<Again> again = {};
  };

  // {"node","element"}: how events name an execution.
  static Json execution_json(const NodePath& execution);
  static NodeRow begun_row(const AttemptStarted& started);
  void put_node(const NodeRow& row);
  bool may_have_row(const NodePath& execution) const;
  void add_reuse(const Reuse& reuse, ReusePack& pack, EventType event);
  void take_into_use(const Uuid& artifact, const std::vector<std::string>& outputs,
                     const std::vector<std::string>& temporary_here);
  void forget_unfinished(const NodePath& execution);
  void write_pack(ReusePack& pack, EventType event);
  void insert_started(const AttemptStarted& change);
  void insert_succeeded(const AttemptStarted& started, const AttemptSucceeded& change);
  // What is said of an attempt besides its exit record.
  struct AttemptOutcome {
    std::string_view state;
    Json cause = {};
    std::optional<std::string_view> category = {};
    std::optional<std::int64_t> delay_ns = {};
  };
  bool end_attempt(const NodePath& execution, std::int64_t attempt, const ExitRecord& record,
                   const AttemptLogs& logs, const AttemptOutcome& outcome);
  void end_node(const NodePath& execution, std::string_view state, const std::optional<Uuid>& artifact,
                const Json& cause, std::int64_t ended_us);
  Json count_executions();
  void end_unfinished_nodes(const RunEnded& change, std::int64_t now);
  void note_waiting(const AttemptFailed& change);
  void record_logs(const NodePath& execution, std::int64_t attempt, const AttemptLogs& logs);
  void record_sandbox(const NodePath& execution, std::int64_t attempt, const SandboxNotes& notes);
  void record_report_file(const NodePath& execution, std::int64_t attempt, const ReportFile& file);
  std::optional<Uuid> published(const AttemptSucceeded& change);
  void note_reuse(const Uuid& producer);
  void record_parts(const TaskKey& parts);
  void publish(const AttemptSucceeded& change);
  void withdraw(const AttemptSucceeded& change);
  void append(EventType type, const Json& data);

  Store& store_;
  Database& db_;
  EventWriter events_;
  RunKey run_;
  std::int64_t fence_;
  ArtifactWriter artifacts_;
  std::string stream_;
  std::optional<std::string> abort_cause_;
  std::vector<Content> spent_;
  ReusePack reused_{"reused"};
  ReusePack recovered_{"recovered"};
  std::optional<std::int64_t> last_pack_;     // known once one is written
  std::map<NodePath, AttemptStarted> begun_;  // of this batch, not yet written
  std::set<NodePath> retried_;                // by this driver
  std::set<Uuid> known_producers_;
  std::unordered_set<Digest, DigestHash> known_parts_;
};

// The values of an artifact's outputs, by name; for reuse and resume.
std::vector<OutputValue> read_artifact(Database& database, const Scope& scope, const Uuid& artifact);

}  // namespace wf
