#include "executors/local/local_executor.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/text.hpp"
#include "executors/local/codes.hpp"
#include "core/secrets/secrets.hpp"
#include "executors/local/machine.hpp"
#include "executors/local/masked_log.hpp"

namespace wf {

namespace {

constexpr int k_spawn_retries = 8;
constexpr std::int64_t k_first_retry_ns = 20'000'000;  // doubles each time: 5 s in all

// Attempts have groups of their own: a child in ours is a helper of this process.
bool is_helper(pid_t pid) { return ::getpgid(pid) == ::getpgrp(); }

bool has_ended(pid_t pid) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid;
}

// What a process took that no other one of the attempt has waited for.
void add_usage(const ProcessEnd& end, ExitRecord& record) {
  record.cpu_us = record.cpu_us.value_or(0) + end.cpu_us;
  record.max_rss_bytes = std::max(record.max_rss_bytes, end.max_rss_bytes);
}

}  // namespace

struct LocalExecutor::Attempt {
  enum class Phase {
    starting,  // not spawned yet, or refused
    running,
    settling  // the first process has ended; others may not have
  };
  Phase phase = Phase::starting;
  std::string name;
  std::function<void(const ExitRecord&)> ended;
  ExitRecord record;
  std::unique_ptr<SpawnRequest> request;  // while it waits for another try
  Child child;
  std::uint64_t mark = 0;
  std::int64_t started_ns = 0;
  int tries = 0;
  std::int64_t timeout_ns = 0;
  LimitGroup group;
  std::shared_ptr<const GivenSecrets> secrets;  // the mask of the next
  std::vector<std::unique_ptr<MaskedLog>> logs;  // of one with secrets
  TimerId timer;  // the next try, the end of its time, or of the grace
  std::int64_t kill_at_ns = 0;
  std::optional<AttemptSpec> spec;  // of one that is to be in a sandbox
  Confined confined;
};

// A child that is not ours by birth and not known to belong to a running attempt.
struct LocalExecutor::Orphan {
  Child child;
  std::vector<std::uint64_t> suspects;  // the attempts it may belong to; the one it does when that is known
  bool doomed = false;                  // none of them runs any more: it has been killed
};

LocalExecutor::LocalExecutor(EventLoop& loop, const Clock& clock, LocalOptions options)
    : loop_(loop),
      clock_(clock),
      options_(std::move(options)),
      null_(open_file("/dev/null", O_RDWR)),
      isolation_(has_terminal() ? Isolation::session : Isolation::group),
      logs_(loop, clock),
      alive_(std::make_shared<int>(0)) {
  become_subreaper();
  for (pid_t pid : children_.read()) exempt_.insert(pid);
  loop_.on_signal(SIGCHLD, [this](const SignalEvent& event) { on_child_signal(event.sender); });
}

LocalExecutor::~LocalExecutor() {
  loop_.on_signal(SIGCHLD, {});
  for (auto& [id, attempt] : attempts_) {
    loop_.cancel_timer(attempt->timer);
    loop_.unwatch(attempt->child.pidfd.get());
  }
  for (auto& [pid, orphan] : orphans_) loop_.unwatch(orphan->child.pidfd.get());
  while (kill_foreign_children()) {
  }
}

bool LocalExecutor::kill_foreign_children() {
  bool found = false;
  for (pid_t pid : children_.read()) {
    if (exempt_.contains(pid) || is_helper(pid)) continue;
    // What we may not kill (a set-uid program) cannot be waited for either.
    if (!kill_with_group(pid)) continue;
    siginfo_t info{};
    found = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) == 0 || found;
  }
  return found;
}

