// Runs executions of a run once more, elsewhere and in another order, and compares what they give with what the record
// has of them. Nothing of it is recorded.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/event_loop.hpp"
#include "core/engine/attempt_folder.hpp"
#include "core/engine/content_difference.hpp"
#include "core/engine/executor.hpp"
#include "core/engine/replay.hpp"
#include "core/engine/staging.hpp"

namespace wf {

struct Repeated {
  NodePath path;
  std::string failure;  // why it gave nothing this time; else empty
  struct Output {
    std::string name;
    ContentDifference difference;
  };
  std::vector<Output> differences;  // of the outputs that differ
  bool same() const { return failure.empty() && differences.empty(); }
};

struct RepetitionResources {
  Store& store;         // has the run; is only read
  Store& scratch;       // takes what is made
  EventLoop& loop;
  Executor& executor;
  std::string folder;   // for the working folders; must be there
  std::vector<std::string> wrapper;  // what each command is handed to, such as a program that changes the host name
  std::int64_t parallelism = 1;
};

class Repetition {
 public:
  // All must outlive it.
  Repetition(const RepetitionResources& with, const RunKey& run);

  // Those whose results the record has, of the run or of one node or execution; the last one first. Throws
  // Error(k_no_execution) when there is none.
  std::vector<NodePath> choose(const std::optional<NodePath>& only) const;
  // In the order of `paths`. Runs the loop until all have ended, or it was stopped: then those that have.
  std::vector<Repeated> run(const std::vector<NodePath>& paths);

 private:
  struct Attempt {
    NodePath path;
    const Task* task = nullptr;
    std::string folder;
  };

  void start_some();
  void start(const NodePath& path);
  void ended(const Attempt& attempt, const ExitRecord& record);
  void compare(const Attempt& attempt, Repeated& repeated);

  RepetitionResources with_;
  Replay replay_;
  AttemptFolders folders_;
  StagedInputs staged_;
  std::map<NodePath, Uuid> committed_;
  std::deque<NodePath> waiting_;
  std::int64_t running_ = 0;
  std::uint64_t next_id_ = 1;
  std::map<NodePath, Repeated> found_;
};

}  // namespace wf
