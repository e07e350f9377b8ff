// What takes long before an attempt can begin is done by a worker: large inputs are laid out, and what
// another run has left as a checkpoint is taken over. The execution has a slot meanwhile, so that no more
// lies ready than can be used.
#include <optional>
#include <utility>

#include "core/base/codes.hpp"
#include "core/base/stopping.hpp"
#include "core/base/text.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/driver.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_little = std::int64_t{1} << 20U;  // bytes that the loop may copy itself …
constexpr std::size_t k_few = 64;                          // … in as many files

bool is_little(BlobStore& blobs, const std::vector<Content>& contents) {
  if (contents.size() > k_few) return false;
  std::int64_t bytes = 0;
  for (const Content& content : contents) {
    if (content.directory) return false;
    bytes += blobs.size_of(content.digest).value_or(0);
  }
  return bytes <= k_little;
}

// A full disk stops the run; all else is a matter of this checkpoint.
void take_checkpoint(const std::string& left, const std::string& path, const std::stop_token& stop) {
  try {
    Checkpoints::take(left, path, stop);
  } catch (const Error& error) {
    if (error.code().id == codes::k_no_space.id) throw;
    throw Error(codes::k_bad_staging,
                cat("the checkpoint of the earlier run cannot be taken over: ", error.message()),
                "let it be read, or begin without it: wf recover RUN --rerun NODE");
  }
}

}  // namespace

struct Driver::LayingJob {
  std::vector<StagedInputs::Laying> contents;
  std::vector<std::string> signatures;  // of the first of them, as far as it came
  std::optional<std::string> left;      // a checkpoint …
  std::string checkpoint;               // … that is copied to here
  std::exception_ptr error;

  void carry_out(const std::stop_token& stop) {
    try {
      for (const StagedInputs::Laying& one : contents)
        signatures.push_back(StagedInputs::carry_out(one, stop));
      if (left) take_checkpoint(*left, checkpoint, stop);
    } catch (const Stopped&) {
      // nobody waits for it any more
    } catch (...) {
      error = std::current_exception();
    }
  }
};

// False when the execution has to wait for that; it comes back then.
bool Driver::is_laid_out(const Taken& taken) {
  const Task& task = *taken.node.plan().task->task;
  std::vector<const Json*> values = taken.node.frame->inputs(taken.node.node, taken.element);
  std::vector<Content> absent;
  bool pending = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!task.inputs[i].type.has_content()) continue;
    for (Content& content : contents_of(task.inputs[i].type, *values[i])) {
      StagedInputs::Standing standing = staged_.standing_of(content);
      if (standing == StagedInputs::Standing::absent) absent.push_back(std::move(content));
      pending = pending || standing == StagedInputs::Standing::pending;
    }
  }
  if (is_little(with_.store.blobs(), absent)) absent.clear();
  std::optional<Digest> work = checkpoint_of(taken);
  std::optional<std::string> left = work ? checkpoint_left(taken, *work) : std::nullopt;
  if (absent.empty() && !pending && !left) return true;
  auto job = std::make_shared<LayingJob>();
  job->left = std::move(left);
  if (job->left) job->checkpoint = checkpoints_.path_of(*work);
  try {
    for (const Content& content : absent) {
      if (staged_.standing_of(content) == StagedInputs::Standing::absent)  // one may be given twice
        job->contents.push_back(staged_.begin(content));
    }
  } catch (const Error&) {
    for (const StagedInputs::Laying& one : job->contents) staged_.end(one, std::nullopt);
    fail_laying(taken, std::current_exception());
    return false;
  }
  lay_out(taken, std::move(job));
  return false;
}

// Without anything to do it waits for what others have begun.
void Driver::lay_out(const Taken& taken, std::shared_ptr<LayingJob> job) {
  const std::uint64_t id = next_id_++;
  Laying& laying = laying_[id];
  laying.taken = taken;
  laying.waits_only = job->contents.empty() && !job->left;
  if (laying.waits_only) return;
  ++collecting_;
  workers_.submit([this, id, job = std::move(job), stop = laying.stop.get_token()] {
    job->carry_out(stop);
    with_.loop.post([this, id, job] { guard([&] { on_laid_out(id, *job); }); });
  });
}

void Driver::on_laid_out(std::uint64_t id, const LayingJob& job) {
  --collecting_;
  for (std::size_t i = 0; i < job.contents.size(); ++i)
    staged_.end(job.contents[i], i < job.signatures.size() ? std::optional(job.signatures[i]) : std::nullopt);
  std::vector<Taken> ready;
  std::exception_ptr error = job.error;
  std::optional<Taken> failed;
  std::erase_if(laying_, [&](const auto& one) {
    if (one.first != id && !one.second.waits_only) return false;
    if (one.first == id && error)
      failed = one.second.taken;
    else
      ready.push_back(one.second.taken);
    return true;
  });
  for (auto one = ready.rbegin(); one != ready.rend(); ++one) {
    --one->node.state().active;
    ready_.push_front({one->node, one->element, one->element + 1});
  }
  if (failed) fail_laying(*failed, error);
  pump();
  finish_if_done();
}

// A damaged input is this execution's failure; a full disk is the driver's.
void Driver::fail_laying(const Taken& taken, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& known) {
    if (!is_of_execution(known)) throw;
    fail_execution(taken.node, taken.element, known.code(), with_hint(known));
  }
}

bool Driver::is_of_execution(const Error& error) {
  return error.code().exit == Exit::run_failed || error.code().exit == Exit::verification_failed;
}

void Driver::forget_laying(const std::function<bool(const Taken&)>& chosen) {
  std::erase_if(laying_, [&](auto& one) {
    if (!chosen(one.second.taken)) return false;
    one.second.stop.request_stop();
    return true;
  });
}

// What its checkpoints are kept under; nullopt: it keeps none. Of the same place, task and inputs.
std::optional<Digest> Driver::checkpoint_of(const Taken& taken) {
  const PlanTask& plan = *taken.node.plan().task;
  if (!plan.task->checkpoint) return std::nullopt;
  const Digest inputs =
      sha256(plan.key.inputs_text(taken.node.frame->inputs(taken.node.node, taken.element)));
  return sha256(cat(taken.path().text(), '\n', plan.key.parts_digest().hex(), '\n', inputs.hex()));
}

// Of the runs since its newest result: those before have come to that result with theirs.
std::optional<std::string> Driver::checkpoint_left(const Taken& taken, const Digest& work) const {
  if (!recovery_ || recovery_->is_asked_again(taken.path())) return std::nullopt;
  const Recovery::Result* result = recovery_->result_of(taken.path());
  return checkpoints_.left_by_others(work, result == nullptr ? recovery_->runs().size() : result->level);
}

// It may be large.
void Driver::remove_checkpoint(const Attempt& attempt) {
  if (!attempt.checkpoint) return;
  workers_.submit([path = checkpoints_.path_of(*attempt.checkpoint)] {
    try {
      remove_tree(path);
    } catch (const Error&) {
      // What cannot be removed goes with the run's folder.
    }
  });
}

}  // namespace wf