void LocalExecutor::start(const AttemptSpec& spec, std::function<void(const ExitRecord&)> ended) {
  auto [place, fresh] = attempts_.emplace(spec.id, nullptr);
  if (!fresh) throw Error(codes::k_attempt_id, cat("attempt ", spec.name, " has the id of a running one"));
  place->second = std::make_unique<Attempt>();
  Attempt& attempt = *place->second;
  attempt.name = spec.name;
  attempt.ended = std::move(ended);
  attempt.record.id = spec.id;
  attempt.timeout_ns = spec.timeout_ns;
  attempt.mark = process_mark(options_.run_prefix, next_member_++);
  logs_.begin(spec.id, parent_folder(spec.stdout_path));

  SpawnRequest request;
  request.argv = spec.argv;
  request.environment = spec.environment;
  request.folder = spec.folder;
  request.stdin_fd = null_.get();
  request.stdout_path = spec.stdout_path;
  request.stderr_path = spec.stderr_path;
  request.open_files = options_.open_files;
  request.mark = attempt.mark;
  request.isolation = isolation_;
  request.host_name = spec.host_name;
  try {
    limit(attempt, spec, request);
    if (spec.secrets) hide_secrets(attempt, spec, request);
  } catch (const Error& error) {
    return refuse(attempt, error.message());
  }
  if (spec.sandbox) attempt.spec = spec;
  try_spawn(attempt, std::move(request));
}

// Anew for each try: what was handed over to a child that did not come to be is used up. False: it was refused.
bool LocalExecutor::confine(Attempt& attempt, SpawnRequest& request) {
  try {
    attempt.confined = sandbox_.confine(*attempt.spec, request);
  } catch (const Error& error) {
    refuse(attempt, error.hint().empty() ? error.message() : cat(error.message(), "; ", error.hint()));
    return false;
  }
  const Confined& made = attempt.confined;
  const std::string& why = made.hindrance;
  if (made.watch && why.empty()) return true;
  auto record = std::make_shared<SandboxRecord>();
  record->reached = attempt.spec->sandbox->less_is_enough ? made.reached : SandboxLevel::none;
  record->means = made.means;
  record->hindrance = why;
  attempt.record.sandbox = std::move(record);
  if (attempt.spec->sandbox->less_is_enough) return true;
  refuse(attempt, why);
  return false;
}

MachineResources LocalExecutor::machine() const { return local_machine(options_.scratch_folder); }

std::array<std::string_view, k_resource_count> LocalExecutor::keeps_limits(const Task&) const {
  auto by = [this](Resource resource, std::string_view otherwise) {
    return groups().keeps(resource) ? "cgroup" : otherwise;
  };
  return {by(Resource::cpu, ""), by(Resource::memory, "rlimit"), "", "rlimit"};
}

const LimitGroups& LocalExecutor::groups() const {
  if (!groups_) groups_.emplace(options_.run_prefix);
  return *groups_;
}

// What no group keeps is kept by the process itself, as far as setrlimit(2) can.
void LocalExecutor::limit(Attempt& attempt, const AttemptSpec& spec, SpawnRequest& request) {
  if (spec.limits == ResourceAmounts{}) return;
  const auto& [cpu, memory, gpu, scratch] = spec.limits;
  attempt.group = groups().make(spec.name, spec.limits);
  for (const Fd& door : attempt.group.doors()) request.group_fds.push_back(door.get());
  if (!groups().keeps(Resource::memory)) request.memory_bytes = memory;
  request.file_bytes = scratch;
}

// They stand in its environment, and what it says comes through us.
void LocalExecutor::hide_secrets(Attempt& attempt, const AttemptSpec& spec, SpawnRequest& request) {
  attempt.secrets = spec.secrets;
  const std::vector<std::string>& variables = spec.secrets->environment;
  request.environment.insert(request.environment.end(), variables.begin(), variables.end());
  for (const std::string& path : {spec.stdout_path, spec.stderr_path})
    attempt.logs.push_back(std::make_unique<MaskedLog>(loop_, spec.secrets->mask, path));
  request.stdout_fd = attempt.logs[0]->write_end();
  request.stderr_fd = attempt.logs[1]->write_end();
}

