#include "cli/run_session.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "cli/annotations.hpp"
#include "cli/backends.hpp"
#include "cli/codes.hpp"
#include "cli/output.hpp"
#include "cli/run_report.hpp"
#include "cli/run_views.hpp"
#include "cli/settings.hpp"
#include "core/base/file.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/engine/attempt_folder.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/earlier_drivers.hpp"
#include "executors/local/local_executor.hpp"
#include "executors/secrets/leaks.hpp"
#include "executors/secrets/secrets_executor.hpp"
#include "executors/stub/stub_executor.hpp"

namespace wf::cli {

namespace {

bool is_ignored(int number) {
  struct sigaction action {};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// How a signal ends the run: the first one in order, the second at once.
class Interrupts {
 public:
  Interrupts(EventLoop& loop, KeeperLink& keeper) : keeper_(keeper) {
    for (int number : {SIGINT, SIGTERM, SIGHUP}) {
      if (is_ignored(number)) continue;  // nohup, --detach
      loop.on_signal(number, [this](const SignalEvent& event) { on_signal(event); });
    }
    loop.on_signal(k_look_for_requests, [this](const SignalEvent&) {
      if (driver_ != nullptr) driver_->look_for_requests();
    });
    keeper.watch(loop, [] { kill_everything(); });
  }

  void attach(Driver& driver) {
    driver_ = &driver;
    if (first_ != 0) driver_->abort(cause(first_), Driver::Haste::orderly);
  }

  // The signal that ended the run; 0 for none.
  int signal() const { return first_; }

 private:
  static std::string cause(int number) {
    if (number == SIGINT) return "interrupted (SIGINT)";
    return number == SIGTERM ? "terminated (SIGTERM)" : "the terminal went away (SIGHUP)";
  }

  void on_signal(const SignalEvent& event) {
    if (!keeper_.counts(event)) return;
    bool again = first_ != 0;
    if (!again) first_ = event.number;
    if (driver_ != nullptr)
      driver_->abort(cause(event.number), again ? Driver::Haste::at_once : Driver::Haste::orderly);
  }

  KeeperLink& keeper_;
  Driver* driver_ = nullptr;
  int first_ = 0;
};

// What an earlier driver has left, but for containers, which go on.
void clear_away(Store& store, const RunRecord& run) {
  if (run.fence == 1) return;
  if (!kill_strays("WF_ATTEMPT", attempt_prefix(run.key.id),
                   read_attempt_names(store.database(), run.key, k_container_kind)))
    throw Error(
        codes::k_stray_processes,
        cat("processes of an earlier driver of run ", run.key.id.text(), " are still running and do not die"),
        "they may wait for a device or a network file system; end them, then resume again");
  remove_unsearched(cat(store.runs_folder(), '/', run.key.id.text()));
}

// The state of the run as `wf run` finds it after the fact: from its record, without a driver.
RunSummary recorded_summary(Store& store, const RunRecord& run) {
  RunSummary summary;
  summary.state = run.state;
  summary.cause = run.cause;
  summary.outputs = read_run_outputs(store.database(), run.key);
  summary.progress.resumed = static_cast<std::int64_t>(read_committed(store.database(), run.key).size());
  NodeCounts counts = read_run(store.database(), run.key).counts;
  summary.progress.failed = counts.failed;
  summary.progress.aborted = counts.aborted;
  return summary;
}

void check_detached(const ReportOptions& report) {
  if (!report.stub && report.annotations.empty()) return;
  throw Error(codes::k_usage, "--detach leaves nobody to show --stub or --annotations to",
              "leave one of them out; 'wf show RUN' tells what came of a run");
}

Json detached_json(const RunRecord& run, const std::string& log) {
  Json json = Json::object();
  json.add("run", run.key.id.text()).add("name", run.name.empty() ? Json() : Json(run.name));
  json.add("project", run.key.project).add("domain", run.key.domain);
  return json.add("workflow", run.workflow).add("version", run.version.text()).add("log", log);
}

void leave_caller(const Context& context, Store& store, const RunKey& key, Detachment& detachment) {
  RunRecord run = *load_run(store.database(), key);
  std::string log = absolute_path(driver_log_path(store, key));
  make_folders(parent_folder(log));
  std::string tail = key.id.tail();
  if (context.is_format("table") && !context.globals.quiet)
    print_error(cat("it goes on by itself: 'wf wait ", tail, "', 'wf abort ", tail, "'; what it says is in ",
                    log, "\n"));
  Json json = detached_json(run, log);
  if (context.is_format("table")) return detachment.leave(key.id.text() + "\n", log);
  detachment.leave(context.is_format("yaml") ? render_yaml(json) : printable(json.pretty()) + "\n", log);
}

}  // namespace

std::int64_t required_parallelism(std::int64_t given) {
  if (given >= 1) return given;
  throw Error(codes::k_usage, "--parallelism must be at least 1",
              "leave it out for one attempt per processor");
}

std::string driver_log_path(const Store& store, const RunKey& run) {
  return cat(store.runs_folder(), '/', run.id.text(), '/', k_driver_log);
}

std::string find_driver_log(const Store& store, const RunKey& run) {
  std::string log = absolute_path(driver_log_path(store, run));
  return exists(log) ? log : std::string();
}

Exit run_as_driver(const Context& context, const std::function<Exit(KeeperLink&)>& body,
                   const ScratchFolder* scratch) {
  context.secrets();  // of keeper and driver neither shows them
  auto driver = [&](KeeperLink& keeper) {
    // A reader of our output that goes away must not take the run with it.
    std::signal(SIGPIPE, SIG_IGN);
    return static_cast<int>(body(keeper));
  };
  KeeperDuties duties;
  duties.afterwards = [scratch] {
    if (scratch != nullptr) scratch->remove();
  };
  return static_cast<Exit>(run_kept(driver, duties));
}

Exit run_as_driver(const Context& context, ReportOptions& report,
                   const std::function<Exit(KeeperLink&)>& body, const ScratchFolder* scratch) {
  check_annotations(context, report.annotations);
  if (!report.detach) {
    return run_as_driver(
        context, [&](KeeperLink& keeper) { return annotating(report.annotations, [&] { return body(keeper); }); },
        scratch);
  }
  check_detached(report);
  context.secrets();
  return static_cast<Exit>(run_detached([&](KeeperLink& keeper, Detachment& detachment) {
    std::signal(SIGPIPE, SIG_IGN);
    report.detachment = &detachment;
    return static_cast<int>(body(keeper));
  }));
}

DriverSignals::DriverSignals() : block_({SIGINT, SIGTERM, SIGHUP, SIGCHLD, k_look_for_requests}) {}

RunSettings run_settings(const Context& context, std::optional<std::int64_t> parallelism) {
  RunSettings settings;
  const char* path = std::getenv("PATH");
  settings.path = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  if (find_invalid_utf8(settings.path) != std::string::npos) {
    throw Error(codes::k_usage, "PATH, which the run records for its tasks, is no UTF-8",
                "take the folder with such a name out of PATH");
  }
  settings.parallelism =
      required_parallelism(parallelism ? *parallelism : context.settings().count(k_parallelism_setting));
  return settings;
}

Exit exit_of_signal(int signal, Exit otherwise) {
  if (signal == SIGINT) return Exit::interrupted;
  return signal == 0 ? otherwise : Exit::terminated;
}

Driven drive(const Context& context, Store& store, KeeperLink& keeper, const DriverSignals&,
             const Claim& claim, const Workflow& workflow, const Driving& driving) {
  RunRecord run = *load_run(store.database(), claim.key);
  EventLoop loop;
  Interrupts interrupts(loop, keeper);
  clear_away(store, run);
  std::unique_ptr<Store> writer_store = Store::open(store.path(), Access::read_write, context.clock);
  LocalOptions options;
  options.run_prefix = attempt_prefix(run.key.id);
  options.scratch_folder = store.runs_folder();
  LocalExecutor local(loop, context.clock, options);
  const bool inherits = run.fence > 1 && may_have_containers(store, run);
  const std::string inputs_folder = inherits ? cat("in-", run.fence) : "in";
  BackendExecutor placing(run.settings.backend, loop, local, [&] {
    return std::make_unique<DockerExecutor>(loop, context.clock, docker_options(store, run, inputs_folder));
  });
  if (inherits) placing.open();
  SecretsExecutor confiding(placing, loop, context.clock, context.secrets());
  const Stubs none;
  StubExecutor stubbing(confiding, loop, context.clock, driving.stubs == nullptr ? none : *driving.stubs,
                        store.blobs());
  Executor& executor = driving.stubs == nullptr ? static_cast<Executor&>(confiding) : stubbing;
  Driven driven;
  {
    std::unique_ptr<RunObserver> progress = make_progress(driving.progress, loop, context.clock);
    DriverResources resources{store, *writer_store, loop, executor, *progress};
    resources.alone = driving.stubs != nullptr;
    resources.inputs_folder = inputs_folder;
    if (!resources.alone) resources.find_images = image_finder(run.settings.backend, ImageUse::needed);
    if (resources.alone)
      resources.answer_gate = [&](const Node& gate) {
        bool own = workflow.find_node(gate.name) == &gate;
        auto said = std::find_if(driving.signals.begin(), driving.signals.end(),
                                 [&](const GateSignal& one) { return own && one.gate == gate.name; });
        if (said != driving.signals.end()) return *said;
        return GateSignal{gate.name, GateSignal::Kind::given, stub_answer(gate, store.blobs()), {}};
      };
    Driver driver(resources, workflow, run, claim);
    interrupts.attach(driver);
    driven.summary = driver.run();
  }
  warn_of_containers(placing.close());
  driven.run = *load_run(store.database(), claim.key);
  if (driven.run.state != RunState::running)
    remove_unsearched_checkpoints(cat(store.runs_folder(), '/', run.key.id.text()));
  driven.signal = driven.summary.state == RunState::aborted ? interrupts.signal() : 0;
  return driven;
}

Exit drive_run(const Context& context, Store& store, KeeperLink& keeper, const DriverSignals& signals,
               const Claim& claim, const Workflow& workflow, const ReportOptions& report,
               const Stubs* stubs) {
  if (report.detachment != nullptr) leave_caller(context, store, claim.key, *report.detachment);
  Driven driven = drive(context, store, keeper, signals, claim, workflow, {stubs, progress_style(context)});
  Exit exit = report_run(context, store, driven.run, workflow, driven.summary, report);
  return exit_of_signal(driven.signal, exit);
}

Exit report_ended_run(const Context& context, Store& store, const RunRecord& run,
                      const ReportOptions& report) {
  Workflow workflow = load_version(store.database(), run.version);
  RunSummary summary = recorded_summary(store, run);
  if (summary.state != RunState::succeeded) {
    print_error(cat("wf: run ", run.key.id.text(), " had ended before: ", run_cause_text(summary.cause),
                    "\n  hint: see 'wf show ", run.key.id.text(), "'; 'wf recover ", run.key.id.tail(),
                    "' runs only what did not succeed\n"));
  }
  return report_run(context, store, run, workflow, summary, report);
}

}  // namespace wf::cli
