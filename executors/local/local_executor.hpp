// Attempts as processes of this machine.
//
// An attempt is a process group of its own, and a session where this process has a terminal. It has ended
// when its first process has; then its group is killed, and so is what left the group: the driver is a
// subreaper, so orphans become its children, and each is attributed by the mark it inherited, its group or
// session, or WF_ATTEMPT in its environment. An orphan without any of these dies when every attempt that can
// have started it has ended.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/event_loop.hpp"
#include "core/base/process.hpp"
#include "core/engine/executor.hpp"
#include "executors/local/limit_groups.hpp"
#include "executors/local/log_watch.hpp"
#include "executors/local/sandbox.hpp"

namespace wf {

struct LocalOptions {
  // What the names of all attempts of this run begin with; kill_strays("WF_ATTEMPT", run_prefix) of a later
  // driver finds them by it.
  std::string run_prefix = "wf-";
  std::string scratch_folder = "/tmp";  // where the folders of attempts are
  std::int64_t open_files = 0;  // soft RLIMIT_NOFILE of attempts; 0: as the driver has it
};

class LocalExecutor final : public Executor {
 public:
  // Makes this process a subreaper. Children that exist already are left alone. `loop` and `clock` must
  // outlive it; SIGCHLD should be blocked (SignalBlock), so that orphans are reaped as they end.
  LocalExecutor(EventLoop& loop, const Clock& clock, LocalOptions options);
  LocalExecutor(const LocalExecutor&) = delete;
  LocalExecutor& operator=(const LocalExecutor&) = delete;
  // Kills what still runs, without calling `ended`.
  ~LocalExecutor() override;

  MachineResources machine() const override;
  std::string_view kind(const Task&) const override { return "local"; }
  std::array<std::string_view, k_resource_count> keeps_limits(const Task& task) const override;
  void start(const AttemptSpec& spec, std::function<void(const ExitRecord&)> ended) override;
  ProcessIdentity identity(std::uint64_t id) const override;
  void stop(std::uint64_t id, std::int64_t grace_ns) override;

  // Children of this process that somebody else waits for: never taken for orphans. Needed for children of
  // spawn() alone, which have groups of their own; one in our group is always left alone.
  void exempt(pid_t pid) { exempt_.insert(pid); }
  void end_exemption(pid_t pid) { exempt_.erase(pid); }

 private:
  struct Attempt;
  struct Orphan;

  const LimitGroups& groups() const;
  void limit(Attempt& attempt, const AttemptSpec& spec, SpawnRequest& request);
  void hide_secrets(Attempt& attempt, const AttemptSpec& spec, SpawnRequest& request);
  bool confine(Attempt& attempt, SpawnRequest& request);
  void try_spawn(Attempt& attempt, SpawnRequest request);
  void retry_later(Attempt& attempt, SpawnRequest request);
  void spawned(Attempt& attempt, Child child);
  void time_out(Attempt& attempt);
  void refuse(Attempt& attempt, std::string reason);
  void kill_after(Attempt& attempt, std::int64_t deadline_ns);
  void signal_attempt(Attempt& attempt, int signal);
  void on_exit(Attempt& attempt);
  void settle();
  void finish(std::uint64_t id);
  void deliver(std::uint64_t id);
  bool is_running(std::uint64_t id) const;

  void on_child_signal(pid_t pid);
  void sweep();
  bool examine(pid_t pid);
  std::vector<std::uint64_t> suspects_of(pid_t pid) const;
  void judge(Orphan& orphan);
  void on_orphan_exit(pid_t pid);
  void charge(const std::vector<std::uint64_t>& suspects, const ProcessEnd& end);
  bool has_orphans(std::uint64_t id) const;
  bool kill_foreign_children();

  EventLoop& loop_;
  const Clock& clock_;
  LocalOptions options_;
  Fd null_;
  Isolation isolation_;
  ChildrenOfSelf children_;
  mutable std::optional<LimitGroups> groups_;  // once an attempt is limited
  SandboxMaker sandbox_;
  LogWatch logs_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Attempt>> attempts_;
  std::unordered_map<pid_t, Attempt*> running_;  // by the pid of the first process
  std::vector<std::uint64_t> settling_;
  std::unordered_map<pid_t, std::unique_ptr<Orphan>> orphans_;
  std::unordered_set<pid_t> exempt_;
  std::uint32_t next_member_ = 1;
  std::shared_ptr<int> alive_;  // posted work looks whether the executor still exists
};

}  // namespace wf
