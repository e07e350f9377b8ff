// Listens to the files that a sandboxed attempt opens, on a thread of its own: what holds that up holds up nobody else.
#pragma once
#include <functional>
#include <memory>

#include "core/base/event_loop.hpp"
#include "executors/local/access_judge.hpp"

namespace wf {

class FileWatch {
 public:
  // What it has found; `stage` and `exited` as AccessJudge has them.
  struct Findings {
    SandboxRecord record;
    TaskStage stage = TaskStage::begun;
    bool exited = false;
  };

  // Throws Error when there is no thread or descriptor to be had.
  explicit FileWatch(AccessJudge judge);
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;
  // Nobody listens any more; `done` is not called.
  ~FileWatch();

  // Confinement::door.
  int door() const { return door_.get(); }
  // The attempt was spawned, or was not: nobody else comes in.
  void close_door();
  // Nothing of the attempt runs any more. `done` is called once from the loop, when all it did has been judged.
  void finish(EventLoop& loop, std::function<void(const Findings&)> done);

 private:
  struct State;
  std::shared_ptr<State> state_;  // the thread's as well
  Fd door_;
};

}  // namespace wf
