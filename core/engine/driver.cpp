// Scheduling: which execution is next, and when the run has ended. Attempts are in driver_attempts.cpp.
#include "core/engine/driver.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/run_writer.hpp"

namespace wf {

namespace {
constexpr std::int64_t k_renewal_ns = k_lease_ns / 4;
constexpr std::int64_t k_grace_ns = 10'000'000'000;  // from SIGTERM to SIGKILL
// Executions handled in one go before the loop looks for signals and ended attempts again: some 150 ms of
// reuses. Each go reads one snapshot of the store, and the first reads of a new one are slow.
constexpr int k_pump_limit = 16384;
// Descriptors that are not for attempts, each of which takes one: the store's, the loop's, a folder's that is
// emptied, a file's that is read in.
constexpr std::int64_t k_own_descriptors = 48;

std::int64_t slots_for(std::int64_t parallelism) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  auto room = static_cast<std::int64_t>(std::min<rlim_t>(limit.rlim_cur, INT32_MAX)) - k_own_descriptors;
  return std::clamp<std::int64_t>(parallelism, 1, std::max<std::int64_t>(room, 1));
}
}  // namespace

Driver::Driver(DriverResources resources, const Workflow& workflow, const RunRecord& run, const Claim& claim)
    : with_(resources),
      workflow_(workflow),
      run_(run),
      claim_(claim),
      plan_(make_plan(workflow, host_platform())),
      nodes_(plan_.nodes.size()),
      values_(plan_, read_run_inputs(resources.store.database(), run.key)),
      run_folder_([&] {
        std::string folder = cat(resources.store.runs_folder(), '/', run.key.id.text());
        make_folders(folder);
        return folder;
      }()),
      folders_(run_folder_),
      staged_(run_folder_, resources.store.blobs()),
      cache_(resources.store, scope_of(run.key), run.settings.cache, run.settings.verify),
      slots_(slots_for(run.settings.parallelism)),
      reservations_(resources.store.path(), run.key.id, cat(run.key.project, '/', run.key.domain)),
      incomplete_(plan_.nodes.size()),
      commits_(std::make_unique<CommitQueue>(
          resources.writer_store, run.key, claim.fence, run.workflow, run.version, resources.loop,
          CommitQueue::Callbacks{[this](std::exception_ptr error) { give_up(std::move(error)); },
                                 [this](const std::string& cause) { abort(cause, Haste::orderly); }})),
      workers_(2) {
  for (NodeIndex i = 0; i < nodes_.size(); ++i) nodes_[i].waiting = plan_.nodes[i].predecessors;
}

Driver::~Driver() {
  if (watching_) with_.loop.unwatch(reservations_.watch());
}

RunSummary Driver::run() {
  guard([this] {
    load_progress();
    renew_lease_later();
    const bool decided = stopping_;
    for (NodeIndex i = 0; i < nodes_.size() && !decided; ++i) {
      if (plan_.nodes[i].predecessors == 0) release(i);
    }
    pump();
    finish_if_done();
  });
  with_.loop.run();
  if (fatal_) std::rethrow_exception(fatal_);
  if (summary_.state == RunState::succeeded)
    folders_.remove_all();  // all of it is in the store; what a failure left is needed to look into it
  else
    folders_.remove_spares();
  return std::move(summary_);
}

// What earlier drivers of this run committed, and how many attempts they made. A failure that one of them
// committed has decided the run: nothing more is started.
void Driver::load_progress() {
  if (claim_.fence == 1) return;
  std::unordered_map<std::string_view, NodeIndex> by_name;
  for (NodeIndex i = 0; i < plan_.nodes.size(); ++i) by_name.emplace(plan_.nodes[i].node->name, i);
  for (const CommittedExecution& done : read_committed(with_.store.database(), run_.key)) {
    nodes_[by_name.at(done.execution.node)].committed.emplace(done.execution.element, done.artifact);
  }
  for (const FailedExecution& failed : read_failed(with_.store.database(), run_.key)) {
    note_failure({failed.execution, failed.cause, "", "", "", "", {}});
  }
  for (const LastAttempt& last : read_last_attempts(with_.store.database(), run_.key)) {
    nodes_[by_name.at(last.execution.node)].attempts.emplace(last.execution.element, last.attempt);
  }
}

