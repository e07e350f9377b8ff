// wf ls: the runs there are.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/run_views.hpp"
#include "cli/store_access.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::optional<std::string> workflow;
  std::string state;
  std::int64_t limit = 20;
};

Exit list(Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  require_scope(store->database(), scope);
  RunFilter filter{scope.project, scope.domain, options.workflow, std::nullopt, options.limit};
  if (!options.state.empty()) filter.state = options.state;
  Listing listing{"runs",
                  {{"short", "RUN"},
                   {"workflow", "WORKFLOW"},
                   {"version_short", "VERSION"},
                   {"state", "STATE"},
                   {"started_short", "STARTED"},
                   {"took", "TOOK"},
                   {"nodes_text", "NODES"},
                   {"name", "NAME"}},
                  {},
                  "no runs here; 'wf run FILE' starts one"};
  if (options.workflow || filter.state) listing.empty = "no run matches; 'wf ls' lists all";
  bool table = context.is_format("table");
  for (const RunInfo& run : list_runs(store->database(), filter)) {
    listing.rows.push_back(table ? run_row(run, store->clock().wall_us()) : run_json(run));
  }
  print_listing(context, listing);
  return Exit::ok;
}

}  // namespace

Command make_ls() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "ls";
  command.summary = "List runs, the newest first";
  command.details =
      "RUN is the end of a run's id; every command that takes a run accepts it. NODES counts node "
      "executions, each element of a mapped node as one.";
  command.examples = {{"wf ls", "the last 20 runs of the project and domain"},
                      {"wf ls --state failed -n 5", "the last five that failed"},
                      {"wf ls iris -o json", "those of one workflow, for a script"}};
  command.positionals = {{"WORKFLOW", "only runs of this workflow", &options->workflow, false}};
  command.options = {{"-n,--limit", "N", "at most so many (default: 20)", &options->limit},
                     {"--state",
                      "STATE",
                      "only runs that are running, succeeded, failed or aborted",
                      &options->state,
                      {"running", "succeeded", "failed", "aborted"}}};
  command.formats = k_list_formats;
  command.run = [options](Context& context) { return list(context, *options); };
  return command;
}

}  // namespace wf::cli
