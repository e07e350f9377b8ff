// The life of an attempt: looked up, started, ended, read in, committed.
#include <algorithm>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/log_times.hpp"
#include "core/engine/attempt_end.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/driver.hpp"
#include "core/engine/run_writer.hpp"
#include "core/engine/sandboxing.hpp"
#include "core/engine/start_check.hpp"
#include "core/registry/stored_content.hpp"

namespace wf {

namespace {

// The last lines of a file, at most 10 of at most 500 bytes each.
std::vector<std::string> last_lines(const std::string& path) {
  constexpr std::size_t k_bytes = 5000;
  constexpr std::size_t k_lines = 10;
  std::string text = read_part(path, k_bytes, FilePart::end);
  while (text.ends_with('\n')) text.pop_back();
  std::vector<std::string> lines;
  for (std::string_view line : split(text, '\n')) lines.emplace_back(line.substr(0, 500));
  if (lines.size() > k_lines) lines.erase(lines.begin(), lines.end() - k_lines);
  if (text.empty()) lines.clear();
  return lines;
}

// `values` beside the task's inputs.
std::vector<PartitionValue> partitions_of(const Task& task, const std::vector<const Json*>& values) {
  std::vector<PartitionValue> found;
  for (const std::string& name : task.partitions) {
    for (std::size_t i = 0; i < task.inputs.size(); ++i) {
      if (task.inputs[i].name == name)
        found.push_back({name, task.inputs[i].type, value_to_text(task.inputs[i].type, *values[i])});
    }
  }
  return found;
}

}  // namespace

void Driver::reuse(const Taken& taken, const CachedResult& result) {
  if (!can_run_emitted(taken, result.outputs)) return;
  ++summary_.progress.reused;
  NodePath execution = taken.path();
  leave_between(execution);
  tell(NodeNews::Kind::reused, execution, 0, 0);
  if (recovery_) recovery_->note_made(execution.node);
  return_tokens(execution);
  reuses_.push_back({std::move(execution), result.artifact, result.producer, result.temporary, temporary_of(taken)});
  take_result(taken, result.artifact, result.outputs);
}

// What stubs make is no table.
void Driver::require_datasets(const Task& task, const std::vector<const Json*>& values) {
  if (with_.alone) return;
  auto wrong = wrong_table(task, values, [this](const Type& type, const Digest& digest) -> std::optional<ValueError> {
    std::pair known(type.text(), digest);
    if (datasets_.contains(known)) return std::nullopt;
    auto fault = check_stored_dataset(with_.store.blobs(), type, digest, Columns::some);
    if (!fault) datasets_.insert(std::move(known));
    return fault;
  });
  if (wrong) throw Error(*wrong);
}

void Driver::start_attempt(const Taken& taken, std::optional<CacheOffer> offer) {
  Needs needs = needs_of(taken);
  GpuSet gpus;
  if (!is_laid_out(taken) || !has_room(taken, needs) || !has_tokens(taken, pools_of(taken)) ||
      !has_begun_in_time(taken) || !take_room(taken, needs, gpus)) {
    if (offer) release(offer->key);
    return;
  }
  auto attempt = std::make_shared<Attempt>();
  attempt->node = taken.node;
  attempt->execution = taken.path();
  const NodePath& execution = attempt->execution;
  const Task& task = *taken.node.plan().task->task;
  auto earlier = tries_.find(execution);
  if (earlier != tries_.end()) {
    attempt->number = earlier->second.attempts + 1;
    earlier->second.between = false;
  }
  if (offer) attempt->reserved = offer->key;
  attempt->offer = std::move(offer);
  std::string name = attempt_name(run_.key.id, execution, attempt->number, claim_.fence);
  attempt->folder = folders_.create(name);
  std::vector<const Json*> values = taken.node.frame->inputs(taken.node.node, taken.element);
  attempt->partitions = partitions_of(task, values);
  attempt->needs = needs;
  attempt->gpus = gpus;
  attempt->inputs =
      sha256(attempt->offer ? attempt->offer->inputs : taken.node.plan().task->key.inputs_text(values));
  attempt->checkpoint = checkpoint_of(taken);
  std::string checkpoint = attempt->checkpoint ? checkpoints_.path_of(*attempt->checkpoint) : std::string();
  try {
    if (!checkpoint.empty()) make_folders(checkpoint);
    AttemptContext context{
        name,
        attempt->folder,
        run_.settings.path,
        &values,
        room_variables(needs.requests, gpus.none() ? std::vector<std::string>() : capacity().names_of(gpus)),
        std::move(checkpoint),
        run_.settings.sandbox};
    require_datasets(task, values);
    attempt->prepared = prepare_attempt(task, context, staged_, with_.store.blobs());
  } catch (const Error& error) {
    if (!is_of_execution(error)) throw;
    leave_room(*attempt);
    release(attempt->reserved);
    fail_execution(taken.node, taken.element, error.code(), with_hint(error));
    return;
  }
  std::uint64_t id = next_id_++;
  attempt->prepared.spec.id = id;
  attempt->prepared.spec.execution = execution.text();
  attempt->prepared.spec.number = attempt->number;
  attempt->prepared.spec.image = plans_.environments().to_run(task);
  attempt->prepared.spec.limits = needs.limits;
  limit_attempt(*attempt);
  running_.emplace(id, attempt);
  std::int64_t started_us = with_.store.clock().wall_us();
  with_.executor.start(attempt->prepared.spec, [this, attempt](const ExitRecord& record) {
    guard([&] { on_ended(attempt, record); });
  });
  AttemptStarted started{execution,
                         attempt->number,
                         name,
                         std::string(with_.executor.kind(task)),
                         with_.executor.identity(id),
                         started_us,
                         attempt->offer,
                         resources_json(*attempt),
                         again_of(execution),
                         sandbox_notes(attempt->prepared.spec, nullptr),
                         plans_.environments().place_of(task).image};
  commits_->push(std::move(started), CommitQueue::Urgency::deferred);
  tell(NodeNews::Kind::started, execution, attempt->number, 0);
}

void Driver::on_ended(const AttemptPtr& attempt, const ExitRecord& record) {
  attempt->record = record;
  running_.erase(attempt->prepared.spec.id);
  leave_room(*attempt);
  return_tokens(attempt->execution);
  std::optional<InvalidOutput> failure = verdict(*attempt);
  if (failure) {  // first of all, so that nothing more is started
    commit_failure(attempt, failure->code, failure->message);
    pump();
  } else {
    ++collecting_;  // not everything is over yet
    ++attempt->node.state().ending;
    pump();
    --collecting_;
    collect(attempt);
  }
  finish_if_done();
}

// Why the attempt failed, as far as its end tells.
std::optional<InvalidOutput> Driver::verdict(const Attempt& attempt) {
  std::optional<InvalidOutput> failure = failure_of(attempt.record, attempt.prepared, staged_);
  // What it may not do tells more than that it took long over it.
  bool trespassed = failure && is_about_sandbox(failure->code);
  if (attempt.record.timed_out && !trespassed) return late(attempt);
  bool ended_badly = failure && failure->code.id != codes::k_input_changed.id;
  return attempt.stopped && ended_badly ? attempt.stopped : failure;
}

template <typename Job, typename Then>
void Driver::read_in(Amount amount, Job job, Then then) {
  ++collecting_;
  auto finish = [this, then = std::move(then)](auto read) {
    --collecting_;
    then(std::move(read));
  };
  if (amount == Amount::little) return finish(job());
  workers_.submit([this, job = std::move(job), finish = std::move(finish)] {
    try {
      with_.loop.post([this, finish, read = job()] {
        guard([&] {
          finish(read);
          finish_if_done();
        });
      });
    } catch (...) {
      with_.loop.post([this, error = std::current_exception()] { give_up(error); });
    }
  });
}

// Small outputs are read in here, large ones on a worker, since hashing them would hold everything up.
void Driver::collect(const AttemptPtr& attempt) {
  const Task& task = *attempt->node.plan().task->task;
  auto read = [&task, &blobs = with_.writer_store.blobs(), folder = attempt->folder] {
    auto outputs = collect_outputs(task, folder, blobs);
    return std::pair(std::move(outputs), collect_logs(folder, blobs));
  };
  read_in(amount_to_collect(task, attempt->folder), read, [this, attempt](auto found) {
    auto& [outputs, logs] = found;
    emissions_.refuse_bad(*attempt->node.plan().task, attempt->folder, outputs);
    auto* invalid = std::get_if<InvalidOutput>(&outputs);
    if (invalid != nullptr && attempt->stopped) invalid = &*attempt->stopped;  // it ended as it was told to
    if (invalid != nullptr) --attempt->node.state().ending;
    if (invalid != nullptr)
      commit_failure(attempt, invalid->code, invalid->message);
    else
      commit_success(attempt, std::get<CollectedOutputs>(std::move(outputs)), std::move(logs));
  });
}

void Driver::commit_success(const AttemptPtr& attempt, CollectedOutputs outputs, AttemptLogs logs) {
  AttemptSucceeded change;
  change.execution = attempt->execution;
  const PlanTask& task = *attempt->node.plan().task;
  change.workflow = task.plan->workflow->name;
  change.version = task.plan->version;
  change.task = task.task->name;
  change.attempt = attempt->number;
  change.record = attempt->record;
  change.logs = std::move(logs);
  change.artifact = new_uuid7(with_.store.clock());
  change.created_us = time_in(change.artifact, with_.store.clock().wall_us());
  change.outputs = outputs.outputs;
  change.blobs = std::move(outputs.blobs);
  change.partitions = std::move(attempt->partitions);
  change.inputs = attempt->inputs;
  change.cache = std::move(attempt->offer);
  change.temporary = temporary_of({attempt->node, attempt->execution.element});
  change.sandbox = sandbox_notes(attempt->prepared.spec, attempt->record.sandbox.get());
  ++uncommitted_;
  // Others may be waiting to hear that they are not needed.
  bool awaited = attempt->node.plan().node->each.stop_early;
  commits_->push(std::move(change), awaited ? CommitQueue::Urgency::urgent : urgency(),
                 [this, attempt, values = std::move(outputs.outputs)](const Committed& result) {
                   guard([&] { on_committed(attempt, result, values); });
                 });
}

void Driver::on_committed(const AttemptPtr& attempt, const Committed& result,
                          const std::vector<OutputValue>& outputs) {
  --uncommitted_;
  --attempt->node.state().ending;
  release(attempt->reserved);
  folders_.recycle(attempt->folder);
  remove_checkpoint(*attempt);
  bool lost = result.outcome == Committed::Outcome::lost_race;
  ++(lost ? summary_.progress.reused : summary_.progress.ran);
  tell(lost ? NodeNews::Kind::reused : NodeNews::Kind::succeeded, attempt->execution, attempt->number,
       attempt->record.duration_ns);
  if (recovery_) recovery_->note_made(attempt->execution.node);
  take_result({attempt->node, attempt->execution.element}, result.artifact,
              lost ? read_artifact(with_.store.database(), scope_of(run_.key), result.artifact) : outputs);
  pump();
  finish_if_done();
}

void Driver::commit_failure(const AttemptPtr& attempt, ErrorCode code, std::string message) {
  release(attempt->reserved);
  const bool was_stopped = attempt->stopped && attempt->stopped->code.id == code.id;
  std::optional<std::int64_t> retry_in_ns = was_stopped ? std::nullopt : next_try_of(*attempt, code);
  if (std::string reason = retry_in_ns ? too_late_for(attempt->execution, *retry_in_ns) : ""; !reason.empty()) {
    message += cat("; ", reason);
    retry_in_ns.reset();
  }
  if (!retry_in_ns && !was_stopped) message += why_left_out(*attempt, code);
  AttemptFailed end = end_of(*attempt, code, message);
  const AttemptSpec& spec = attempt->prepared.spec;
  NodeNews news{NodeNews::Kind::failed, attempt->execution, attempt->number, attempt->record.duration_ns};
  if (was_stopped) {
    end.state = AttemptFailed::State::aborted;
    end_total(attempt->execution);
    ++summary_.progress.aborted;
    ++attempt->node.state().left_out;
    news.kind = NodeNews::Kind::aborted;
  } else if (retry_in_ns) {
    end.retry_in_ns = retry_in_ns;
    charge(end);
    news.kind = NodeNews::Kind::retried;
    news.detail = cat(message, "; again in ", human_duration_us(*end.retry_in_ns / 1000));
  } else {
    note_failure(attempt->node, {attempt->execution, end.cause, attempt->number, spec.folder,
                                 spec.stdout_path, spec.stderr_path,
                                 plans_.environments().place_of(*spec.task).image ? "" : manual_command(spec),
                                 last_lines(spec.stderr_path)});
  }
  push_failure(attempt, std::move(end));
  tell(news);
}

AttemptFailed Driver::end_of(const Attempt& attempt, ErrorCode code, const std::string& message) {
  AttemptFailed end;
  end.execution = attempt.execution;
  end.attempt = attempt.number;
  end.record = attempt.record;
  end.cause = make_cause(code, message, attempt.execution);
  end.sandbox = sandbox_notes(attempt.prepared.spec, attempt.record.sandbox.get());
  const PlanNode& plan = attempt.node.plan();
  end.category = category_of({code, attempt.record, is_interruptible(*plan.node, *plan.task->task)});
  return end;
}

// Its siblings are told to stop by now: reading large logs in must not keep them running.
void Driver::push_failure(const AttemptPtr& attempt, AttemptFailed end) {
  auto read = [&blobs = with_.writer_store.blobs(), folder = attempt->folder] { return collect_logs(folder, blobs); };
  read_in(amount_of_logs(attempt->folder), read, [this, attempt, end = std::move(end)](AttemptLogs logs) {
    AttemptFailed change = end;
    change.logs = std::move(logs);
    if (change.retry_in_ns) tries_[change.execution].between = true;
    push_result(std::move(change), urgency(), [this, attempt, delay_ns = end.retry_in_ns] {
      if (delay_ns)
        wait_for_retry({attempt->node, attempt->execution.element}, *delay_ns);
      else
        execution_over(attempt->node);
    });
  });
}

// The folders of a run go when it has succeeded.
void Driver::keep_lost_logs() {
  for (const LostAttempt& lost : read_lost(with_.store.database(), run_.key)) {
    const std::string folder = cat(run_folder_, "/", lost.name);
    auto read = [&blobs = with_.writer_store.blobs(), folder] { return collect_logs(folder, blobs); };
    const std::string times = cat(folder, "/", k_log_times_file);
    read_in(amount_of_logs(folder), read, [this, lost, times](AttemptLogs logs) {
      if (logs.out || logs.err || !logs.report.empty())
        push_result(
            LostLogsFound{lost.execution, lost.attempt, std::move(logs), read_log_times(times).packed()},
            CommitQueue::Urgency::deferred);
    });
  }
}

}  // namespace wf
