// wf status: what runs now, and what failed lately.
#include <memory>

#include "cli/commands.hpp"
#include "cli/folding.hpp"
#include "cli/output.hpp"
#include "cli/run_activity.hpp"
#include "cli/run_session.hpp"
#include "cli/run_views.hpp"
#include "cli/store_access.hpp"
#include "core/base/json_members.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

namespace {

constexpr std::int64_t k_most_running = 100;
constexpr std::int64_t k_most_failed = 5;
constexpr std::int64_t k_lately_us = std::int64_t{24} * 3600 * 1'000'000;

std::vector<RunInfo> runs_in_state(Database& database, const Scope& scope, const std::string& state,
                                   std::int64_t limit) {
  return list_runs(database, {scope.project, scope.domain, {{"state", state, state}}, "", limit}).items;
}

std::vector<RunInfo> read_failed(Database& database, const Scope& scope, std::int64_t now_us) {
  std::vector<RunInfo> failed = runs_in_state(database, scope, "failed", k_most_failed);
  std::erase_if(failed, [&](const RunInfo& run) { return run.ended_us.value_or(0) < now_us - k_lately_us; });
  return failed;
}

struct RunningRun {
  RunInfo info;
  std::string log;  // where its driver has written, if that was in the background and is dead
  std::vector<Activity> activity;
};

std::string head_text(const RunningRun& one, std::int64_t now_us) {
  const RunInfo& run = one.info;
  const std::string_view word = run.abort_asked ? "aborting" : run.queued ? "queued " : "running";
  std::string out =
      cat(styled_state(word), "  ", run.key.id.tail(), "  ", run.workflow, "@",
          version_text(run), "  ", took(run.created_us, std::nullopt, now_us), "  ", counts_text(run.counts));
  if (run.name) out += cat("  named ", escape_terminal(*run.name));
  const std::string why = run.abort_asked ? cat("         ", escape_terminal(*run.abort_asked), "\n") : "";
  if (run.undriven)
    return cat(out, "\n", why, "         its driver is dead; ", run.abort_asked ? "end it" : "go on",
               " with: ", go_on_command(run.key, run.abort_asked), "\n",
               one.log.empty() ? "" : cat("         what it said is in ", escape_terminal(one.log), "\n"));
  if (state_of(*run.driver) == DriverState::elsewhere)
    return cat(out, "  on ", escape_terminal(run.driver->host), "\n", why);
  return cat(out, "  by process ", run.driver->pid, "\n", why);
}

std::string running_text(const RunningRun& run, std::int64_t now_us) {
  constexpr std::size_t k_most_lines = 12;
  return head_text(run, now_us) + activity_text(run.activity, k_most_lines, now_us);
}

std::string failed_text(const RunInfo& run) {
  std::string out = cat(styled_state("failed"), "   ", run.key.id.tail(), "  ", run.workflow, "@",
                        version_text(run), "  ", short_time(run.ended_us.value_or(run.created_us)));
  if (run.name) out += cat("  named ", escape_terminal(*run.name));
  return run.cause ? cat(out, "\n         ", run_cause_text(*run.cause), "\n") : cat(out, "\n");
}

// How many more there are than are shown.
std::int64_t more_than(std::size_t shown, Database& database, const Scope& scope, const std::string& state,
                       std::int64_t since_us) {
  return count_runs(database, scope.project, scope.domain, state, since_us) - static_cast<std::int64_t>(shown);
}

std::string more_text(std::int64_t more, std::string_view state) {
  return more > 0 ? cat("and ", more, " more: wf ls --state ", state, "\n") : "";
}

Exit status(Context& context) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  require_scope(store->database(), scope);
  std::int64_t now_us = store->clock().wall_us();
  Transaction snapshot(store->database(), Transaction::Mode::read);
  std::vector<RunningRun> running;
  for (RunInfo& run : runs_in_state(store->database(), scope, "running", k_most_running))
    running.push_back(
        {run, run.undriven ? find_driver_log(*store, run.key) : "", read_activity(*store, run)});
  std::vector<RunInfo> failed = read_failed(store->database(), scope, now_us);
  std::int64_t more_running = more_than(running.size(), store->database(), scope, "running", 0);
  std::int64_t more_failed =
      more_than(failed.size(), store->database(), scope, "failed", now_us - k_lately_us);
  std::string human = running.empty() ? cat("nothing runs in ", scope.project, "/", scope.domain, "\n") : "";
  for (const RunningRun& run : running) human += running_text(run, now_us);
  human += more_text(more_running, "running");
  for (const RunInfo& run : failed) human += failed_text(run);
  human += more_text(more_failed, "failed");
  Json json = Json::object();
  json.add("running", list_json(running, [](const RunningRun& run) { return run_json(run.info); }));
  Json executions = Json::array();
  for (const RunningRun& run : running)
    for (const Activity& one : run.activity) executions.push(activity_json(run.info.key, one));
  json.add("executions", std::move(executions)).add("failed_lately", list_json(failed, run_json));
  json.add("more_running", more_running).add("more_failed_lately", more_failed);
  print_object(context, folded(human), json);
  return Exit::ok;
}

}  // namespace

Command make_status() {
  Command command;
  command.name = "status";
  command.summary = "Show what runs now and what failed in the last day";
  command.details =
      "For each run that goes on: since when, how far it is, whether the process that drives it lives, what "
      "runs in it, "
      "and for what everything else waits, in up to 12 lines for each run: -o json has all. One whose driver "
      "died goes on with 'wf resume RUN'. The newest 100 runs that go "
      "on and the newest 5 that failed are shown; how many more there are is said.";
  command.examples = {{"wf status", "a look around"}, {"wf status -o json", "the same for a script"}};
  command.formats = k_show_formats;
  command.run = [](Context& context) { return status(context); };
  return command;
}

}  // namespace wf::cli
