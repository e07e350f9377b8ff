#include "executors/docker/docker_executor.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/pipe.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/engine/cache_key.hpp"
#include "core/engine/cause.hpp"
#include "core/secrets/secrets.hpp"
#include "executors/docker/codes.hpp"
#include "executors/docker/docker_attempt.hpp"
#include "executors/docker/exit_file.hpp"
#include "executors/docker/shim_binary.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_first_pause_ns = 50'000'000;  // before an engine without an answer is asked again; doubles …
constexpr std::int64_t k_longest_pause_ns = 2'000'000'000;
constexpr std::int64_t k_silence_ns = 300'000'000'000;  // … and when it has been silent for so long that is the end
constexpr std::int64_t k_removal_ns = 30'000'000'000;  // that an end waits for its container to go
constexpr std::int64_t k_kill_ns = 10'000'000'000;     // … and that it waits for when it was killed
constexpr int k_signal_base = 128;
constexpr int k_not_run = 125;  // of the shim
constexpr std::string_view k_no_source = "bind source path does not exist";

void make_fifo(const std::string& path) {
  if (::mkfifo(path.c_str(), 0600) != 0) throw_errno("create the pipe", path);
}

// What is read here from a pipe with a name, and a writer of our own, so that it has no end before it began.
Pipe open_fifo(const std::string& path) {
  make_fifo(path);
  Pipe pipe;
  pipe.read = open_file(path, O_RDONLY | O_NONBLOCK);
  pipe.write = open_file(path, O_WRONLY);
  return pipe;
}

void make_empty(const std::string& path) { open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600); }

std::int64_t number_of(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  return found != nullptr && found->is_int() ? found->as_int() : 0;
}

std::string path_of(const std::string& container, std::string_view what) {
  return cat("/containers/", container, what);
}

bool is_true(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  return found != nullptr && found->is_bool() && found->as_bool();
}

// How a container ended that left no record, as its engine has it: who killed it killed its shim, too.
ExitRecord without_record(const Json& state, bool killed_by_us) {
  ExitRecord record;
  const std::int64_t code = number_of(state, "ExitCode");
  record.cpu_us.reset();
  if (is_true(state, "OOMKilled")) record.memory_events = MemoryEvents{0, 1};
  if (killed_by_us || is_true(state, "OOMKilled") || code == k_signal_base + SIGKILL) {
    record.signal = SIGKILL;
    record.engine_failed = !killed_by_us && !is_true(state, "OOMKilled");
    return record;
  }
  const std::string said = text_of(state, "Error");
  record.start_may_work = code != k_not_run;
  record.start_error = cat("its container ended without a record of how; the engine says exit code ", code,
                           said.empty() ? "" : ": ", said);
  return record;
}

}  // namespace

DockerExecutor::DockerExecutor(EventLoop& loop, const Clock& clock, DockerOptions options)
    : loop_(loop),
      clock_(clock),
      options_(std::move(options)),
      engine_(loop, options_.address),
      inheritance_(engine_, options_.past),
      ground_{options_.store, options_.past.run, options_.past.fence, options_.inputs, {}, own_user(),
              options_.address.endpoint.unix_socket.empty() ? ContainerGround::Folders::copied
                                                            : ContainerGround::Folders::shared},
      logs_(loop, clock),
      used_(options_.past.fence > 1),
      alive_(std::make_shared<int>(0)) {
  if (engine_.info().platform != host_platform())
    throw Error(codes::k_no_engine,
                cat("the container engine at ", options_.address.text, " runs ", engine_.info().platform,
                    ", and this wf brings what its containers need for ", host_platform()),
                "use an engine of that platform, or --backend local");
  if (options_.is_left_over)
    static_cast<void>(remove_containers(engine_, std::string(k_store_label), options_.is_left_over));
}

DockerExecutor::~DockerExecutor() {
  packers_.finish();
  for (auto& [id, attempt] : attempts_) loop_.cancel_timer(attempt->timer);
  static_cast<void>(close());
}

