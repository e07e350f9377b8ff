// wf ls: the runs there are.
#include <memory>

#include "cli/commands.hpp"
#include "cli/list_arguments.hpp"
#include "cli/output.hpp"
#include "cli/run_views.hpp"
#include "cli/store_access.hpp"
#include "cli/unknown_names.hpp"

namespace wf::cli {

namespace {

std::vector<FilterOption> filters() {
  return {{"workflow", "", "", ""},  // the positional
          {"state",
           "--state",
           "STATE",
           "only runs that are running, succeeded, failed or aborted",
           Reading::text,
           {"running", "succeeded", "failed", "aborted"}},
          k_version_option,
          {"plan", "--plan", "PLAN",
           "only runs started by a launch plan: NAME for all of that name, or NAME@DIGEST", Reading::plan},
          {"parent", "--parent", "RUN", "only runs that recover a run, or run it again", Reading::run},
          {"prefix", "--prefix", "TEXT", "only runs whose name begins so"},
          k_label_option,
          k_since_option,
          k_until_option};
}

Exit list(Context& context, const ListArguments& arguments) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  const ListRequest request = arguments.request(context, store->database());
  Page<RunInfo> page = list_runs(store->database(), request);
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
  if (arguments.has_any()) listing.empty = "no run matches; 'wf ls' lists all";
  bool table = context.is_format("table");
  for (const RunInfo& run : page.items) {
    listing.rows.push_back(table ? run_row(run, store->clock().wall_us()) : run_json(run));
  }
  tell_unknown_names(context, store->database(), request, listing);
  listing.next = next_of(page);
  print_listing(context, listing);
  return Exit::ok;
}

}  // namespace

Command make_ls() {
  auto arguments =
      std::make_shared<ListArguments>(filters(), std::vector<std::string>{"-created", "created", "workflow"});
  Command command;
  command.name = "ls";
  command.summary = "List runs, the newest first";
  command.details =
      "RUN is the end of a run's id; every command that takes a run accepts it. NODES counts node "
      "executions, each element of a mapped node as one.";
  command.examples = {{"wf ls", "the last 20 runs of the project and domain"},
                      {"wf ls --state failed -n 5", "the last five that failed"},
                      {"wf ls iris --version v1 --since 24h", "those of a version, of the last day"},
                      {"wf ls iris -o json", "those of one workflow, for a script"}};
  command.positionals = {{"WORKFLOW", "only runs of this workflow", &arguments->given("workflow"), false}};
  command.options = arguments->options();
  command.formats = k_list_formats;
  command.run = [arguments](Context& context) { return list(context, *arguments); };
  return command;
}

}  // namespace wf::cli
