// What a run takes over from the one that it recovers.
#include <algorithm>
#include <utility>

#include "core/base/text.hpp"
#include "core/engine/driver.hpp"

namespace wf {

namespace {

// Whether it, or what it is inside of, runs whatever becomes of others.
bool is_about_its_run(FrameElement at) {
  for (; at.frame != nullptr; at = at.frame->run_by()) {
    if (at.frame->plan().nodes[at.node].node->run_if != RunIf::all_success) return true;
  }
  return false;
}

}  // namespace

void Driver::load_recovery() {
  if (run_.origin && run_.origin->relation == RunOrigin::Relation::recovery)
    recovery_.emplace(with_.store.database(), run_.key, *run_.origin);
  if (recovery_) checkpoints_ = Checkpoints(with_.store.runs_folder(), run_.key.id, recovery_->runs());
}

// True when the execution is over, or goes on, with what the run that is recovered has made. It takes no slot
// and no turn, so all of it is done before anything else can begin, and fail.
bool Driver::take_over(const Taken& taken) {
  if (!recovery_ || is_about_its_run({taken.node.frame, taken.node.node, taken.element})) return false;
  if (taken.node.plan().node->gate) return take_over_gate(taken);
  if (taken.node.plan().task == nullptr) return false;
  const NodePath execution = taken.path();
  const Recovery::Result* known = recovery_->result_of(execution);
  if (known == nullptr) return false;
  if (!relying_) relying_ = with_.writer_store.blobs().locks().relying();
  std::variant<CachedResult, Again> found = recovered(taken, *known);
  if (const auto* again = std::get_if<Again>(&found)) {
    again_.insert_or_assign(execution, *again);
    return false;
  }
  const auto& result = std::get<CachedResult>(found);
  const std::string prefix = execution.text() + ".";
  if (std::optional<Digest> emitted = recovery_->frame_of(known->level, prefix))
    earlier_.frames.emplace(prefix, OpenedFrame{*emitted});
  ++taken.node.state().active;
  if (!can_run_emitted(taken, result.outputs)) return true;
  ++summary_.progress.recovered;
  tell(NodeNews::Kind::recovered, execution, 0, 0);
  recovered_.push_back({execution, result.artifact, result.producer, result.temporary, temporary_of(taken)});
  take_result(taken, result.artifact, result.outputs);
  return true;
}

// The result, or why it does not stand.
std::variant<CachedResult, Again> Driver::recovered(const Taken& taken, const Recovery::Result& known) {
  const NodeOf& node = taken.node;
  if (recovery_->is_asked_again(taken.path())) return Again::asked;
  if (!is_same_place(taken, known.level)) return Again::changed;
  std::optional<Digest> made_of = recovery_->inputs_of(known);
  if (!made_of) return Again::gone;
  if (made_of != digest_of_inputs(taken)) return Again::changed;
  if (cache_.is_from_elsewhere(known.artifact, *node.plan().task)) return Again::elsewhere;
  std::optional<CachedResult> result = cache_.read(known.artifact, *node.plan().task->task);
  return result ? std::variant<CachedResult, Again>(std::move(*result)) : Again::gone;
}

// Whether the same stands there now: the same case was chosen, in the same definition.
bool Driver::is_same_place(const Taken& taken, std::size_t level) const {
  const Frame& frame = *taken.node.frame;
  if (&frame != &root_ && recovery_->frame_of(level, frame.prefix()) != frame.plan().version) return false;
  const std::optional<std::size_t>& chosen = taken.node.state().chosen;
  return !chosen || recovery_->choice_of(level, taken.path().node) == static_cast<std::int64_t>(*chosen);
}

// nullopt when they cannot be put together: the execution will fail over it.
std::optional<Digest> Driver::digest_of_inputs(const Taken& taken) {
  const NodeOf& node = taken.node;
  bool mapped = node.plan().mapped;
  try {
    if (!mapped) node.frame->bind(node.node);
    Digest digest = sha256(node.plan().task->key.inputs_text(node.frame->inputs(node.node, taken.element)));
    if (!mapped) node.frame->unbind(node.node);
    return digest;
  } catch (const Error& error) {
    if (error.code().exit != Exit::run_failed) throw;
    return std::nullopt;
  }
}

bool Driver::take_over_gate(const Taken& taken) {
  const NodePath execution = taken.path();
  const Recovery::PassedGate* passed = recovery_->gate_of(execution.node);
  if (passed == nullptr) return false;
  if (std::optional<Again> again = asks_again(taken, *passed)) {
    again_.insert_or_assign(execution, *again);
    return false;
  }
  ++taken.node.state().active;
  ++summary_.progress.recovered;
  tell(NodeNews::Kind::recovered, execution, 0, 0);
  push_result(GateRecovered{execution, passed->run}, CommitQueue::Urgency::normal);
  pass(taken, passed->row.answer ? passed->row.answer->value : Json());
  return true;
}

// Why what a gate was told does not stand. It does as long as it is asked in the same place, about the same: all that
// it waits for was taken over, too.
std::optional<Again> Driver::asks_again(const Taken& taken, const Recovery::PassedGate& passed) const {
  if (recovery_->is_asked_again(taken.path())) return Again::asked;
  bool same = is_same_place(taken, passed.level) && !follows_new(taken, passed.level);
  return same ? std::nullopt : std::optional(Again::changed);
}

// Whether anything that an execution waits for, in its frame or around that, was made after the run of a level.
bool Driver::follows_new(const Taken& taken, std::size_t level) const {
  bool found = false;
  FrameElement at{taken.node.frame, taken.node.node, taken.element};
  for (; at.frame != nullptr; at = at.frame->run_by()) {
    each_predecessor(*at.frame->plan().nodes[at.node].node, [&](const std::string& name) {
      found = found || recovery_->was_made_since(level, at.frame->prefix() + name);
    });
  }
  return found;
}

void Driver::record_recovered() {
  BlobLocks::Hold relying = std::exchange(relying_, {});
  if (recovered_.empty()) return;
  push_result(NodesRecovered{std::exchange(recovered_, {}), std::move(relying)}, CommitQueue::Urgency::normal);
}

// Why a result that was there is not taken over, to be recorded with the execution.
std::optional<Again> Driver::again_of(const NodePath& execution) const {
  auto found = again_.find(execution);
  return found == again_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace wf
