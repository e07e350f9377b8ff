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
      run_(run),
      claim_(claim),
      plans_(workflow, run.version, environments_of(run.settings)),
      emissions_(plans_, resources.store.blobs()),
      versions_(resources.store.database()),
      root_(plans_.root(), "", read_run_inputs(resources.store.database(), run.key)),
      checkpoints_(resources.store.runs_folder(), run.key.id, {}),
      run_folder_([&] {
        std::string folder = cat(resources.store.runs_folder(), '/', run.key.id.text());
        make_folders(folder);
        return folder;
      }()),
      folders_(run_folder_),
      staged_(run_folder_, resources.store.blobs(), resources.inputs_folder),
      cache_(resources.store, scope_of(run.key), run.settings.cache, run.settings.verify),
      slots_(slots_for(run.settings.parallelism)),
      reservations_(resources.store.path(), run.key.id, cat(run.key.project, '/', run.key.domain)),
      machine_room_(resources.store.path(), resources.loop, [this] { guard([this] { look_at_machine(); }); }),
      holders_(resources.store, resources.loop, run.key.id, [this] { guard([this] { look_for_dead(); }); }),
      commits_(std::make_unique<CommitQueue>(
          resources.writer_store, run.key, claim.fence, resources.loop,
          CommitQueue::Callbacks{[this](std::exception_ptr error) { give_up(std::move(error)); },
                                 [this](const std::string& cause) { abort(cause, Haste::orderly); }})),
      workers_(2) {}

Driver::~Driver() {
  if (watching_) with_.loop.unwatch(reservations_.watch());
  if (looking_up_) looking_up_->request_stop();
}

RunSummary Driver::run() {
  guard([this] {
    load_earlier();
    load_recovery();
    if (claim_.fence > 1) keep_lost_logs();
    renew_lease_later();
    if (run_.abort_asked) return abort(*run_.abort_asked, Haste::orderly);
    if (has_turn())
      begin();
    else
      wait_for_turn();
  });
  with_.loop.run();
  if (fatal_) std::rethrow_exception(fatal_);
  if (summary_.state == RunState::succeeded && summary_.failures.empty())
    folders_.remove_all();  // all of it is in the store; what a failure left is needed to look into it
  else
    folders_.remove_spares();
  return std::move(summary_);
}

// Handles what is ready while there are slots. Reuses take no slot; after some of them the loop gets its
// turn.
void Driver::pump() {
  if (!stopping_ && has_slot() && has_ready()) pump_ready();
  // Who does not wait for the machine, or could not begin, keeps no room from others.
  if (!machine_is_full_ || stopping_ || !has_slot()) stop_waiting_for_machine();
}

void Driver::pump_ready() {
  BlobLocks::Hold relying = with_.writer_store.blobs().locks().relying();
  pump_some();
  if (reuses_.empty()) return;
  push_result(NodesReused{std::exchange(reuses_, {}), std::move(relying)}, CommitQueue::Urgency::normal);
}

