// wf verify-repro: whether a run would give the same once more.
#include <algorithm>
#include <csignal>
#include <memory>
#include <thread>

#include "cli/backends.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/run_session.hpp"
#include "cli/store_access.hpp"
#include "core/base/file.hpp"
#include "core/base/json_members.hpp"
#include "core/base/process.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/base/uuid.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/repetition.hpp"
#include "core/lineage/explanation.hpp"
#include "executors/docker/backend_executor.hpp"
#include "executors/docker/docker_executor.hpp"
#include "executors/local/local_executor.hpp"
#include "executors/secrets/secrets_executor.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string run;
  std::optional<std::string> node;
};

constexpr const char* k_host_name = "wf-verify-repro";

// The host name that the tasks are to see; empty where the system does not allow another one.
std::string other_host_name() {
  SpawnRequest request;
  request.argv = {"/bin/sh", "-c", ":"};
  request.host_name = k_host_name;
  auto started = spawn(request);
  const auto* child = std::get_if<Child>(&started);
  if (child == nullptr) return {};
  wait_child(*child, WaitMode::block);
  return k_host_name;
}

struct Verified {
  std::vector<Repeated> all;
  std::int64_t not_done = 0;  // when it was stopped
  bool other_host = false;
  std::int64_t later_us = 0;  // than the run
  int signal = 0;
};

// The first signal ends it in order, the second at once.
void stop_at_signals(EventLoop& loop, KeeperLink& keeper, Repetition& repetition, int& first) {
  for (int number : {SIGINT, SIGTERM, SIGHUP}) {
    if (is_signal_ignored(number)) continue;  // nohup
    loop.on_signal(number, [&](const SignalEvent& event) {
      if (!keeper.counts(event)) return;
      repetition.stop(first == 0 ? k_grace_ns : 0);
      if (first == 0) first = event.number;
    });
  }
}

Verified verify(const Context& context, Store& store, const ScratchFolder& scratch, const RunKey& run,
                const std::optional<NodePath>& only, KeeperLink& keeper) {
  Verified verified;
  std::unique_ptr<Store> made = scratch.make_store(context, "made");
  // Another path than a run's, and a longer one.
  std::string folder = cat(scratch.path(), "/repeated/somewhere/else");
  make_folders(folder);
  std::string host_name = other_host_name();
  verified.other_host = !host_name.empty();
  DriverSignals signals;
  EventLoop loop;
  keeper.watch(loop, [] { kill_everything(); });
  const std::string own_name = cat("repeat-", new_uuid7(context.clock).tail());
  LocalOptions options;
  options.run_prefix = own_name + "-";
  options.scratch_folder = folder;
  LocalExecutor local(loop, context.clock, options);
  const RunRecord record = *load_run(store.database(), run);
  BackendExecutor placing(record.settings.backend, loop, local, [&] {
    return std::make_unique<DockerExecutor>(loop, context.clock,
                                            repeating_options(store, scratch.path(), folder));
  });
  if (may_have_containers(store, record)) placing.open();
  SecretsExecutor executor(placing, loop, context.clock, context.secrets());
  auto processors = std::max(1U, std::thread::hardware_concurrency());
  Repetition repetition(
      {store, *made, loop, executor, folder, options.run_prefix, host_name,
       static_cast<std::int64_t>(processors),
       [&](const NodePath& path, const std::string& what) {
         if (!context.globals.quiet)
           print_error(cat("  waits   ", escape_terminal(path.text()), "  for ", what, "\n"));
       }},
      run);
  stop_at_signals(loop, keeper, repetition, verified.signal);
  std::vector<NodePath> chosen = repetition.choose(only);
  verified.all = repetition.run(chosen);
  warn_of_containers(placing.close());
  verified.not_done = std::ssize(chosen) - std::ssize(verified.all);
  return verified;
}

std::string text_of(const Repeated& one) {
  std::string name = one.path.text();
  if (one.failed()) return cat(styled_state("failed"), "   ", name, ": ", escape_terminal(one.failure), "\n");
  if (one.gone)
    return cat(styled(Style::caution, "gone"), "     ", name, ": ", escape_terminal(one.failure), "\n");
  if (one.same()) return cat(styled_state("same"), "     ", name, "\n");
  std::string text = cat(styled(Style::caution, "differs"), "  ", name, "\n");
  for (const Repeated::Output& output : one.differences) {
    std::string place = output.difference.place.empty() ? "" : cat(", ", output.difference.place);
    text += cat("           ", output.name, place, "\n             before  ", output.difference.before,
                "\n             now     ", output.difference.after, "\n");
  }
  return text;
}