void LocalExecutor::try_spawn(Attempt& attempt, SpawnRequest request) {
  if (request.argv.empty()) return refuse(attempt, "cannot execute nothing: the command is empty");
  attempt.started_ns = clock_.boottime_ns();
  attempt.record.started_us = clock_.wall_us();
  std::optional<SpawnRequest> confined;
  if (attempt.spec && !confine(attempt, confined.emplace(request))) return;
  auto result = spawn(confined ? *confined : request);
  if (attempt.confined.watch) attempt.confined.watch->close_door();
  if (auto* child = std::get_if<Child>(&result)) return spawned(attempt, std::move(*child));
  const auto& failure = std::get<SpawnFailure>(result);
  const bool again = failure.problem() == SpawnProblem::busy && attempt.tries < k_spawn_retries;
  // With nothing of ours running there is nothing whose end would make room.
  if (!again || running_.empty()) {
    attempt.record.start_may_work = failure.problem() == SpawnProblem::busy;
    return refuse(attempt, failure.reason());
  }
  retry_later(attempt, std::move(request));
}

void LocalExecutor::retry_later(Attempt& attempt, SpawnRequest request) {
  const std::int64_t delay = k_first_retry_ns << attempt.tries;
  ++attempt.tries;
  attempt.request = std::make_unique<SpawnRequest>(std::move(request));
  attempt.timer = loop_.add_timer(TimerClock::awake, timer_now_ns(TimerClock::awake) + delay,
                                  [this, &attempt] { try_spawn(attempt, std::move(*attempt.request)); });
}

void LocalExecutor::spawned(Attempt& attempt, Child child) {
  attempt.child = std::move(child);
  attempt.phase = Attempt::Phase::running;
  for (const auto& log : attempt.logs) log->close_write_end();
  running_.emplace(attempt.child.pid, &attempt);
  logs_.opened(attempt.record.id);
  loop_.watch(attempt.child.pidfd.get(), Ready::readable, [this, &attempt](Ready) { on_exit(attempt); });
  if (attempt.timeout_ns == 0) return;
  const std::int64_t end = time_after(TimerClock::awake, attempt.timeout_ns);
  attempt.timer = loop_.add_timer(TimerClock::awake, end, [this, &attempt] { time_out(attempt); });
}

// Whoever was held up himself (stopped, busy) finds timers first: what has ended by then is not late.
void LocalExecutor::time_out(Attempt& attempt) {
  if (has_ended(attempt.child.pid)) return;
  attempt.record.timed_out = true;
  stop(attempt.record.id, k_grace_ns);
}

void LocalExecutor::refuse(Attempt& attempt, std::string reason) {
  attempt.record.start_error = std::move(reason);
  attempt.request.reset();
  attempt.record.ended_us = clock_.wall_us();
  loop_.post([this, alive = std::weak_ptr<int>(alive_), id = attempt.record.id] {
    if (!alive.expired()) deliver(id);
  });
}

ProcessIdentity LocalExecutor::identity(std::uint64_t id) const {
  const auto found = attempts_.find(id);
  if (found == attempts_.end() || found->second->phase != Attempt::Phase::running) return {};
  return {found->second->child.pid, found->second->child.start_ticks};
}

void LocalExecutor::stop(std::uint64_t id, std::int64_t grace_ns) {
  const auto found = attempts_.find(id);
  if (found == attempts_.end()) return;
  Attempt& attempt = *found->second;
  if (attempt.phase == Attempt::Phase::starting) {
    if (!attempt.request) return;  // refused already
    loop_.cancel_timer(attempt.timer);
    return refuse(attempt, "stopped before it could start");
  }
  if (attempt.phase != Attempt::Phase::running) return;
  if (grace_ns <= 0) return signal_attempt(attempt, SIGKILL);
  signal_attempt(attempt, SIGTERM);
  // A task that was suspended must wake up to end itself.
  signal_attempt(attempt, SIGCONT);
  kill_after(attempt, timer_now_ns(TimerClock::awake) + grace_ns);
}