void Driver::release(NodeIndex node) {
  if (plan_.nodes[node].mapped) {
    if (bind_inputs(node)) release_mapped(node);
    return;
  }
  nodes_[node].remaining = 1;
  ++summary_.progress.known;
  ready_.push_back({node, k_no_element, k_no_element + 1});
}

// False when they cannot be put together: the node has failed.
bool Driver::bind_inputs(NodeIndex node) {
  const PlanNode& planned = plan_.nodes[node];
  std::vector<Json>& shared = nodes_[node].shared;
  try {
    for (std::size_t i = 0; i < planned.inputs.size(); ++i) {
      const Binding* binding = planned.inputs[i].binding;
      shared.push_back(binding != nullptr ? values_.evaluate(*binding)
                                          : planned.task->task->inputs[i].default_value.value_or(Json()));
    }
    if (planned.mapped) require_equal_lengths(node);
    return true;
  } catch (const Error& error) {
    if (error.code().exit != Exit::run_failed) throw;
    fail_execution({planned.node->name, k_no_element}, error.code(), with_hint(error));
    return false;
  }
}

void Driver::require_equal_lengths(NodeIndex node) const {
  const PlanNode& planned = plan_.nodes[node];
  std::optional<std::size_t> length;
  std::string first;
  for (std::size_t i = 0; i < planned.inputs.size(); ++i) {
    if (!planned.inputs[i].mapped) continue;
    const std::string& name = planned.task->task->inputs[i].name;
    std::size_t size = nodes_[node].shared[i].as_array().size();
    if (length && *length != size) {
      throw Error(codes::k_unequal_lists, cat("the lists mapped over differ in length: ", first, " has ",
                                              *length, ", ", name, " has ", size));
    }
    length = size;
    first = name;
  }
}

void Driver::release_mapped(NodeIndex node) {
  NodeState& state = nodes_[node];
  const std::vector<PlanInput>& inputs = plan_.nodes[node].inputs;
  auto mapped = std::find_if(inputs.begin(), inputs.end(), [](const PlanInput& one) { return one.mapped; });
  std::size_t length = state.shared[static_cast<std::size_t>(mapped - inputs.begin())].as_array().size();
  values_.make_room(node, length);
  state.remaining = static_cast<std::int64_t>(length);
  summary_.progress.known += state.remaining;
  if (length == 0)
    complete(node);
  else
    ready_.push_back({node, 0, state.remaining});
}

// Handles what is ready while there are slots. Reuses take no slot; after some of them the loop gets its
// turn.
void Driver::pump() {
  if (stopping_ || ready_.empty() || !has_slot()) return;
  pump_some();
  if (!reuses_.empty()) push_result(NodesReused{std::exchange(reuses_, {})}, CommitQueue::Urgency::normal);
}

void Driver::pump_some() {
  for (std::int64_t handled = 0; !stopping_ && !ready_.empty() && has_slot();) {
    if (handled >= k_pump_limit) return pump_later();
    handled += look_ahead_ == 1 ? handle_one() : handle_many();
  }
}

void Driver::pump_later() {
  if (std::exchange(pump_posted_, true)) return;
  with_.loop.post([this] {
    pump_posted_ = false;
    guard([this] { pump(); });
  });
}

bool Driver::has_slot() const { return static_cast<std::int64_t>(running_.size()) < slots_; }

// Reserved before it is looked up, so that nobody can have published the result in between. Both return how
// many executions were taken.
std::int64_t Driver::handle_one() {
  std::vector<Taken> taken = take_ready(1);
  if (taken.empty()) return 1;
  CacheQuestion question{plan_.nodes[taken[0].node].task, input_values(taken[0].node, taken[0].element)};
  std::optional<CacheOffer> offer = cache_.offer(question);
  if (offer && !reserve(taken[0], *offer)) return 1;
  Transaction snapshot(with_.store.database(), Transaction::Mode::read);
  CacheAnswer answer = cache_.ask(question, std::move(offer));
  if (answer.hit) {
    release(answer.offer->key);
    look_ahead_ = 2;
  }
  settle(taken[0], std::move(answer));
  return 1;
}

