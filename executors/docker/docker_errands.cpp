// What is sent to containers of an engine on another machine, and what comes back.
#include <unistd.h>

#include <set>
#include <utility>

#include "core/base/file.hpp"
#include "core/engine/cause.hpp"
#include "executors/docker/docker_attempt.hpp"
#include "executors/docker/relayed_logs.hpp"
#include "executors/docker/tree_archive.hpp"

namespace wf {

namespace {

// Beside its folder: what is sent must not hold itself.
std::string archive_of(const std::string& folder) { return folder + ".tar"; }

std::string archive_path(const std::string& container, const std::string& inside) {
  return cat("/containers/", container, "/archive?path=", url_encoded(inside));
}

}  // namespace

// A container has its folder where that stood for the attempt that it has its name from.
std::vector<DockerExecutor::Errand> DockerExecutor::errands_of(const Attempt& attempt) const {
  const AttemptSpec& spec = attempt.spec;
  std::set<std::string> inputs{std::string(k_shim_name)};
  for (const std::string& path : spec.inputs) inputs.insert(base_name(path));
  std::vector<Errand> errands{{attempt.folder, cat(parent_folder(attempt.folder), '/', attempt.container)},
                              {ground_.inputs, ground_.inputs, {inputs.begin(), inputs.end()}, false}};
  if (auto checkpoint = checkpoint_of(spec)) errands.push_back({*checkpoint, *checkpoint});
  return errands;
}

// One folder after the other.
void DockerExecutor::send(Attempt& attempt) {
  if (!attempt.signal.empty()) return refuse(attempt, "stopped before it could start");
  if (attempt.errands.empty()) return attach(attempt);
  const ArchiveOwner owner{static_cast<unsigned>(::geteuid()), static_cast<unsigned>(::getegid())};
  const auto pack = [errand = attempt.errands.front(), owner, archive = archive_of(attempt.folder)] {
    pack_folder(errand.folder, errand.only, owner, archive);
  };
  work(attempt, pack, &DockerExecutor::send_packed);
}

void DockerExecutor::send_packed(Attempt& attempt) {
  ask(attempt, {.method = "PUT",
                .path = archive_path(attempt.container, attempt.errands.front().inside),
                .then = &DockerExecutor::on_sent,
                .timeout_ns = 0,
                .faults = Question::Faults::told,
                .body_file = archive_of(attempt.folder)});
}

void DockerExecutor::on_sent(Attempt& attempt, const EngineReply& reply) {
  if (!reply.is_good())
    return refuse(attempt, cat("the container engine does not take what the task is given: ", reply.failure));
  attempt.errands.erase(attempt.errands.begin());
  send(attempt);
}

// Packing and unpacking may take long. What it throws is the end of the attempt.
void DockerExecutor::work(Attempt& attempt, std::function<void()> job, void (DockerExecutor::*then)(Attempt&)) {
  packers_.submit([this, id = attempt.spec.id, job = std::move(job), then, alive = std::weak_ptr<int>(alive_)] {
    std::string failure;
    try {
      job();
    } catch (const Error& error) {
      failure = with_hint(error);
    }
    loop_.post([this, id, then, alive, failure] {
      if (alive.expired()) return;
      const auto found = attempts_.find(id);
      if (found == attempts_.end() || found->second->over) return;
      if (!failure.empty()) return refuse(*found->second, failure);
      (this->*then)(*found->second);
    });
  });
}

// Before it begins, so that nothing is missed of what its shim says of the logs. Without that they come at
// the end.
void DockerExecutor::attach(Attempt& attempt) {
  if (!attempt.copied) return begin(attempt);
  const auto go_on = [this, alive = std::weak_ptr<int>(alive_), id = attempt.spec.id,
                      gone = std::make_shared<bool>(false)] {
    if (alive.expired() || std::exchange(*gone, true)) return;
    const auto found = attempts_.find(id);
    if (found != attempts_.end() && !found->second->over) begin(*found->second);
  };
  HttpRequest request;
  request.method = "POST";
  request.target = cat("/containers/", attempt.container, "/attach?stream=1&stdout=1");
  request.on_begun = [this, go_on] { loop_.post(go_on); };
  request.on_data = [logs =
                         std::make_shared<RelayedLogs>(attempt.spec.stdout_path, attempt.spec.stderr_path)](
                        std::string_view piece) { logs->take(piece); };
  attempt.relay = engine_.start(std::move(request), [go_on](const EngineReply&) { go_on(); });
}

void DockerExecutor::detach(Attempt& attempt) {
  if (attempt.relay) engine_.cancel(*std::exchange(attempt.relay, std::nullopt));
}

// Its time is over with that: what comes back may take long.
void DockerExecutor::on_ended(Attempt& attempt, const EngineReply&) {
  loop_.cancel_timer(attempt.timer);
  detach(attempt);
  if (!attempt.copied) return conclude(attempt);
  attempt.errands = errands_of(attempt);
  std::erase_if(attempt.errands, [](const Errand& one) { return !one.comes_back; });
  fetch(attempt);
}

void DockerExecutor::fetch(Attempt& attempt) {
  if (attempt.errands.empty()) return conclude(attempt);
  ask(attempt, {.method = "GET",
                .path = archive_path(attempt.container, attempt.errands.front().inside),
                .then = &DockerExecutor::on_fetched,
                .timeout_ns = 0,
                .faults = Question::Faults::told,
                .answer_file = archive_of(attempt.folder)});
}

// What was never begun has left nothing.
void DockerExecutor::on_fetched(Attempt& attempt, const EngineReply& reply) {
  const Errand errand = attempt.errands.front();
  attempt.errands.erase(attempt.errands.begin());
  if (!reply.is_good()) return conclude(attempt);
  const auto unpack = [errand, archive = archive_of(attempt.folder)] {
    unpack_folder(archive, errand.folder);
    ::unlink(archive.c_str());
  };
  work(attempt, unpack, &DockerExecutor::fetch);
}

}  // namespace wf