void LocalExecutor::kill_after(Attempt& attempt, std::int64_t deadline_ns) {
  if (attempt.kill_at_ns != 0 && attempt.kill_at_ns <= deadline_ns) return;
  loop_.cancel_timer(attempt.timer);
  attempt.kill_at_ns = deadline_ns;
  attempt.timer =
      loop_.add_timer(TimerClock::awake, deadline_ns, [this, &attempt] { signal_attempt(attempt, SIGKILL); });
}

void LocalExecutor::signal_attempt(Attempt& attempt, int signal) {
  const pid_t group = attempt.child.pid;
  // Collected first: once their parents die they are harder to find.
  std::vector<pid_t> others = descendants_of(group);
  for (pid_t pid : children_.read()) {
    if (running_.contains(pid) || mark_of(pid) != attempt.mark) continue;
    others.push_back(pid);
    for (pid_t below : descendants_of(pid)) others.push_back(below);
  }
  // bubblewrap is two processes, and would take the task with it at once: it is to wait for its end, and for
  // what it took.
  if (attempt.confined.reached == SandboxLevel::full)
    for (pid_t pid : children_of(group)) std::erase(others, pid);
  const bool all = others.empty() || attempt.confined.reached != SandboxLevel::full;
  ::kill(-group, all ? signal : SIGCONT);
  for (pid_t pid : others) {
    if (all && ::getpgid(pid) == group) continue;
    auto pidfd = open_pidfd(pid);
    // Looked at after opening: the number may have passed to another process.
    if (pidfd && mark_of(pid) == attempt.mark) [[maybe_unused]]
      bool sent = send_signal(*pidfd, signal);
  }
}

void LocalExecutor::on_exit(Attempt& attempt) {
  // Before it is reaped: until then its number is its group's and nobody else's.
  ::kill(-attempt.child.pid, SIGKILL);
  const auto end = wait_child(attempt.child, WaitMode::poll);
  if (!end) return;
  loop_.unwatch(attempt.child.pidfd.get());
  loop_.cancel_timer(attempt.timer);
  attempt.child.pidfd.reset();
  running_.erase(attempt.child.pid);
  attempt.phase = Attempt::Phase::settling;
  ExitRecord& record = attempt.record;
  record.exit_code = end->exit_code;
  record.signal = end->signal;
  add_usage(*end, record);
  record.ended_us = clock_.wall_us();
  record.duration_ns = clock_.boottime_ns() - attempt.started_ns;
  record.memory_events = attempt.group.memory_events();
  settling_.push_back(record.id);
  settle();
}

void LocalExecutor::settle() {
  sweep();
  std::vector<std::uint64_t> clean;
  for (std::uint64_t id : settling_) {
    if (!has_orphans(id)) clean.push_back(id);
  }
  for (std::uint64_t id : clean) std::erase(settling_, id);
  for (std::uint64_t id : clean) finish(id);
}

// Nothing of it runs any more.
void LocalExecutor::finish(std::uint64_t id) {
  Attempt& attempt = *attempts_.at(id);
  for (const auto& log : attempt.logs) log->finish();
  if (!attempt.confined.watch) return deliver(id);
  attempt.confined.watch->finish(loop_, [this, id, alive = std::weak_ptr<int>(alive_)](const FileWatch::Findings& findings) {
    if (alive.expired()) return;
    Attempt& over = *attempts_.at(id);
    take_findings(over.confined, findings, over.spec->stderr_path, over.record);
    deliver(id);
  });
}

void LocalExecutor::deliver(std::uint64_t id) {
  const auto found = attempts_.find(id);
  if (found == attempts_.end()) return;
  const std::unique_ptr<Attempt> attempt = std::move(found->second);
  attempts_.erase(found);
  attempt->record.log_times = logs_.end(id);
  attempt->ended(attempt->record);
}

void LocalExecutor::on_child_signal(pid_t pid) {
  if (running_.contains(pid) || orphans_.contains(pid) || exempt_.contains(pid) || is_helper(pid)) return;
  // Whose it was can be seen as long as it is not reaped.
  const std::vector<std::uint64_t> suspects = suspects_of(pid);
  if (auto end = reap_if_ended(pid)) charge(suspects, *end);
}