std::string DockerExecutor::close() {
  if (!std::exchange(used_, false)) return {};
  if (silent_) return cat("the container engine at ", engine_.address().text, " does not answer");
  return remove_containers(engine_, cat(k_run_label, '=', options_.past.run),
                           [](const ContainerInfo&) { return true; });
}

std::array<std::string_view, k_resource_count> DockerExecutor::keeps_limits(const Task&) const {
  return {"container", "container", "", "rlimit"};
}

// Once for a driver: a running container keeps the one that it began with.
void DockerExecutor::place_shim() {
  if (!ground_.shim.empty()) return;
  const std::string path = cat(ground_.inputs, "/", k_shim_name);
  replace_file_durably(path, shim_binary(), 0555);
  ground_.shim = path;
}

void DockerExecutor::start(const AttemptSpec& spec, std::function<void(const ExitRecord&)> ended) {
  auto [place, fresh] = attempts_.emplace(spec.id, std::make_unique<Attempt>());
  Attempt& attempt = *place->second;
  attempt.spec = spec;
  attempt.ended = std::move(ended);
  attempt.record.started_us = clock_.wall_us();
  attempt.container = spec.name;
  attempt.folder = parent_folder(spec.folder);
  attempt.started_ns = clock_.boottime_ns();
  try {
    prepare(attempt);
  } catch (const Error& error) {
    refuse(attempt, with_hint(error));
  }
}

void DockerExecutor::prepare(Attempt& attempt) {
  if (std::string why = why_no_container(attempt.spec, ground_.folders); !why.empty()) return refuse(attempt, std::move(why));
  if (auto heirloom = inheritance_.take(attempt.spec)) return take_over(attempt, *heirloom);
  used_ = true;
  place_shim();
  const AttemptSpec& spec = attempt.spec;
  ContainerPipes pipes{spec.stdout_path, spec.stderr_path, "-"};
  logs_.begin(spec.id, attempt.folder);
  if (spec.secrets) {
    hide_secrets(attempt, pipes);
  } else {
    make_empty(spec.stdout_path);
    make_empty(spec.stderr_path);
  }
  logs_.opened(spec.id);
  create(attempt, pipes);
}

void DockerExecutor::create(Attempt& attempt, const ContainerPipes& pipes) {
  ask(attempt, {.method = "POST",
                .path = cat("/containers/create?name=", attempt.container),
                .then = &DockerExecutor::on_created,
                .body = container_spec(attempt.spec, ground_, pipes),
                .faults = Question::Faults::told});
}

// They go by a pipe: what stands in the specification of a container is shown to whoever may ask its engine.
void DockerExecutor::hide_secrets(Attempt& attempt, ContainerPipes& pipes) {
  const GivenSecrets& given = *attempt.spec.secrets;
  pipes = {attempt.folder + "/stdout.pipe", attempt.folder + "/stderr.pipe", attempt.folder + "/secrets.pipe"};
  const AttemptSpec& spec = attempt.spec;
  attempt.logs.push_back(std::make_unique<MaskedLog>(loop_, given.mask, spec.stdout_path, open_fifo(pipes.out)));
  attempt.logs.push_back(std::make_unique<MaskedLog>(loop_, given.mask, spec.stderr_path, open_fifo(pipes.err)));
  std::string said;
  for (const std::string& variable : given.environment) said.append(variable).push_back('\0');
  const std::uint64_t size = said.size();
  said.insert(0, reinterpret_cast<const char*>(&size), sizeof size);
  make_fifo(pipes.secrets);
  attempt.secrets = open_file(pipes.secrets, O_RDWR | O_NONBLOCK);
  ::fcntl(attempt.secrets.get(), F_SETPIPE_SZ, static_cast<int>(std::min<std::size_t>(said.size(), 1U << 30U)));
  write_all(attempt.secrets.get(), said, pipes.secrets);
}