// Looks further and further ahead as long as everything is found.
std::int64_t Driver::handle_many() {
  const std::int64_t limit =
      std::exchange(look_ahead_, std::min<std::int64_t>(2 * look_ahead_, k_pump_limit));
  std::vector<Taken> taken = take_ready(limit);
  std::vector<CacheQuestion> questions;
  questions.reserve(taken.size());
  for (const Taken& one : taken) {
    questions.push_back({plan_.nodes[one.node].task, input_values(one.node, one.element)});
  }
  Transaction snapshot(with_.store.database(), Transaction::Mode::read);
  std::vector<CacheAnswer> answers = cache_.ask(questions);
  for (std::size_t i = 0; i < taken.size() && !stopping_; ++i) {
    if (!answers[i].hit) {
      look_ahead_ = 1;
      put_back(std::span(taken).subspan(i));
      break;
    }
    settle(taken[i], std::move(answers[i]));
  }
  return limit;
}

void Driver::settle(const Taken& taken, CacheAnswer answer) {
  const PlanNode& planned = plan_.nodes[taken.node];
  NodePath execution{planned.node->name, taken.element};
  overdue_.erase(answer.offer ? answer.offer->key : Digest());
  if (answer.hit)
    reuse(taken.node, execution, *answer.hit);
  else
    start_attempt(taken.node, execution, std::move(answer.offer));
  if (!planned.mapped) nodes_[taken.node].shared = {};
}

// The next executions, with their inputs put together, without those that need no handling any more.
std::vector<Driver::Taken> Driver::take_ready(std::int64_t limit) {
  std::vector<Taken> taken;
  for (std::int64_t i = 0; i < limit && !stopping_ && !ready_.empty(); ++i) {
    ReadyRange& range = ready_.front();
    Taken next{range.node, range.next++};
    if (range.next == range.end) ready_.pop_front();
    const PlanNode& planned = plan_.nodes[next.node];
    if (restore(next.node, {planned.node->name, next.element}, next.element)) continue;
    // A plain node's inputs are put together only now and are not kept: thousands may wait for a slot.
    if (planned.mapped || bind_inputs(next.node)) taken.push_back(next);
  }
  return taken;
}

void Driver::put_back(std::span<const Taken> taken) {
  for (std::size_t i = taken.size(); i-- > 0;) {
    const auto& [node, element] = taken[i];
    if (!plan_.nodes[node].mapped) nodes_[node].shared = {};
    bool joins = !ready_.empty() && ready_.front().node == node && ready_.front().next == element + 1;
    if (joins)
      ready_.front().next = element;
    else
      ready_.push_front({node, element, element + 1});
  }
}

// True when an earlier driver of this run committed the execution.
bool Driver::restore(NodeIndex node, const NodePath& execution, std::int64_t element) {
  auto found = nodes_[node].committed.find(element);
  if (found == nodes_[node].committed.end()) return false;
  ++summary_.progress.resumed;
  tell(NodeNews::Kind::done_before, execution, 0, 0);
  finish_execution(node, element, read_artifact(with_.store.database(), scope_of(run_.key), found->second));
  return true;
}

void Driver::finish_execution(NodeIndex node, std::int64_t element, const std::vector<OutputValue>& outputs) {
  values_.set(node, element, outputs);
  if (--nodes_[node].remaining == 0) complete(node);
}

void Driver::complete(NodeIndex node) {
  nodes_[node].shared = {};
  --incomplete_;
  for (NodeIndex next : plan_.nodes[node].successors) {
    if (--nodes_[next].waiting == 0) release(next);
  }
}

void Driver::finish_if_done() {
  if (stopping_) waiting_.clear();
  bool busy = !running_.empty() || collecting_ > 0 || uncommitted_ > 0;
  if (ending_ || fatal_ || busy) return;
  if (stopping_ || incomplete_ == 0) end_run();
}

void Driver::end_run() {
  ending_ = true;
  if (summary_.state == RunState::succeeded) evaluate_outputs();
  RunEnded end{summary_.state, summary_.cause, summary_.outputs};
  commits_->push(std::move(end), CommitQueue::Urgency::urgent,
                 [this](const Committed&) { with_.loop.stop(); });
}