// Such as what bubblewrap leaves behind, which has waited for the task. What may be of several is nobody's.
void LocalExecutor::charge(const std::vector<std::uint64_t>& suspects, const ProcessEnd& end) {
  const auto found = suspects.size() == 1 ? attempts_.find(suspects.front()) : attempts_.end();
  if (found != attempts_.end()) add_usage(end, found->second->record);
}

void LocalExecutor::sweep() {
  // What dies or is reaped here may leave children to us: look again.
  bool changed = true;
  while (changed) {
    changed = false;
    for (pid_t pid : children_.read()) {
      if (running_.contains(pid) || orphans_.contains(pid) || exempt_.contains(pid)) continue;
      changed = examine(pid) || changed;
    }
  }
  for (auto& [pid, orphan] : orphans_) judge(*orphan);
}

bool LocalExecutor::examine(pid_t pid) {
  if (is_helper(pid)) return false;
  std::vector<std::uint64_t> suspects = suspects_of(pid);
  if (auto end = reap_if_ended(pid)) {
    charge(suspects, *end);
    return true;
  }
  if (suspects.size() == 1 && is_running(suspects.front())) return false;  // its own business
  auto pidfd = open_pidfd(pid);
  if (!pidfd) return true;
  auto orphan = std::make_unique<Orphan>();
  orphan->child.pid = pid;
  orphan->child.pidfd = std::move(*pidfd);
  orphan->suspects = std::move(suspects);
  loop_.watch(orphan->child.pidfd.get(), Ready::readable, [this, pid](Ready) { on_orphan_exit(pid); });
  orphans_.emplace(pid, std::move(orphan));
  return false;
}

std::vector<std::uint64_t> LocalExecutor::suspects_of(pid_t pid) const {
  const std::uint64_t mark = mark_of(pid);
  const pid_t session = ::getsid(pid);
  const pid_t group = ::getpgid(pid);
  const auto name = process_variable(pid, "WF_ATTEMPT");
  for (const auto& [id, attempt] : attempts_) {
    if (attempt->phase == Attempt::Phase::starting) continue;
    const pid_t first = attempt->child.pid;
    if (attempt->mark == mark || first == group || first == session || attempt->name == name) return {id};
  }
  // Of an attempt of this run that is long over.
  if (mark >> 32U == process_mark(options_.run_prefix, 0) >> 32U) return {};
  std::vector<std::uint64_t> suspects;
  const std::int64_t born = process_start_ticks(pid).value_or(0);
  for (const auto& [id, attempt] : attempts_) {
    const bool existed = attempt->phase != Attempt::Phase::starting && attempt->child.start_ticks <= born;
    if (existed) suspects.push_back(id);
  }
  return suspects;
}

bool LocalExecutor::is_running(std::uint64_t id) const {
  const auto found = attempts_.find(id);
  return found != attempts_.end() && found->second->phase == Attempt::Phase::running;
}

void LocalExecutor::judge(Orphan& orphan) {
  const auto runs = [this](std::uint64_t id) { return is_running(id); };
  if (orphan.doomed || std::any_of(orphan.suspects.begin(), orphan.suspects.end(), runs)) return;
  // A set-uid program may be out of reach: then nobody waits for it.
  orphan.doomed = kill_with_group(orphan.child.pid);
}

void LocalExecutor::on_orphan_exit(pid_t pid) {
  const auto found = orphans_.find(pid);
  if (found == orphans_.end()) return;
  const auto end = wait_child(found->second->child, WaitMode::poll);
  if (!end) return;
  charge(found->second->suspects, *end);
  loop_.unwatch(found->second->child.pidfd.get());
  orphans_.erase(found);
  settle();
}

bool LocalExecutor::has_orphans(std::uint64_t id) const {
  return std::any_of(orphans_.begin(), orphans_.end(), [id](const auto& entry) {
    const Orphan& orphan = *entry.second;
    return orphan.doomed &&
           std::find(orphan.suspects.begin(), orphan.suspects.end(), id) != orphan.suspects.end();
  });
}

}  // namespace wf