void DockerExecutor::take_over(Attempt& attempt, const Heirloom& heirloom) {
  attempt.container = heirloom.container;
  attempt.copied = heirloom.copied;
  if (heirloom.state == "created") {
    // The engine may be at it already: that it is asked again does no harm.
    attempt.to_move = heirloom;
    return begin(attempt);
  }
  inheritance_.move(heirloom, attempt.spec);
  if (heirloom.state.empty()) return on_ended(attempt, {});
  attempt.phase = Attempt::Phase::running;
  // It has had some of its time under another driver.
  if (auto begun = stat_if_exists(cat(attempt.folder, '/', k_begun_file))) {
    const std::int64_t begun_us = begun->st_mtim.tv_sec * 1'000'000 + begun->st_mtim.tv_nsec / 1000;
    attempt.started_ns -= std::max<std::int64_t>(clock_.wall_us() - begun_us, 0) * 1000;
  }
  begin_time(attempt);
  await(attempt);
}

void DockerExecutor::ask(Attempt& attempt, Question question) {
  const auto answered = [this, id = attempt.spec.id, question](const EngineReply& reply) {
    const auto found = attempts_.find(id);
    if (found == attempts_.end() || found->second->over) return;
    silent_ = reply.status == 0;
    const bool insists = question.faults == Question::Faults::repeated && reply.status >= k_server_error;
    if (silent_ || insists) return ask_again(*found->second, question, reply);
    found->second->silent_since_ns = 0;
    if (question.then != nullptr) (this->*question.then)(*found->second, reply);
  };
  HttpRequest request{question.method, question.path};
  if (!question.body.is_null()) request.body = question.body.compact();
  request.timeout_ns = question.timeout_ns;
  if (!question.body_file.empty()) {
    request.body_file = question.body_file;
    request.content_type = "application/x-tar";
  }
  if (question.answer_file.empty()) {
    engine_.start(std::move(request), answered);
    return;
  }
  // What cannot be written is as good as not heard: an exception finds no way through libcurl.
  auto file = std::make_shared<Fd>(open_file(question.answer_file, O_WRONLY | O_CREAT | O_TRUNC));
  request.on_data = [file, path = question.answer_file](std::string_view piece) {
    try {
      if (*file) write_all(file->get(), piece, path);
    } catch (const Error&) {
      file->reset();
    }
  };
  engine_.start(std::move(request), [file, answered](EngineReply reply) {
    if (!*file) reply = {0, {}, "its answer cannot be written to the disk", HttpReply::Sent::maybe};
    answered(reply);
  });
}

// Whether it has heard the question is not known: none of them does harm twice.
void DockerExecutor::ask_again(Attempt& attempt, const Question& question, const EngineReply& reply) {
  const std::int64_t now = clock_.boottime_ns();
  if (attempt.silent_since_ns == 0) {
    attempt.silent_since_ns = now;
    attempt.cut_off = true;
    attempt.pause_ns = k_first_pause_ns;
  }
  if (now - attempt.silent_since_ns > k_silence_ns) {
    attempt.record.start_may_work = true;
    return refuse(attempt, cat("the container engine at ", engine_.address().text, " is silent for ",
                               format_duration(k_silence_ns), ": ", reply.failure));
  }
  const std::int64_t at = timer_now_ns(TimerClock::awake) + attempt.pause_ns;
  attempt.pause_ns = std::min(attempt.pause_ns * 2, k_longest_pause_ns);
  loop_.add_timer(TimerClock::awake, at, [this, alive = std::weak_ptr<int>(alive_), id = attempt.spec.id, question] {
    if (alive.expired()) return;
    const auto found = attempts_.find(id);
    if (found != attempts_.end() && !found->second->over) ask(*found->second, question);
  });
}