void Driver::pump_some() {
  for (std::int64_t handled = 0; !stopping_ && has_slot() && has_ready();) {
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

// One that was let forward may have taken no room after all: its result was there, or it was ended.
bool Driver::has_ready() {
  if (ready_.empty()) look_for_room();
  return !ready_.empty();
}

bool Driver::has_slot() const { return static_cast<std::int64_t>(running_.size() + laying_.size()) < slots_; }

CacheQuestion Driver::question(const Taken& taken) const {
  bool again = recovery_ && recovery_->is_asked_again(taken.path());
  return {taken.node.plan().task, taken.node.frame->inputs(taken.node.node, taken.element),
          again ? CacheUse::refresh : CacheUse::reuse};
}

// Reserved before it is looked up, so that nobody can have published the result in between. Both return how
// many executions were taken.
std::int64_t Driver::handle_one() {
  std::vector<Taken> taken = take_ready(1);
  if (taken.empty()) return 1;
  CacheQuestion asked = question(taken[0]);
  std::optional<CacheOffer> offer = cache_.offer(asked);
  if (offer && !reserve(taken[0], *offer)) return 1;
  Transaction snapshot(with_.store.database(), Transaction::Mode::read);
  CacheAnswer answer = cache_.ask(asked, std::move(offer));
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
  for (const Taken& one : taken) questions.push_back(question(one));
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
  overdue_.erase(answer.offer ? answer.offer->key : Digest());
  bool mapped = taken.node.plan().mapped;
  if (answer.hit) {
    if (answer.offer) go_on_with(answer.offer->key);
    reuse(taken, *answer.hit);
  } else {
    start_attempt(taken, std::move(answer.offer));
  }
  if (!mapped) taken.node.frame->unbind(taken.node.node);
}

// The next executions, with their inputs put together, without those that need no handling any more.
std::vector<Driver::Taken> Driver::take_ready(std::int64_t limit) {
  std::vector<Taken> taken;
  for (std::int64_t i = 0; i < limit && !stopping_ && !ready_.empty(); ++i) {
    ReadyRange& range = ready_.front();
    if (is_called_off(range.node)) {  // put back while that was decided
      ReadyRange held_up = range;
      ready_.pop_front();
      drop(held_up);
      continue;
    }
    if (hold(range)) {
      ready_.pop_front();
      continue;
    }
    Taken next{range.node, range.next++};
    if (range.next == range.end) ready_.pop_front();
    ++next.node.state().active;
    // A plain node's inputs are put together only now and are not kept: thousands may wait for a slot.
    if (!next.node.plan().mapped && !prepare(next.node, &Frame::bind)) continue;
    if (const Error* refusal = next.node.frame->refusal(next.node.node, next.element)) {
      fail_execution(next.node, next.element, refusal->code(), with_hint(*refusal));
      continue;
    }
    if (next.node.plan().workflow != nullptr)
      open_frame(next);
    else if (next.node.plan().node->gate)
      open_gate(next);
    else
      taken.push_back(next);
  }
  return taken;
}

// Whether the node has as many executions under way as it allows itself, or as are enough should those
// succeed that end just now; the range goes on with the next one that is over.
bool Driver::hold(const ReadyRange& range) {
  const Each& each = range.node.plan().node->each;
  const NodeState& state = range.node.state();
  bool full = each.parallelism != 0 && state.active >= each.parallelism;
  bool may_be_enough = each.stop_early && state.ending > 0 && state.succeeded + state.ending >= state.needed;
  if (!full && !may_be_enough) return false;
  return_tokens(range);  // the one whose turn it is may need them
  held_[range.node].push_back(range);
  return true;
}

void Driver::put_back(std::span<const Taken> taken) {
  for (std::size_t i = taken.size(); i-- > 0;) {
    const auto& [node, element] = taken[i];
    --node.state().active;
    if (!node.plan().mapped) node.frame->unbind(node.node);
    bool joins = !ready_.empty() && ready_.front().node == node && ready_.front().next == element + 1;
    if (joins)
      ready_.front().next = element;
    else
      ready_.push_front({node, element, element + 1});
  }
}

void Driver::finish_if_done() {
  closed_.clear();
  record_recovered();
  record_spent();
  record_failures();
  end_lookups();
  if (stopping_) {
    auto all = [](const Taken&) { return true; };
    forget_waiting(all);
    forget_retries(all);
    forget_laying(all);
    stop_waiting_for_machine();
  }
  bool busy = !running_.empty() || collecting_ > 0 || uncommitted_ > 0 || !lookups_.empty();
  if (ending_ || fatal_ || busy) return;
  if (stopping_ || root_.is_done()) end_run();
}

void Driver::end_run() {
  ending_ = true;
  if (summary_.state == RunState::succeeded)
    summary_.outputs = try_outputs(root_).value_or(std::vector<OutputValue>());
  RunEnded end{summary_.state, summary_.cause, summary_.outputs};
  commits_->push(std::move(end), CommitQueue::Urgency::urgent,
                 [this](const Committed&) { with_.loop.stop(); });
}

std::optional<std::vector<OutputValue>> Driver::try_outputs(Frame& frame) {
  std::optional<std::vector<OutputValue>> outputs = frame.try_outputs();
  if (outputs) return outputs;
  keep_failure(frame);
  if (&frame != &root_) return std::nullopt;
  fail_run(frame.failure());
  summary_.failures.push_back({frame.failed_as(), frame.failure()});
  return std::nullopt;
}

void Driver::abort(const std::string& cause, Haste haste) {
  if (ending_ || fatal_) return;
  if (stopping_ && haste == Haste::orderly) return;
  // One that fails fast is ending already, and stays what it is: failed.
  if (!root_.is_failing() && summary_.state != RunState::aborted) {
    summary_.state = RunState::aborted;
    summary_.cause = make_cause(codes::k_user_abort, cause);
  }
  stopping_ = true;
  why_stopping_ = make_cause(codes::k_user_abort, cause);
  guard([&] {
    stop_running([](const NodeOf&) { return true; }, {codes::k_user_abort, cause},
                 haste == Haste::orderly ? k_grace_ns : 0);
    for (const auto& [execution, tries] : tries_)
      if (leave_between(execution)) end_waiting(execution, why_stopping_);
    for (const auto& [path, taken] : std::exchange(gates_, {})) end_waiting(taken.path(), why_stopping_);
    finish_if_done();
  });
}

void Driver::look_for_requests() {
  renew_lease(CommitQueue::Urgency::urgent);
  guard([this] { look_at_gates(); });
}

// Not behind the run's end: there is nothing to renew then, and the writer would take it for a takeover.
void Driver::renew_lease(CommitQueue::Urgency urgency) {
  if (!ending_) commits_->push(LeaseRenewed{}, urgency);
}

// What it was told first is why it stops.
void Driver::stop_running(const std::function<bool(const NodeOf&)>& chosen, const InvalidOutput& reason,
                          std::int64_t grace_ns) {
  std::vector<std::uint64_t> ids;
  for (const auto& [id, attempt] : running_) {
    bool told = attempt->stopped && grace_ns > 0;
    if (told || !chosen(attempt->node)) continue;
    if (!attempt->stopped) attempt->stopped = reason;
    ids.push_back(id);
  }
  for (std::uint64_t id : ids) with_.executor.stop(id, grace_ns);
  if (!ids.empty()) commits_->hurry();
}

void Driver::push_result(Change change, CommitQueue::Urgency urgency, std::function<void()> then) {
  ++uncommitted_;
  commits_->push(std::move(change), urgency, [this, then = std::move(then)](const Committed&) {
    guard([&] {
      --uncommitted_;
      if (then) {
        then();
        pump();
      }
      finish_if_done();
    });
  });
}

void Driver::tell(NodeNews::Kind kind, const NodePath& execution, std::int64_t attempt,
                  std::int64_t duration_ns) {
  tell({kind, execution, attempt, duration_ns});
}

void Driver::tell(const NodeNews& news) {
  summary_.progress.running = static_cast<std::int64_t>(running_.size());
  with_.observer.on_news(news, summary_.progress);
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
  stop_running([](const NodeOf&) { return true; }, {codes::k_user_abort, "the run cannot go on"}, 0);
  forget_laying([](const Taken&) { return true; });
  with_.loop.stop();
}

void Driver::renew_lease_later() {
  with_.loop.add_timer(TimerClock::boot, timer_now_ns(TimerClock::boot) + k_renewal_ns, [this] {
    renew_lease(CommitQueue::Urgency::normal);
    renew_lease_later();
    guard([this] {  // what was said, and who died, on another machine
      look_at_gates();
      look_for_tokens();
      hand_out();
    });
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
