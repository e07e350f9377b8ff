// wf status: what runs now, and what failed lately.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/run_views.hpp"
#include "cli/store_access.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

namespace {

constexpr std::int64_t k_most_running = 100;
constexpr std::int64_t k_most_failed = 5;
constexpr std::int64_t k_lately_us = std::int64_t{24} * 3600 * 1'000'000;

std::string to_text(DriverState state) {
  if (state == DriverState::alive) return "alive";
  return state == DriverState::dead ? "dead" : "elsewhere";
}

struct Running {
  RunInfo run;
  std::optional<DriverInfo> driver;
  std::string driver_state = "none";
};

std::vector<RunInfo> runs_in_state(Database& database, const Scope& scope, const std::string& state,
                                   std::int64_t limit) {
  return list_runs(database, {scope.project, scope.domain, {{"state", state, state}}, "", limit}).items;
}

std::vector<Running> read_running(Database& database, const Scope& scope) {
  std::vector<Running> found;
  for (RunInfo& run : runs_in_state(database, scope, "running", k_most_running)) {
    Running running{std::move(run), {}, "none"};
    running.driver = newest_driver(database, running.run.key);
    if (running.driver) running.driver_state = to_text(state_of(*running.driver));
    found.push_back(std::move(running));
  }
  return found;
}

std::vector<RunInfo> read_failed(Database& database, const Scope& scope, std::int64_t now_us) {
  std::vector<RunInfo> failed = runs_in_state(database, scope, "failed", k_most_failed);
  std::erase_if(failed, [&](const RunInfo& run) { return run.ended_us.value_or(0) < now_us - k_lately_us; });
  return failed;
}

std::string running_text(const Running& running, std::int64_t now_us) {
  const RunInfo& run = running.run;
  std::string out =
      cat(styled_state("running"), "  ", run.key.id.tail(), "  ", run.workflow, "@", version_text(run), "  ",
          took(run.created_us, std::nullopt, now_us), "  ", counts_text(run.counts));
  if (run.name) out += cat("  named ", escape_terminal(*run.name));
  if (running.driver_state == "alive") return cat(out, "  by process ", running.driver->pid, "\n");
  if (running.driver_state == "elsewhere")
    return cat(out, "  on ", escape_terminal(running.driver->host), "\n");
  return cat(out, "\n         its driver is dead; go on with: wf resume ", run.key.id.tail(), "\n");
}

std::string failed_text(const RunInfo& run) {
  std::string out = cat(styled_state("failed"), "   ", run.key.id.tail(), "  ", run.workflow, "@",
                        version_text(run), "  ", short_time(run.ended_us.value_or(run.created_us)));
  if (run.name) out += cat("  named ", escape_terminal(*run.name));
  return run.cause ? cat(out, "\n         ", run_cause_text(*run.cause), "\n") : cat(out, "\n");
}

Json status_json(const std::vector<Running>& running, const std::vector<RunInfo>& failed) {
  Json now = Json::array();
  for (const Running& one : running) {
    Json json = run_json(one.run);
    json.add("host", one.driver ? Json(one.driver->host) : Json());
    json.add("pid", one.driver ? Json(one.driver->pid) : Json());
    json.add("driver", one.driver_state);
    now.push(std::move(json));
  }
  Json lately = Json::array();
  for (const RunInfo& run : failed) lately.push(run_json(run));
  Json json = Json::object();
  json.add("running", std::move(now));
  json.add("failed_lately", std::move(lately));
  return json;
}

Exit status(Context& context) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  require_scope(store->database(), scope);
  std::int64_t now_us = store->clock().wall_us();
  std::vector<Running> running = read_running(store->database(), scope);
  std::vector<RunInfo> failed = read_failed(store->database(), scope, now_us);
  std::string human = running.empty() ? cat("nothing runs in ", scope.project, "/", scope.domain, "\n") : "";
  for (const Running& one : running) human += running_text(one, now_us);
  for (const RunInfo& run : failed) human += failed_text(run);
  print_object(context, human, status_json(running, failed));
  return Exit::ok;
}

}  // namespace

Command make_status() {
  Command command;
  command.name = "status";
  command.summary = "Show what runs now and what failed in the last day";
  command.details =
      "For each run that goes on: since when, how far it is, and whether the process that drives it "
      "lives. One whose driver died goes on with 'wf resume RUN'.";
  command.examples = {{"wf status", "a look around"}, {"wf status -o json", "the same for a script"}};
  command.formats = k_show_formats;
  command.run = [](Context& context) { return status(context); };
  return command;
}

}  // namespace wf::cli
