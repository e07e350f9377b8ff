// wf wait: until runs have ended.
#include <algorithm>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/run_limits.hpp"
#include "cli/run_report.hpp"
#include "cli/run_session.hpp"
#include "cli/run_views.hpp"
#include "cli/run_wait.hpp"
#include "cli/store_access.hpp"
#include "core/base/text.hpp"
#include "core/catalog/runs.hpp"
#include "core/engine/run_record.hpp"

namespace wf::cli {

namespace {

struct WaitOptions {
  std::vector<std::string> runs;
  std::optional<std::string> timeout;
};

// Each once, in the order in which they were named.
std::vector<RunKey> keys_of(const Context& context, Store& store, const std::vector<std::string>& names) {
  Scope scope = context.scope();
  std::vector<RunKey> keys;
  for (const std::string& name : names) {
    RunKey key = find_run(store.database(), scope.project, scope.domain, name);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

std::string run_line(const RunInfo& run) {
  std::string text = cat("run ", run.key.id.text(), " of ", run.workflow, "@", run.version.short_hex(), " ",
                         state_text(run), ": ", counts_text(run.counts));
  return cat(text, run.cause ? cat("; ", run_cause_text(*run.cause)) : "", "\n");
}

void print_runs(const Context& context, Store& store, const std::vector<RunKey>& keys) {
  std::string human;
  Json runs = Json::array();
  for (const RunKey& key : keys) {
    RunInfo run = read_run(store.database(), key);
    human += run_line(run);
    runs.push(run_json(run));
  }
  print_object(context, human, Json::object().add("runs", std::move(runs)));
}

std::string tails_of(const std::vector<RunKey>& keys) {
  std::vector<std::string> tails;
  for (const RunKey& key : keys) tails.push_back(key.id.tail());
  return join(tails, ", ");
}

// The exit status of the run that fared worst: out of time, aborted, failed, succeeded.
Exit worst_of(Store& store, const std::vector<RunKey>& keys) {
  Exit worst = Exit::ok;
  for (const RunKey& key : keys) {
    RunRecord run = *load_run(store.database(), key);
    worst = std::max(worst, exit_of(run.state, run.cause));
  }
  return worst;
}

Exit wait(const Context& context, const WaitOptions& options) {
  std::optional<std::int64_t> timeout;
  if (options.timeout) timeout = read_timeout(*options.timeout, 0, "to wait for");
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  std::vector<RunKey> keys = keys_of(context, *store, options.runs);
  Waited waited = wait_for_runs(*store, keys, timeout);
  print_runs(context, *store, keys);
  if (!waited.going_on.empty())
    throw Error(codes::k_still_running, cat("not ended after ", *options.timeout, ": ", tails_of(waited.going_on)),
                "wait again, or see 'wf status'");
  if (waited.undriven.empty()) return worst_of(*store, keys);
  std::string first = waited.undriven.front().id.tail();
  std::string log = find_driver_log(*store, waited.undriven.front());
  throw Error(codes::k_run_undriven,
              cat("not ended, and nobody drives it, as its driver is dead: ", tails_of(waited.undriven)),
              cat("go on with 'wf resume ", first, "', or end it with 'wf abort ", first, "'",
                  log.empty() ? "" : cat("; what its driver said is in ", log)));
}

}  // namespace

Command make_wait() {
  auto options = std::make_shared<WaitOptions>();
  Command command;
  command.name = "wait";
  command.summary = "Wait until runs have ended";
  command.details =
      "Waits for runs that others drive, in the background, in other terminals or under other names, and "
      "tells how "
      "they ended. A run whose driver is dead is not waited for; if somebody resumes it while others are "
      "still "
      "going on, it is again. One of this machine has ended when its driver has, and so has written what --out and "
      "--junit ask for; what it could not write is told in its log.\n"
      "Exit status: that of the worst run, as 'wf run' would have had it: 0 when all succeeded, 1 when one "
      "failed, 6 when one was aborted, 7 when one took longer than it may; 10 when --timeout was over "
      "before; 12 when nobody drives one of them.";
  command.examples = {{"wf wait nightly-2026-11-21", "until it has ended"},
                      {"wf wait nightly-2026-11-21 --timeout 1h", "for an hour at most"},
                      {"wf wait a b c", "until all have"}};
  command.positionals = {{"RUN", k_run_help, &options->runs}};
  command.options = {
      {"--timeout", "DURATION", "wait no longer than this: 90s, 10m, 1h30m", &options->timeout}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return wait(context, *options); };
  return command;
}

}  // namespace wf::cli