// Its name was never given before: a container that has it already is this one, of which the answer was lost.
void DockerExecutor::on_created(Attempt& attempt, const EngineReply& reply) {
  // It is on another machine after all, and its socket alone is here.
  if (!copies() && reply.failure.find(k_no_source) != std::string::npos) {
    ground_.folders = ContainerGround::Folders::copied;
    std::string why = why_no_container(attempt.spec, ground_.folders);
    return why.empty() ? create(attempt, {attempt.spec.stdout_path, attempt.spec.stderr_path, "-"})
                       : refuse(attempt, std::move(why));
  }
  if (!reply.is_good() && reply.status != k_conflict) {
    attempt.record.start_may_work = reply.status >= k_server_error;
    return refuse(attempt, cat("the container engine does not create its container: ", reply.failure));
  }
  attempt.copied = copies();
  if (attempt.copied) attempt.errands = errands_of(attempt);
  send(attempt);
}

void DockerExecutor::begin(Attempt& attempt) {
  attempt.phase = Attempt::Phase::starting;
  ask(attempt, {.method = "POST",
                .path = path_of(attempt.container, "/start"),
                .then = &DockerExecutor::on_started,
                .faults = Question::Faults::told});
}

void DockerExecutor::on_started(Attempt& attempt, const EngineReply& reply) {
  if (!reply.is_good() && reply.status != k_unchanged) {
    attempt.record.start_may_work = reply.status >= k_server_error;
    return refuse(attempt, cat("the container engine does not start its container: ", reply.failure));
  }
  try {
    if (attempt.to_move) inheritance_.move(*attempt.to_move, attempt.spec);
  } catch (const Error& error) {
    return refuse(attempt, with_hint(error));
  }
  attempt.phase = Attempt::Phase::running;
  attempt.started_ns = clock_.boottime_ns();
  if (attempt.signal.empty())
    begin_time(attempt);
  else
    stop(attempt.spec.id, attempt.grace_ns);
  await(attempt);
}

void DockerExecutor::begin_time(Attempt& attempt) {
  if (attempt.spec.timeout_ns == 0) return;
  const std::int64_t had = clock_.boottime_ns() - attempt.started_ns;
  const std::int64_t left = std::max<std::int64_t>(attempt.spec.timeout_ns - had, 0);
  attempt.timer = loop_.add_timer(TimerClock::awake, time_after(TimerClock::awake, left), [this, &attempt] {
    attempt.record.timed_out = true;
    stop(attempt.spec.id, k_grace_ns);
  });
}

void DockerExecutor::await(Attempt& attempt) {
  ask(attempt, {.method = "POST",
                .path = path_of(attempt.container, "/wait?condition=not-running"),
                .then = &DockerExecutor::on_ended,
                .timeout_ns = 0});
}

// Whatever the engine says of it, the record is what happened.
void DockerExecutor::conclude(Attempt& attempt) {
  const std::string command = attempt.spec.argv.empty() ? std::string() : attempt.spec.argv.front();
  if (auto file = read_exit_file(attempt.folder, command)) {
    ExitRecord& record = file->record;
    const bool limited = attempt.spec.limits.at(static_cast<std::size_t>(Resource::memory)) > 0;
    if (!limited && !record.oom()) record.memory_events.reset();
    // An engine that ends takes its containers with it, unless it is told to let them live; others may stop
    // them, too.
    const bool killed = attempt.cut_off && record.signal == SIGKILL;
    const bool stopped = killed || file->told != 0;
    record.engine_failed = stopped && record.exit_code != 0 && attempt.signal.empty() && !record.oom();
    return finish(attempt, std::move(record));
  }
  ask(attempt, inspection(attempt));
}

DockerExecutor::Question DockerExecutor::inspection(const Attempt& attempt) {
  return {
      .method = "GET", .path = path_of(attempt.container, "/json"), .then = &DockerExecutor::on_inspected};
}