std::string report(const Verified& verified) {
  std::string text;
  std::int64_t same = 0;
  std::int64_t failed = 0;
  std::int64_t gone = 0;
  for (const Repeated& one : verified.all) {
    text += text_of(one);
    same += one.same() ? 1 : 0;
    failed += one.failed() ? 1 : 0;
    gone += one.gone ? 1 : 0;
  }
  auto differ = static_cast<std::int64_t>(verified.all.size()) - same - failed - gone;
  if (verified.not_done > 0) text += cat("stopped, ", verified.not_done, " not done\n");
  text += cat(same, " the same, ", differ, " different, ", failed, " failed",
              gone > 0 ? cat(", ", gone, " not run since what they read is gone") : "",
              "; in another folder, ", human_duration_us(verified.later_us),
              verified.other_host ? " later, in another order and under another host name"
                                  : " later and in another order",
              "\n");
  return text;
}

Json output_json(const Repeated::Output& output) {
  return Json::object()
      .add("output", output.name)
      .add("place", or_null(output.difference.place))
      .add("before", output.difference.before)
      .add("now", output.difference.after);
}

Json to_json(const RunKey& run, const Verified& verified) {
  Json executions = list_json(verified.all, [](const Repeated& one) {
    Json json = Json::object();
    add_node(json, one.path.node, one.path.element);
    json.add("verdict", one.failed() ? "failed" : one.gone ? "gone" : one.same() ? "same" : "differs");
    json.add("failure", or_null(one.failure));
    return json.add("differences", list_json(one.differences, output_json));
  });
  return Json::object()
      .add("run", run.id.text())
      .add("other_host_name", bool{verified.other_host})
      .add("executions", std::move(executions))
      .add("not_done", verified.not_done);
}

Exit exit_of(const std::vector<Repeated>& all) {
  auto is_any = [&](bool (*holds)(const Repeated&)) { return std::any_of(all.begin(), all.end(), holds); };
  if (is_any([](const Repeated& one) { return one.failed(); })) return Exit::run_failed;
  if (is_any([](const Repeated& one) { return !one.differences.empty(); })) return Exit::differs;
  return is_any([](const Repeated& one) { return one.gone; }) ? Exit::not_found : Exit::ok;
}

// Throws Error(k_node_not_found) with near names for none of the run, Error(k_no_execution) for a gate.
void require_task(Store& store, const RunKey& run, const NodePath& node) {
  const std::vector<Explanation> named = explain(store, run, node).executions;
  const bool gates =
      std::all_of(named.begin(), named.end(), [](const Explanation& one) { return one.why == Why::gate; });
  if (gates && !named.empty())
    throw Error(codes::k_no_execution,
                cat(node.text(), " is a gate: it ran no task that could be run once more"),
                "name a node that runs a task, or none for all of the run");
}

Exit verify_repro(const Context& context, const Options& options, const ScratchFolder& scratch, KeeperLink& keeper) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  RunKey run = find_run(store->database(), scope.project, scope.domain, options.run);
  std::optional<NodePath> only;
  if (options.node) only = read_node_path(*options.node);
  if (only) require_task(*store, run, *only);
  const std::int64_t begun_us = read_run(store->database(), run).created_us;
  const std::int64_t now_us = store->clock().wall_us();
  Verified verified = verify(context, *store, scratch, run, only, keeper);
  verified.later_us = now_us - begun_us;
  print_object(context, report(verified), to_json(run, verified));
  return exit_of_signal(verified.signal, exit_of(verified.all));
}

}  // namespace

Command make_verify_repro() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "verify-repro";
  command.summary = "Run what a run has made once more, and show which outputs differ";
  command.details =
      "Each execution that has a result is run again with the inputs that are recorded of it, in another "
      "folder, later, in "
      "another order and, where the system allows it, under another host name; then its outputs are compared "
      "with "
      "those in the store, byte by byte. The first place at which an output differs is shown. Nothing is "
      "recorded. Each "
      "has its timeouts, its resources, its tokens of pools and its retries as in the run, and waits for "
      "them as "
      "attempts of runs do; between its attempts it keeps its checkpoint, of which the first one has "
      "nothing. A clock tells the time that it is: how "
      "much later than "
      "the run that is, is shown, and what depends on the day alone differs on another day only.\n"
      "A first signal stops it in order, a second one at once; what had ended by then is shown, and how many "
      "were not done.\n"
      "What cannot be run since something that it reads was freed, such as an input of the run, is gone.\n"
      "Exit status: 0 when all are the same, 1 when a task fails this time, else 11 when some differ, "
      "else 3 when some are gone; 3 also when there is no result to compare with.";
  command.examples = {{"wf verify-repro nightly", "all of a run"},
                      {"wf verify-repro nightly train", "one node, with all its elements"}};
  command.positionals = {{"RUN", k_run_help, &options->run}, {"NODE", k_node_help, &options->node, false}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) {
    ScratchFolder scratch;
    return run_as_driver(context, [&](KeeperLink& keeper) { return verify_repro(context, *options, scratch, keeper); }, &scratch);
  };
  return command;
}

}  // namespace wf::cli
