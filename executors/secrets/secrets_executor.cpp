#include "executors/secrets/secrets_executor.hpp"

#include <sys/eventfd.h>
#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/definition/model.hpp"
#include "executors/secrets/leaks.hpp"

namespace wf {

namespace {

constexpr std::size_t k_fetchers = 8;  // which wait
constexpr std::size_t k_searchers = 4;

// A dump of this process, or of a task, would have them in it.
void dump_no_core() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = 0;
  ::setrlimit(RLIMIT_CORE, &limit);
}

std::optional<std::string> checkpoint_of(const AttemptSpec& spec) {
  auto path = find_variable(spec.environment, "WF_CHECKPOINT");
  return path ? std::optional(std::string(*path)) : std::nullopt;
}

// The whole folder: it stays, for people to look at, also of one that ended well and has not made what it
// should. Gives the outputs that had one in them.
std::vector<std::string> leaks_of(const AttemptSpec& spec, const std::atomic<bool>& stop) {
  const Mask& mask = spec.secrets->whole;
  std::vector<std::string> found = remove_leaks(spec.folder, mask, stop);
  std::erase_if(found, [](const std::string& path) { return !path.starts_with("out/"); });
  remove_leaks(parent_folder(spec.folder) + "/tmp", mask, stop);
  if (auto checkpoint = checkpoint_of(spec)) {
    remove_leaks(*checkpoint, mask, stop);
    unmark_searched_checkpoint(*checkpoint);
  }
  return found;
}

// What it opened may be named after one.
std::shared_ptr<const SandboxRecord> masked(const Mask& mask, const SandboxRecord& seen) {
  auto out = std::make_shared<SandboxRecord>(seen);
  out->reads.clear();
  out->undeclared.clear();
  for (SandboxRecord::Read one : seen.reads) {
    one.path = masked(mask, one.path);
    out->reads.insert(std::move(one));
  }
  for (SandboxRecord::Undeclared one : seen.undeclared) {
    one.path = masked(mask, one.path);
    out->undeclared.insert(std::move(one));
  }
  return out;
}

}  // namespace

SecretsExecutor::SecretsExecutor(Executor& real, EventLoop& loop, const Clock& clock, Secrets& secrets)
    : real_(real),
      loop_(loop),
      clock_(clock),
      secrets_(secrets),
      alive_(std::make_shared<int>(0)),
      fetchers_(k_fetchers),
      searchers_(k_searchers) {}

// A command that is asked for one must not hold up the end.
SecretsExecutor::~SecretsExecutor() {
  if (over_) ::eventfd_write(over_.get(), 1);
  for (const auto& [id, held] : fetching_) loop_.cancel_timer(held.timer);
  for (const auto& [id, stop] : searching_) *stop = true;
  fetchers_.finish();
  searchers_.finish();
}

void SecretsExecutor::start(const AttemptSpec& spec, std::function<void(const ExitRecord&)> ended) {
  if (spec.task == nullptr || spec.task->secrets.empty()) return real_.start(spec, std::move(ended));
  dump_no_core();
  if (!over_) over_ = Fd(::eventfd(0, EFD_CLOEXEC));
  if (!over_) throw_errno("make", "an eventfd");
  Held held{spec, std::move(ended)};
  if (spec.timeout_ns > 0) {
    held.end_ns = time_after(TimerClock::awake, spec.timeout_ns);
    held.timer = loop_.add_timer(TimerClock::awake, held.end_ns, [this, id = spec.id] { time_out(id); });
  }
  fetching_.emplace(spec.id, std::move(held));
  fetchers_.submit([this, id = spec.id, task = spec.task, alive = std::weak_ptr<int>(alive_)] {
    Fetched fetched = fetch(*task);
    loop_.post([this, alive, id, fetched] {
      if (!alive.expired()) on_fetched(id, fetched);
    });
  });
}

std::string secret_failure(const Error& error) { return cat(error.message(), "; ", error.hint()); }

