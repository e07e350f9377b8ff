#include "cli/backends.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/run_session.hpp"
#include "cli/store_access.hpp"
#include "cli/wake_driver.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/catalog/run_lookup.hpp"
#include "core/engine/run_record.hpp"
#include "executors/secrets/leaks.hpp"

namespace wf::cli {

namespace {

struct AbortOptions {
  std::string run;
  std::string cause;
};

// Who asked for it, and why.
std::string cause_of(const AbortOptions& options) {
  return cat("aborted by ", current_user(), options.cause.empty() ? "" : ": ", options.cause);
}

void abort_dead(Store& store, const RunKey& key, const std::string& cause) {
  Claim claim = claim_run(store, key);
  static_cast<void>(kill_strays("WF_ATTEMPT", attempt_prefix(key.id)));
  abort_unowned_run(store, claim, cause);
  warn_of_containers(remove_containers_of(store, *load_run(store.database(), key)));
  const std::string folder = cat(store.runs_folder(), '/', key.id.text());
  remove_unsearched(folder);
  remove_unsearched_checkpoints(folder);
}

Exit abort_run(const Context& context, const AbortOptions& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_write);
  Scope scope = context.scope();
  RunKey key = find_run(store->database(), scope.project, scope.domain, options.run);
  const std::string cause = cause_of(options);
  if (!request_abort(*store, key, cause)) {
    std::string_view state = run_state_name(load_run(store->database(), key)->state);
    if (!context.globals.quiet) print_error(cat("run ", key.id.text(), " had ended already: ", state, "\n"));
    return Exit::ok;
  }
  RunRecord run = *load_run(store->database(), key);
  std::optional<DriverInfo> driver = newest_driver(store->database(), key);
  if (driver && ownership(run, *driver, context.clock) == Ownership::held) {
    wake_driver(*driver);
    print(cat("run ", key.id.text(), " is being aborted by ", describe(*driver), "\n"));
    return Exit::ok;
  }
  abort_dead(*store, key, cause);
  print(cat("run ", key.id.text(), " aborted; its driver was dead\n"));
  return Exit::ok;
}

}  // namespace

Command make_abort() {
  auto options = std::make_shared<AbortOptions>();
  Command command;
  command.name = "abort";
  command.summary = "Stop a run that is under way";
  command.details =
      "Running tasks get SIGTERM, and SIGKILL after a grace of 10 seconds; results that were committed "
      "stay. Who asked for it, and the cause given, are recorded; the first one counts. A run that has ended "
      "already "
      "is left as it is, with exit status 0.";
  command.examples = {{"wf abort nightly-2026-11-21", "by its name"}};
  command.positionals = {{"RUN", k_run_help, &options->run, true, {Kind::running_run}}};
  command.options = {{"--cause,--reason", "TEXT", "why, for the record", &options->cause}};
  command.run = [options](Context& context) { return abort_run(context, *options); };
  return command;
}

}  // namespace wf::cli
