#include "core/engine/repetition.hpp"

#include <algorithm>
#include <utility>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/freed.hpp"
#include "core/engine/attempt_end.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/pools.hpp"
#include "core/engine/run_writer.hpp"
#include "core/engine/sandboxing.hpp"
#include "core/store/codes.hpp"

namespace wf {

namespace {

// What is the fault of one execution, and not of the store or the disk. What was freed is asked for twice
// only where a task has changed the one copy that was made of it.
bool is_own(const Error& error) {
  return error.code().exit == Exit::run_failed || error.code().exit == Exit::verification_failed ||
         error.code().id == codes::k_blob_freed.id;
}

std::pair<Digest, bool> key_of(const Content& content) { return {content.digest, content.directory}; }

// Where it is cannot be said of bytes that were freed.
std::optional<ContentDifference> difference_of(const Json& recorded, const Json& now,
                                               const ReadContent& before, const ReadContent& after) {
  try {
    return first_difference(recorded, now, before, after);
  } catch (const Error& error) {
    if (error.code().id != codes::k_blob_freed.id) throw;
    return ContentDifference{"", "bytes that were freed since", "other bytes"};
  }
}

std::int64_t now_ns() { return timer_now_ns(TimerClock::awake); }

}  // namespace

Repetition::Repetition(const RepetitionResources& with, const RunKey& run)
    : with_(with),
      replay_(with.store, run),
      emissions_(replay_.plans(), with.store.blobs()),
      folders_(with.folder),
      staged_(with.folder, with.store.blobs()),
      machine_room_(with.store.path(), with.loop, [this] { look_at_machine(); }),
      tokens_(with.store, with.loop, run, [this] {
        if (!stopped_) start_some();
      }) {}

std::vector<NodePath> Repetition::choose(const std::optional<NodePath>& only) const {
  std::vector<NodePath> chosen;
  for (const auto& [path, artifact] : replay_.committed())
    if (!only || is_meant_by(only->text(), path)) chosen.push_back(path);
  if (chosen.empty())
    throw Error(codes::k_no_execution,
                cat("run ", replay_.run().key.id.tail(), " has no result",
                    only ? cat(" of '", only->text(), "'") : "", " to compare with"),
                cat("'wf show ", replay_.run().key.id.tail(), "' lists the executions of the run"));
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

std::vector<Repeated> Repetition::run(const std::vector<NodePath>& paths) {
  for (const NodePath& path : paths) waiting_.push_back({path});
  is_partial_ = paths.size() < replay_.committed().size();
  start_some();
  with_.loop.run();
  std::vector<Repeated> all;
  for (const NodePath& path : paths)
    if (auto one = found_.extract(path)) all.push_back(std::move(one.mapped()));
  return all;
}

void Repetition::stop(std::int64_t grace_ns) {
  stopped_ = true;
  waiting_.clear();
  tokens_.stop_waiting();
  machine_room_.stop_waiting();
  for (const auto& [path, timer] : resting_) with_.loop.cancel_timer(timer);
  resting_.clear();
  for (const auto& [id, attempt] : running_) with_.executor.stop(id, grace_ns);
  if (running_.empty()) with_.loop.stop();
}

// In their order; but what lacks room lets others by that do not take of what it lacks.
void Repetition::start_some() {
  std::optional<ResourceAmounts> lacking;
  for (auto job = waiting_.begin(); job != waiting_.end() && std::ssize(running_) < with_.parallelism;)
    job = settle(*job, lacking) ? waiting_.erase(job) : std::next(job);
  if (!running_.empty() || !resting_.empty() || !waiting_.empty()) return;
  give_up_postponed();
  with_.loop.stop();
}

// False: it waits on. Else it runs, has failed, or waits for what it reads to be made again.
bool Repetition::settle(Job& job, std::optional<ResourceAmounts>& lacking) {
  if (!is_possible(job)) return true;
  if (!has_room(job, lacking)) return false;
  if (auto missing = missing_input(job)) {
    postponed_.try_emplace(key_of(*missing), Postponed{*missing, {}}).first->second.readers.push_back(job);
    return true;
  }
  if (!tokens_.take(job.path, job.pools)) {
    tell_waiting(job.path, needs_text(job.pools));
    return false;
  }
  GpuSet gpus;
  if (!take_room(job, gpus)) return false;
  start(job, gpus);
  return true;
}

bool Repetition::has_room(const Job& job, std::optional<ResourceAmounts>& lacking) {
  const ResourceAmounts& requests = job.needs.requests;
  if (requests == ResourceAmounts{}) return true;
  if (machine_is_full_) return false;
  if (capacity().has(requests) && !(lacking && competes(*lacking, requests, capacity().free()))) return true;
  if (!lacking) lacking = requests;
  return false;
}

// False: others have it. What waits for that has no tokens.
bool Repetition::take_room(const Job& job, GpuSet& gpus) {
  const ResourceAmounts& requests = job.needs.requests;
  if (requests == ResourceAmounts{}) return true;
  auto choose = [&](const GpuSet& elsewhere) { return capacity().choose_gpus(requests, elsewhere); };
  auto given = is_inside_attempt() ? choose({}) : machine_room_.take(requests, capacity().total(), choose);
  if (given) {
    gpus = *given;
    capacity().take(requests, gpus);
    return true;
  }
  machine_is_full_ = true;
  tokens_.give_back(job.path);
  tell_waiting(job.path, "room that other runs have");
  return false;
}

void Repetition::look_at_machine() {
  if (std::exchange(machine_is_full_, false)) start_some();
}

void Repetition::tell_waiting(const NodePath& path, const std::string& what) {
  if (with_.waits && told_.insert(what).second) with_.waits(path, what);
}

void Repetition::give_up_postponed() {
  for (const auto& [key, postponed] : std::exchange(postponed_, {}))
    for (const Job& job : postponed.readers) {
      note_failure(job.path, why_gone(postponed.missing));
      found_.at(job.path).gone = true;
    }
}

std::string Repetition::why_gone(const Content& missing) const {
  const std::string what = cat(missing.directory ? "the folder " : "the file ", missing.digest.text(),
                               " was freed on ", date_of(*freed_us(with_.store.blobs(), missing)));
  for (const RunInput& input : read_run_inputs(with_.store.database(), replay_.run().key))
    for (const Content& content : contents_of(input.type, input.value))
      if (key_of(content) == key_of(missing))
        return cat("the input '", input.name, "' of the run is not in the store any more: ", what);
  return cat(what,
             is_partial_ ? ", and what made it was not run again; leave NODE out to run all of the run again"
                         : ", and what made it gave something else this time, or nothing");
}

// Whether it can be run at all, some time; else it has failed.
bool Repetition::is_possible(Job& job) {
  try {
    if (job.plan == nullptr) look_at(job);
  } catch (const Error& error) {
    if (!is_own(error)) throw;
    note_failure(job.path, error.message());
    return false;
  }
  const ResourceAmounts& requests = job.needs.requests;
  std::string never = missing_tokens(with_.store.database(), job.pools);
  if (requests != ResourceAmounts{} && !capacity().can_ever_have(requests))
    never = capacity().refusal(requests);
  if (never.empty()) return true;
  tokens_.give_back(job.path);
  note_failure(job.path, never);
  return false;
}

void Repetition::look_at(Job& job) {
  if (job.plan == nullptr) job.plan = replay_.execution(job.path).node;
  if (!job.node().attempts && !job.task().attempts) return;
  job.pools = pool_needs(job.node(), job.task());
  std::int64_t further = job.spent.at(static_cast<std::size_t>(FailureCategory::user));
  job.needs = needs_of(job.node(), job.task(), further, capacity().total());
}

Capacity& Repetition::capacity() {
  if (!capacity_) capacity_.emplace(capacity_of(with_.executor.machine(), replay_.run().settings.capacity));
  return *capacity_;
}

// Something that it reads, that the store has no more and that was not made again.
std::optional<Content> Repetition::missing_input(const Job& job) {
  Replay::Execution execution = replay_.execution(job.path);
  const std::vector<Port>& ports = job.task().inputs;
  for (std::size_t i = 0; i < ports.size(); ++i)
    for (Content& content : contents_of(ports[i].type, *execution.inputs[i]))
      if (staged_.find(content) == nullptr && freed_us(with_.store.blobs(), content))
        return std::move(content);
  return std::nullopt;
}

void Repetition::start(const Job& job, const GpuSet& gpus) {
  auto attempt = std::make_shared<Attempt>(Attempt{job, {}, gpus});
  try {
    prepare(*attempt);
  } catch (const Error& error) {
    leave_room(*attempt);
    if (!attempt->folder.empty()) folders_.recycle(attempt->folder);
    if (!is_own(error)) throw;
    note_failure(job.path, error.message());
    return;
  }
  const AttemptSpec& spec = attempt->prepared.spec;
  running_.emplace(spec.id, attempt);
  with_.executor.start(spec, [this, attempt](const ExitRecord& record) {
    running_.erase(record.id);
    leave_room(*attempt);
    ended(attempt, record);
    start_some();
  });
}

void Repetition::prepare(Attempt& attempt) {
  Job& job = attempt.job;
  Replay::Execution execution = replay_.execution(job.path);
  const std::uint64_t id = next_id_++;
  std::string name = cat(with_.prefix, id);
  attempt.folder = folders_.create(name);
  if (job.task().checkpoint && job.checkpoint.empty())
    make_folders(job.checkpoint = cat(with_.folder, "/checkpoints/", id));
  const std::vector<std::string> gpus =
      capacity_ ? capacity_->names_of(attempt.gpus) : std::vector<std::string>();
  AttemptContext context{name,
                         attempt.folder,
                         replay_.run().settings.path,
                         &execution.inputs,
                         room_variables(job.needs.requests, gpus),
                         job.checkpoint,
                         replay_.run().settings.sandbox};
  attempt.prepared = prepare_attempt(job.task(), context, staged_, with_.store.blobs());
  attempt.prepared.spec.id = id;
  attempt.prepared.spec.image = environments_of(replay_.run().settings).to_run(job.task());
  attempt.prepared.spec.limits = job.needs.limits;
  attempt.prepared.spec.host_name = with_.host_name;
  limit(attempt);
}

void Repetition::limit(Attempt& attempt) const {
  Job& job = attempt.job;
  std::int64_t& timeout_ns = attempt.prepared.spec.timeout_ns;
  timeout_ns = attempt_timeout(job.node(), job.task()).value_or(0);
  std::optional<std::int64_t> total_ns = total_timeout(job.node(), job.task());
  if (!total_ns) return;
  if (!job.end_ns) job.end_ns = time_after(TimerClock::awake, *total_ns);
  std::int64_t left_ns = std::max<std::int64_t>(*job.end_ns - now_ns(), 1);
  attempt.is_last_of_total = timeout_ns == 0 || left_ns < timeout_ns;
  if (attempt.is_last_of_total) timeout_ns = left_ns;
}

void Repetition::leave_room(const Attempt& attempt) {
  tokens_.give_back(attempt.job.path);
  const ResourceAmounts& requests = attempt.job.needs.requests;
  if (requests == ResourceAmounts{}) return;
  capacity().give_back(requests, attempt.gpus);
  machine_room_.give_back(requests, attempt.gpus);
  machine_is_full_ = false;
}

void Repetition::ended(const AttemptPtr& attempt, const ExitRecord& record) {
  if (stopped_) return;  // whatever it gave, it may have been told to stop
  Repeated repeated{attempt->job.path};
  std::optional<InvalidOutput> failure = verdict(*attempt, record);
  if (!failure) failure = compare(*attempt, repeated);
  const bool goes_on = failure && try_again(*attempt, record, *failure);
  if (!goes_on) remove_checkpoint(attempt->job);
  if (!failure)
    found_[repeated.path] = std::move(repeated);
  else if (!goes_on)
    note_failure(attempt->job.path, failure->message);
  folders_.recycle(attempt->folder);
}

std::optional<InvalidOutput> Repetition::verdict(const Attempt& attempt, const ExitRecord& record) {
  std::optional<InvalidOutput> failure = failure_of(record, attempt.prepared, staged_);
  if (!record.timed_out || (failure && is_about_sandbox(failure->code))) return failure;
  if (!attempt.is_last_of_total) return beyond_timeout(attempt.prepared.spec.timeout_ns);
  return beyond_total_timeout(*total_timeout(attempt.job.node(), attempt.job.task()));
}

// Why it gave nothing that can be compared, if it did not.
std::optional<InvalidOutput> Repetition::compare(const Attempt& attempt, Repeated& repeated) {
  auto collected = collect_outputs(attempt.job.task(), attempt.folder, with_.scratch.blobs());
  emissions_.refuse_bad(*attempt.job.plan->task, attempt.folder, collected);
  if (auto* invalid = std::get_if<InvalidOutput>(&collected)) return *invalid;
  const auto& made = std::get<CollectedOutputs>(collected);
  ReadContent before = [this](const Digest& digest) { return with_.store.blobs().read(digest); };
  ReadContent after = [&](const Digest& digest) {
    auto known = std::find_if(made.blobs.begin(), made.blobs.end(),
                              [&](const NewBlob& blob) { return blob.digest == digest; });
    if (known == made.blobs.end()) return with_.store.blobs().read(digest);
    return known->bytes ? *known->bytes : read_file(with_.scratch.blobs().file_path(digest));
  };
  const Uuid& artifact = replay_.committed().at(repeated.path);
  const RunKey& run = replay_.run().key;
  if (artifact_freed_us(with_.store, run.project, run.domain, artifact)) keep_for_readers(made);
  for (const OutputValue& recorded :
       read_artifact(with_.store.database(), scope_of(replay_.run().key), artifact)) {
    auto now = std::find_if(made.outputs.begin(), made.outputs.end(),
                            [&](const OutputValue& one) { return one.name == recorded.name; });
    if (now == made.outputs.end()) continue;
    if (auto found = difference_of(recorded.value, now->value, before, after))
      repeated.differences.push_back({recorded.name, std::move(*found)});
  }
  return std::nullopt;
}

// What the store has no more, it has again for those that read it: where it is the same.
void Repetition::keep_for_readers(const CollectedOutputs& made) {
  Transaction transaction(with_.scratch.database(), Transaction::Mode::write);
  for (const NewBlob& blob : made.blobs) with_.scratch.blobs().record(with_.scratch.database(), blob);
  transaction.commit();
  for (const OutputValue& output : made.outputs)
    for (const Content& content : contents_of(output.type, output.value))
      if (freed_us(with_.store.blobs(), content)) keep_for_readers(content);
}

void Repetition::keep_for_readers(const Content& content) {
  staged_.take(with_.scratch.blobs(), content);
  if (auto postponed = postponed_.extract(key_of(content)))
    for (Job& job : postponed.mapped().readers) waiting_.push_back(std::move(job));
}

// As the run would have: after the shortest of the waits that it chooses among.
bool Repetition::try_again(const Attempt& attempt, const ExitRecord& record, const InvalidOutput& failure) {
  constexpr double k_chance = 1;
  Job job = attempt.job;
  AttemptEnd end{failure.code, record, is_interruptible(job.node(), job.task())};
  auto delay_ns = next_try(retry_policy(job.node(), job.task()), end, job.spent, k_chance);
  if (!delay_ns || (job.end_ns && *job.end_ns - now_ns() <= *delay_ns)) return false;
  ++job.spent.at(static_cast<std::size_t>(category_of(end)));
  look_at(job);
  resting_[job.path] = with_.loop.add_timer(TimerClock::awake, now_ns() + *delay_ns, [this, job] {
    resting_.erase(job.path);
    waiting_.push_front(job);
    start_some();
  });
  return true;
}

void Repetition::remove_checkpoint(const Job& job) {
  if (job.checkpoint.empty()) return;
  try {
    remove_tree(job.checkpoint);
  } catch (const Error&) {
    // What cannot be removed goes with the scratch folder.
  }
}

void Repetition::note_failure(const NodePath& path, const std::string& message) {
  found_[path] = {path, message};
}

}  // namespace wf
