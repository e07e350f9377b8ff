#include "cli/commands.hpp"
#include "cli/new_run.hpp"
#include "cli/output.hpp"
#include "cli/run_session.hpp"
#include "cli/store_access.hpp"
#include "core/catalog/run_lookup.hpp"

namespace wf::cli {

namespace {

struct ResumeOptions {
  std::string run;
  ReportOptions report;
};

Exit resume_here(const Context& context, const ResumeOptions& options, KeeperLink& keeper) {
  std::unique_ptr<Store> store = open_store(context, Access::read_write);
  Scope scope = context.scope();
  RunKey key = find_run(store->database(), scope.project, scope.domain, options.run);
  RunRecord run = *load_run(store->database(), key);
  if (run.state == RunState::succeeded) return report_ended_run(context, *store, run, options.report);
  Workflow workflow = load_version(store->database(), run.version);
  if (run.state == RunState::running) require_pools(store->database(), workflow);
  DriverSignals signals;
  return drive_run(context, *store, keeper, signals, claim_run(*store, key), workflow, options.report);
}

}  // namespace

Command make_resume() {
  auto options = std::make_shared<ResumeOptions>();
  Command command;
  command.name = "resume";
  command.summary = "Finish a run that was killed half way";
  command.details =
      "Takes over a run whose 'wf run' was killed, or whose machine went down, and finishes it with its "
      "recorded version, inputs and settings: only executions that were not committed are repeated. "
      "Processes that the dead driver left behind are killed first. While the driver lives, resume is "
      "refused (exit status 4), and so it is, with exit status 3, while a pool that its tasks name is not "
      "there.";
  command.examples = {{"wf resume nightly-2026-11-21", "by its name"},
                      {"wf resume 0199e3a1", "by the beginning of its id"}};
  command.positionals = {{"RUN", k_run_help, &options->run, true, {Kind::running_run}}};
  command.options = report_options(options->report);
  command.formats = k_show_formats;
  command.run = [options](Context& context) {
    return run_as_driver(context, options->report,
                         [&](KeeperLink& keeper) { return resume_here(context, *options, keeper); });
  };
  return command;
}

}  // namespace wf::cli