void Driver::evaluate_outputs() {
  try {
    for (const WorkflowOutput& output : workflow_.outputs) {
      summary_.outputs.push_back({output.name, output.type, values_.evaluate(output.binding)});
    }
  } catch (const Error& error) {
    if (error.code().exit != Exit::run_failed) throw;
    const NodePath outputs{"outputs", k_no_element};
    summary_.outputs.clear();
    note_failure({outputs, make_cause(error.code(), with_hint(error), outputs), "", "", "", "", {}});
  }
}

void Driver::abort(const std::string& cause, Haste haste) {
  if (ending_ || fatal_) return;
  if (summary_.state == RunState::failed) {
    haste = Haste::at_once;  // it is ending already, and stays what it is: failed
  } else if (summary_.state != RunState::aborted) {
    summary_.state = RunState::aborted;
    summary_.cause = make_cause(codes::k_user_abort, cause);
  } else if (haste == Haste::orderly) {
    return;
  }
  stopping_ = true;
  guard([&] {
    stop_running(haste == Haste::orderly ? k_grace_ns : 0);
    finish_if_done();
  });
}

void Driver::look_for_requests() { renew_lease(CommitQueue::Urgency::urgent); }

// Not behind the run's end: there is nothing to renew then, and the writer would take it for a takeover.
void Driver::renew_lease(CommitQueue::Urgency urgency) {
  if (!ending_) commits_->push(LeaseRenewed{}, urgency);
}

void Driver::stop_running(std::int64_t grace_ns) {
  std::vector<std::uint64_t> ids;
  for (const auto& [id, attempt] : running_) {
    attempt->stopping = true;
    ids.push_back(id);
  }
  for (std::uint64_t id : ids) with_.executor.stop(id, grace_ns);
  commits_->hurry();
}

// A failure before any attempt.
void Driver::fail_execution(const NodePath& execution, ErrorCode code, const std::string& message) {
  Json cause = make_cause(code, message, execution);
  push_result(NodeFailed{execution, cause}, urgency());
  note_failure({execution, cause, "", "", "", "", {}});
  tell(NodeNews::Kind::failed, execution, 0, 0);
}

void Driver::push_result(Change change, CommitQueue::Urgency urgency) {
  ++uncommitted_;
  commits_->push(std::move(change), urgency, [this](const Committed&) {
    guard([this] {
      --uncommitted_;
      finish_if_done();
    });
  });
}

void Driver::note_failure(FailureReport report) {
  ++summary_.progress.failed;
  if (summary_.state == RunState::succeeded) {
    summary_.state = RunState::failed;
    summary_.cause = report.cause;
  }
  summary_.failures.push_back(std::move(report));
  stopping_ = true;
  stop_running(k_grace_ns);
}

void Driver::tell(NodeNews::Kind kind, const NodePath& execution, std::int64_t attempt,
                  std::int64_t duration_ns) {
  summary_.progress.running = static_cast<std::int64_t>(running_.size());
  summary_.progress.waiting = static_cast<std::int64_t>(waiting_.size());
  with_.observer.on_news({kind, execution, attempt, duration_ns}, summary_.progress);
}

void Driver::guard(const std::function<void()>& action) {
  if (fatal_) return;
  try {
    action();
  } catch (...) {
    give_up(std::current_exception());
  }
}

// Nothing can be recorded any more: end everything that runs, leave the record as it is for a resume.
void Driver::give_up(std::exception_ptr error) {
  if (fatal_) return;
  fatal_ = std::move(error);
  stopping_ = true;
  stop_running(0);
  with_.loop.stop();
}

void Driver::renew_lease_later() {
  with_.loop.add_timer(TimerClock::boot, timer_now_ns(TimerClock::boot) + k_renewal_ns, [this] {
    renew_lease(CommitQueue::Urgency::normal);
    renew_lease_later();
  });
}

// A commit is worth waiting for only while something else can still join it, and need not hurry while the
// slots have enough to do.
CommitQueue::Urgency Driver::urgency() const {
  bool nothing_ready = ready_.empty() || stopping_;
  if (!nothing_ready) return CommitQueue::Urgency::deferred;
  bool alone = running_.empty() && collecting_ == 0;
  return alone ? CommitQueue::Urgency::urgent : CommitQueue::Urgency::normal;
}

}  // namespace wf