SecretsExecutor::Fetched SecretsExecutor::fetch(const Task& task) {
  try {
    std::vector<std::string> environment;
    std::vector<std::string> values;
    for (const SecretUse& use : task.secrets) {
      values.push_back(secrets_.value(use.name, over_.get()));
      environment.push_back(cat(use.variable, '=', values.back()));
    }
    return {given(std::move(environment), values), {}, false};
  } catch (const Error& error) {
    return {nullptr, secret_failure(error), error.code().exit == Exit::unavailable};
  }
}

// A mask is much larger than what it keeps out: attempts share it.
std::shared_ptr<const GivenSecrets> SecretsExecutor::given(std::vector<std::string> environment,
                                                           const std::vector<std::string>& values) {
  std::scoped_lock lock(given_mutex_);
  std::shared_ptr<const GivenSecrets>& known = given_[environment];
  if (!known)
    known = std::make_shared<GivenSecrets>(
        GivenSecrets{std::move(environment), Mask(values), Mask(values, Mask::Lines::together)});
  return known;
}

void SecretsExecutor::on_fetched(std::uint64_t id, const Fetched& fetched) {
  std::optional<Held> held = take_fetching(id);
  if (!held) return;  // stopped meanwhile
  if (!fetched.given) {
    ExitRecord record = refusal(fetched.failure);
    record.start_may_work = fetched.may_work;
    return refuse(*held, std::move(record));
  }
  AttemptSpec& spec = held->spec;
  spec.secrets = fetched.given;
  if (held->end_ns > 0)
    spec.timeout_ns = std::max<std::int64_t>(held->end_ns - timer_now_ns(TimerClock::awake), 1);
  mark_unsearched(parent_folder(spec.folder));
  if (auto checkpoint = checkpoint_of(spec)) mark_unsearched_checkpoint(*checkpoint);
  real_.start(spec, [this, held = *held](const ExitRecord& record) { search(held, record); });
}

std::optional<SecretsExecutor::Held> SecretsExecutor::take_fetching(std::uint64_t id) {
  auto found = fetching_.extract(id);
  if (found.empty()) return std::nullopt;
  loop_.cancel_timer(found.mapped().timer);
  return std::move(found.mapped());
}

void SecretsExecutor::time_out(std::uint64_t id) {
  ExitRecord record = refusal("its secrets could not be had in its time");
  record.timed_out = true;
  if (auto held = take_fetching(id)) refuse(*held, std::move(record));
}

// What it left may be large.
void SecretsExecutor::search(const Held& held, const ExitRecord& record) {
  auto stop = std::make_shared<std::atomic<bool>>(false);
  searching_.emplace(record.id, stop);
  searchers_.submit(
      [this, held, stop, found = ExitRecord(record), alive = std::weak_ptr<int>(alive_)]() mutable {
        found.secret_in = leaks_of(held.spec, *stop);
        if (found.sandbox) found.sandbox = masked(held.spec.secrets->mask, *found.sandbox);
        unmark_searched(parent_folder(held.spec.folder));
        loop_.post([this, held, found = std::move(found), alive] {
          if (alive.expired()) return;
          searching_.erase(found.id);
          held.ended(found);
        });
      });
}

void SecretsExecutor::stop(std::uint64_t id, std::int64_t grace_ns) {
  if (auto search = searching_.find(id); search != searching_.end()) *search->second = true;
  std::optional<Held> held = take_fetching(id);
  if (!held) return real_.stop(id, grace_ns);
  refuse(*held, refusal("stopped before it could start"));
}

ExitRecord SecretsExecutor::refusal(std::string reason) {
  ExitRecord record;
  record.start_error = std::move(reason);
  return record;
}

void SecretsExecutor::refuse(const Held& held, ExitRecord record) {
  record.id = held.spec.id;
  record.started_us = record.ended_us = clock_.wall_us();
  loop_.post([held, record, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) held.ended(record);
  });
}

}  // namespace wf