void DockerExecutor::on_inspected(Attempt& attempt, const EngineReply& reply) {
  if (reply.status == k_not_found) {
    ExitRecord record;
    record.start_may_work = true;
    record.start_error = "its container was removed by somebody else";
    return finish(attempt, std::move(record));
  }
  const Json* state = reply.body.find("State");
  if (state == nullptr) return ask_again(attempt, inspection(attempt), reply);
  if (is_true(*state, "Running")) return await(attempt);
  ExitRecord record = without_record(*state, attempt.killed);
  record.started_us = attempt.record.started_us;
  record.ended_us = clock_.wall_us();
  record.duration_ns = clock_.boottime_ns() - attempt.started_ns;
  finish(attempt, std::move(record));
}

void DockerExecutor::stop(std::uint64_t id, std::int64_t grace_ns) {
  const auto found = attempts_.find(id);
  if (found == attempts_.end() || found->second->over) return;
  Attempt& attempt = *found->second;
  const bool at_once = grace_ns <= 0;
  attempt.signal = at_once ? "SIGKILL" : "SIGTERM";
  attempt.grace_ns = grace_ns;
  // What is still to begin is told when it has; an engine that is silent may never say so.
  if (attempt.phase != Attempt::Phase::running)
    return give_up_after(attempt, std::max<std::int64_t>(grace_ns, 0));
  signal(attempt, attempt.signal);
  if (at_once) return;
  loop_.cancel_timer(attempt.timer);
  attempt.timer = loop_.add_timer(TimerClock::awake, timer_now_ns(TimerClock::awake) + grace_ns,
                                  [this, &attempt] { signal(attempt, "SIGKILL"); });
}

void DockerExecutor::signal(Attempt& attempt, std::string_view name) {
  ask(attempt, {.method = "POST", .path = path_of(attempt.container, cat("/kill?signal=", name))});
  if (name != "SIGKILL" || std::exchange(attempt.killed, true)) return;
  give_up_after(attempt, 0);
}

// An engine that says nothing may have died, or hang, and nobody is to wait for it who wants to end.
void DockerExecutor::give_up_after(Attempt& attempt, std::int64_t grace_ns) {
  const std::int64_t patience = silent_ ? grace_ns : grace_ns + k_kill_ns;
  loop_.cancel_timer(attempt.timer);
  attempt.timer = loop_.add_timer(TimerClock::awake, timer_now_ns(TimerClock::awake) + patience,
                                  [this, &attempt] { give_up(attempt); });
}

void DockerExecutor::give_up(Attempt& attempt) {
  ExitRecord record = attempt.record;
  record.signal = SIGKILL;
  record.cpu_us.reset();
  record.ended_us = clock_.wall_us();
  record.duration_ns = clock_.boottime_ns() - attempt.started_ns;
  finish(attempt, std::move(record));
}

void DockerExecutor::refuse(Attempt& attempt, std::string reason) {
  ExitRecord record = attempt.record;
  record.start_error = std::move(reason);
  record.ended_us = clock_.wall_us();
  finish(attempt, std::move(record));
}

// The container goes, whatever became of it, before its end is told: of what is committed none is left, whoever
// dies when. What that fails for goes with the run.
void DockerExecutor::finish(Attempt& attempt, ExitRecord record) {
  loop_.cancel_timer(attempt.timer);
  detach(attempt);
  attempt.over = true;
  record.id = attempt.spec.id;
  record.timed_out = attempt.record.timed_out;
  for (const auto& log : attempt.logs) log->finish();
  record.log_times = logs_.end(record.id);
  attempt.record = std::move(record);
  const auto tell = [this, alive = std::weak_ptr<int>(alive_), id = attempt.spec.id] {
    if (!alive.expired()) deliver(id);
  };
  if (!used_ || silent_) return loop_.post(tell);
  engine_.start(
      "DELETE", removal_path(attempt.container), {}, [tell](const EngineReply&) { tell(); }, k_removal_ns);
}

void DockerExecutor::deliver(std::uint64_t id) {
  const auto found = attempts_.find(id);
  if (found == attempts_.end()) return;
  const std::unique_ptr<Attempt> attempt = std::move(found->second);
  attempts_.erase(found);
  attempt->ended(attempt->record);
}

}  // namespace wf
