#include "core/engine/repetition.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/collect.hpp"
#include "core/engine/run_writer.hpp"

namespace wf {

namespace {

std::string end_text(const ExitRecord& record) {
  if (!record.start_error.empty()) return record.start_error;
  if (record.signal != 0) return cat("killed by signal ", record.signal);
  return record.exit_code == 0 ? "" : cat("exited with code ", record.exit_code);
}

bool is_meant(const NodePath& path, const NodePath& wanted) {
  if (wanted.element >= 0 && path == wanted) return true;
  return wanted.element < 0 && path.node == wanted.node;
}

}  // namespace

Repetition::Repetition(const RepetitionResources& with, const RunKey& run)
    : with_(with), replay_(with.store, run), folders_(with.folder), staged_(with.folder, with.store.blobs()) {
  for (const CommittedExecution& done : read_committed(with.store.database(), run)) committed_.emplace(done.execution, done.artifact);
}

std::vector<NodePath> Repetition::choose(const std::optional<NodePath>& only) const {
  std::vector<NodePath> chosen;
  for (const auto& [path, artifact] : committed_)
    if (!only || is_meant(path, *only)) chosen.push_back(path);
  if (chosen.empty() && only)
    throw Error(codes::k_no_execution, cat("run ", replay_.run().key.id.tail(), " has no result of '", only->text(), "'"),
                "'wf show RUN' lists the executions of a run");
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

std::vector<Repeated> Repetition::run(const std::vector<NodePath>& paths) {
  waiting_.assign(paths.begin(), paths.end());
  start_some();
  if (running_ > 0) with_.loop.run();
  std::vector<Repeated> all;
  for (const NodePath& path : paths)
    if (auto one = found_.extract(path)) all.push_back(std::move(one.mapped()));
  return all;
}

void Repetition::start_some() {
  while (running_ < with_.parallelism && !waiting_.empty()) {
    NodePath path = waiting_.front();
    waiting_.pop_front();
    try {
      start(path);
    } catch (const Error& error) {
      bool own = error.code().exit == Exit::run_failed || error.code().exit == Exit::verification_failed;
      if (!own) throw;
      found_[path] = {path, error.message(), {}};
    }
  }
  if (running_ == 0) with_.loop.stop();
}

void Repetition::start(const NodePath& path) {
  Replay::Execution execution = replay_.execution(path);
  const Task& task = *execution.node->task->task;
  std::string name = cat("repeat-", next_id_);
  Attempt attempt{path, &task, folders_.create(name)};
  AttemptContext context{name, attempt.folder, replay_.run().settings.path, &execution.inputs};
  AttemptSpec spec = prepare_attempt(task, context, staged_, with_.store.blobs()).spec;
  spec.id = next_id_++;
  spec.argv.insert(spec.argv.begin(), with_.wrapper.begin(), with_.wrapper.end());
  ++running_;
  with_.executor.start(spec, [this, attempt](const ExitRecord& record) {
    --running_;
    ended(attempt, record);
    start_some();
  });
}

void Repetition::ended(const Attempt& attempt, const ExitRecord& record) {
  Repeated repeated{attempt.path, end_text(record), {}};
  if (repeated.failure.empty()) compare(attempt, repeated);
  found_[attempt.path] = std::move(repeated);
}

void Repetition::compare(const Attempt& attempt, Repeated& repeated) {
  auto collected = collect_outputs(*attempt.task, attempt.folder, with_.scratch.blobs());
  if (auto* invalid = std::get_if<InvalidOutput>(&collected)) {
    repeated.failure = invalid->message;
    return;
  }
  const auto& made = std::get<CollectedOutputs>(collected);
  ReadContent before = [this](const Digest& digest) { return with_.store.blobs().read(digest); };
  ReadContent after = [&](const Digest& digest) {
    auto known = std::find_if(made.blobs.begin(), made.blobs.end(), [&](const NewBlob& blob) { return blob.digest == digest; });
    if (known == made.blobs.end()) return with_.store.blobs().read(digest);
    return known->bytes ? *known->bytes : read_file(with_.scratch.blobs().file_path(digest));
  };
  for (const OutputValue& recorded : read_artifact(with_.store.database(), scope_of(replay_.run().key), committed_.at(attempt.path))) {
    auto now = std::find_if(made.outputs.begin(), made.outputs.end(), [&](const OutputValue& one) { return one.name == recorded.name; });
    if (now == made.outputs.end()) continue;
    if (auto found = first_difference(recorded.value, now->value, before, after))
      repeated.differences.push_back({recorded.name, std::move(*found)});
  }
}

}  // namespace wf
