// What tables hold of each execution of a run, for who asks for one node after the other.
//
// A question costs about as much as some rows in a row: where so many nodes of a run have been asked for that
// all of it would have cost no more, the rest of it is read at once.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/catalog/catalog.hpp"
#include "core/store/database.hpp"

namespace wf {

struct ExecutionEntry {
  std::int64_t element = -1;
  std::string state;
  std::int64_t started_us = 0;
  std::optional<std::int64_t> ended_us;
  std::optional<Uuid> artifact;
};

struct AttemptEntry {
  std::int64_t element = -1;
  std::string executor;
  std::int64_t fence = 0;
  std::optional<std::int64_t> duration_ns;
  std::optional<std::int64_t> exit_code;
  std::optional<std::string> image;
};

class RunRows {
 public:
  explicit RunRows(Database& database) : database_(&database) {}

  // Of one node, by element; those that lie in packs are not among them.
  std::vector<ExecutionEntry> executions(const RunKey& run, const std::string& node);
  // Of elements from `first` to `last` of one node, by element and attempt.
  std::vector<AttemptEntry> attempts(const RunKey& run, const std::string& node, std::int64_t first,
                                     std::int64_t last);

 private:
  // Of one run.
  template <typename Row>
  struct ByNode {
    std::int64_t questions = 0;
    bool is_whole = false;
    std::unordered_map<std::string, std::vector<Row>> rows;  // where it is whole
  };
  template <typename Row>
  using ByRun = std::unordered_map<std::string, ByNode<Row>>;

  // Whether the run is now to be read whole, or is already.
  template <typename Row>
  bool is_whole(const RunKey& run, ByNode<Row>& known, const std::string& query,
                Row (*read)(const Statement&));
  std::int64_t size_of(const RunKey& run);

  Database* database_;
  ByRun<ExecutionEntry> executions_;
  ByRun<AttemptEntry> attempts_;
  std::unordered_map<std::string, std::int64_t> sizes_;  // in executions
};

}  // namespace wf
