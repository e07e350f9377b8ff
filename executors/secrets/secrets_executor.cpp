#include "executors/secrets/secrets_executor.hpp"

#include <sys/resource.h>

#include <utility>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/definition/model.hpp"
#include "executors/secrets/leaks.hpp"

namespace wf {

namespace {

constexpr std::size_t k_workers = 2;

// A dump of this process, or of a task, would have them in it.
void dump_no_core() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = 0;
  ::setrlimit(RLIMIT_CORE, &limit);
}

// What cannot be searched is taken for one.
std::vector<std::string> leaks_of(const AttemptSpec& spec) {
  try {
    return remove_leaks(parent_folder(spec.folder), spec.secrets->mask);
  } catch (const Error& error) {
    return {cat("work/out/, maybe: ", error.message())};
  }
}

}  // namespace

SecretsExecutor::SecretsExecutor(Executor& real, EventLoop& loop, const Clock& clock, Secrets& secrets)
    : real_(real),
      loop_(loop),
      clock_(clock),
      secrets_(secrets),
      alive_(std::make_shared<int>(0)),
      workers_(k_workers) {}

// A command that is asked for one must not hold up the end.
SecretsExecutor::~SecretsExecutor() {
  secrets_.give_up();
  workers_.finish();
}

void SecretsExecutor::start(const AttemptSpec& spec, std::function<void(const ExitRecord&)> ended) {
  if (spec.task == nullptr || spec.task->secrets.empty()) return real_.start(spec, std::move(ended));
  dump_no_core();
  fetching_.emplace(spec.id, Held{spec, std::move(ended)});
  workers_.submit([this, id = spec.id, task = spec.task, alive = std::weak_ptr<int>(alive_)] {
    Fetched fetched = fetch(*task);
    loop_.post([this, alive, id, fetched] {
      if (!alive.expired()) on_fetched(id, fetched);
    });
  });
}

SecretsExecutor::Fetched SecretsExecutor::fetch(const Task& task) {
  try {
    std::vector<std::string> environment;
    std::vector<std::string> values;
    for (const SecretUse& use : task.secrets) {
      values.push_back(secrets_.value(use.name));
      environment.push_back(cat(use.variable, '=', values.back()));
    }
    return {std::make_shared<GivenSecrets>(GivenSecrets{std::move(environment), Mask(values)}), {}, false};
  } catch (const Error& error) {
    return {nullptr, cat(error.message(), "; ", error.hint()), error.code().exit == Exit::unavailable};
  }
}

void SecretsExecutor::on_fetched(std::uint64_t id, const Fetched& fetched) {
  auto found = fetching_.extract(id);
  if (found.empty()) return;  // stopped meanwhile
  Held held = std::move(found.mapped());
  if (!fetched.given) return refuse(held, fetched.failure, fetched.may_work);
  held.spec.secrets = fetched.given;
  const AttemptSpec& spec = held.spec;
  real_.start(spec, [this, held](const ExitRecord& record) { search(held, record); });
}

// What it left may be large.
void SecretsExecutor::search(const Held& held, const ExitRecord& record) {
  if (!record.start_error.empty()) return held.ended(record);
  workers_.submit([this, held, found = ExitRecord(record), alive = std::weak_ptr<int>(alive_)]() mutable {
    found.secret_in = leaks_of(held.spec);
    loop_.post([held, found = std::move(found), alive] {
      if (!alive.expired()) held.ended(found);
    });
  });
}

void SecretsExecutor::stop(std::uint64_t id, std::int64_t grace_ns) {
  auto found = fetching_.extract(id);
  if (found.empty()) return real_.stop(id, grace_ns);
  refuse(found.mapped(), "stopped before it could start", false);
}

void SecretsExecutor::refuse(const Held& held, std::string reason, bool may_work) {
  ExitRecord record;
  record.id = held.spec.id;
  record.start_error = std::move(reason);
  record.start_may_work = may_work;
  record.started_us = record.ended_us = clock_.wall_us();
  loop_.post([held, record, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) held.ended(record);
  });
}

}  // namespace wf
