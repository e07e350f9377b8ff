// The node executions of one run as the store has them, with the results they made or were given and what is
// known of their cache keys.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog/key_parts.hpp"
#include "core/catalog/run_lookup.hpp"

namespace wf {

// An artifact with where it came from.
struct Result {
  Uuid artifact;
  RunKey run;
  NodePath path;
  std::string workflow;
  std::string task;
  Digest version;
  std::optional<Digest> key;  // nullopt: not cached
  std::int64_t created_us = 0;
};

// Whether there is a result: "succeeded", "reused" or "recovered".
bool has_result(std::string_view state);

struct ExecutionRow {
  NodePath path;
  std::string state;
  std::string lookup;  // what the cache answered: hit, miss, gone, broken, elsewhere, refresh, off; empty: it
                       // was not asked
  std::string again;   // why a result of the run that is recovered was not taken over; empty: there was none
  std::optional<Json> cause;
  std::int64_t started_us = 0;
  std::optional<Digest> key;
  std::optional<StoredParts> parts;  // of what has no result
  std::optional<Result> result;

  bool done() const { return has_result(state); }
};

// By node and element.
std::vector<ExecutionRow> read_executions(Database& database, const RunKey& run);

// What the keys of executions were made of. What the executions of a task share is read once.
class PartsReader {
 public:
  // `scope` is a run of the project and domain.
  PartsReader(Database& database, RunKey scope) : database_(&database), scope_(std::move(scope)) {}

  // nullopt for what is not kept.
  std::optional<KeyParts> of(const ExecutionRow& execution);
  std::optional<KeyParts> of(const Digest& key);
  std::optional<StoredParts> stored(const Digest& key);
  const KeyParts& shared(const Digest& digest);  // without the inputs
  // What has this digest, where the store has it not yet.
  void add_shared(const Digest& digest, std::string_view text);

 private:
  KeyParts readable(const StoredParts& stored);

  Database* database_;
  RunKey scope_;
  std::map<Digest, KeyParts> shared_;
};

std::optional<Result> find_result(Database& database, const RunKey& scope, const Uuid& artifact);

// The newest results of a task that are under a cache key, at most `limit`: not of `run`, and not made much
// later than `until_us`.
std::vector<Result> newest_results(Database& database, const RunKey& run, const std::string& workflow,
                                   const std::string& task, std::int64_t until_us, std::int64_t limit);

}  // namespace wf
