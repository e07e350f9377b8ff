#include "cli/new_run.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "cli/backends.hpp"
#include "cli/output.hpp"
#include "cli/setting_conflicts.hpp"
#include "cli/store_access.hpp"
#include "cli/wake_driver.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/pools.hpp"
#include "core/engine/stored_value.hpp"
#include "core/lineage/explanation.hpp"
#include "core/secrets/secrets.hpp"
#include "core/store/version.hpp"

namespace wf::cli {

namespace {

bool same_request(Store& store, const RunRecord& existing, const NewRun& wanted) {
  if (existing.version != wanted.version || existing.origin != wanted.origin) return false;
  std::vector<RunInput> recorded = read_run_inputs(store.database(), existing.key);
  auto same = [&](const RunInput& input) {
    return std::any_of(recorded.begin(), recorded.end(), [&](const RunInput& other) {
      return other.name == input.name && other.value.canonical() == input.value.canonical();  // NaN is NaN
    });
  };
  return recorded.size() == wanted.inputs.size() &&
         std::all_of(wanted.inputs.begin(), wanted.inputs.end(), same);
}

std::string origin_text(const NewRun& run) {
  if (!run.origin) return {};
  bool recovers = run.origin->relation == RunOrigin::Relation::recovery;
  return cat(recovers ? ", recovering run " : ", a rerun of run ", run.origin->parent.tail(), ",");
}

void announce(const Context& context, const WantedRun& wanted, const RunKey& key,
              const std::string& before = {}, const std::string& after = {}) {
  const NewRun& run = wanted.run;
  if (context.globals.quiet || !context.is_format("table")) return;
  std::string name = run.name.empty() ? "" : cat(" '", run.name, "'");
  print_error(cat(before, "run ", key.id.text(), name, " of ", run.workflow, "@", run.version.short_hex(),
                  wanted.plan.empty() ? "" : cat(" by plan ", wanted.plan), origin_text(run), " in ",
                  run.scope.project, "/", run.scope.domain, after, "\n"));
}

// The same --name again: the same run, whatever state it is in.
Exit join_run(const Context& context, Store& store, KeeperLink& keeper, const RunKey& key,
              const WantedRun& wanted, const ReportOptions& report) {
  RunRecord existing = *load_run(store.database(), key);
  const std::string& name = wanted.run.name;
  if (!same_request(store, existing, wanted.run)) {
    throw Error(codes::k_run_name_taken,
                cat("the run '", name, "' exists with another version, other inputs or another origin"),
                cat("see 'wf show ", name, "', or choose another --name"));
  }
  RunSettings asked = existing.settings;
  if (wanted.give) wanted.give(asked);
  if (std::string conflicts = setting_conflicts(existing.settings, asked); !conflicts.empty()) {
    throw Error(codes::k_run_name_taken, cat("the run '", name, "' exists with other options: ", conflicts),
                "leave them out to go on with it as it is, or choose another --name");
  }
  if (existing.state != RunState::running) return report_ended_run(context, store, existing, report);
  require_pools(store.database(), wanted.workflow);
  DriverSignals signals;
  const std::optional<DriverInfo> driver = newest_driver(store.database(), key);
  const Claim claim = claim_run(store, key);
  announce(context, wanted, key, "going on with ",
           driver ? cat(", which ", describe(*driver), " has left") : "");
  return drive_run(context, store, keeper, signals, claim, wanted.workflow, report);
}

// An element that was asked for by name must not stay out in silence: enough others may have been taken over.
void warn_about_left_out(Store& store, const RunKey& run, const std::optional<RunOrigin>& origin) {
  if (!origin || origin->again.empty()) return;
  constexpr std::size_t k_most = 10;
  std::vector<std::string> names;
  for (const Explanation& one : find_gaps(store, run).absent) {
    const bool asked = std::any_of(origin->again.begin(), origin->again.end(), [&](const std::string& name) {
      return name.ends_with(']') && is_meant_by(name, one.path);
    });
    if (asked && one.enough) names.push_back(one.path.text());
  }
  if (names.empty()) return;
  const std::size_t more = names.size() - std::min(names.size(), k_most);
  names.resize(names.size() - more);
  print_error(cat("wf: warning: --rerun names ", join(names, ", "),
                  more > 0 ? cat(" and ", more, " more") : "",
                  ", which did not run: enough other elements had succeeded, and the node stops early\n"));
}

void add_secrets(const Workflow& workflow, std::set<std::string>& names) {
  for (const Task& task : workflow.tasks)
    for (const SecretUse& use : task.secrets) names.insert(use.name);
  for (const auto& used : used_versions(workflow))
    if (used->workflow) add_secrets(*used->workflow, names);
}

// A result that is reused needs none, so this alone refuses nothing.
void warn_about_secrets(const Context& context, const Workflow& workflow) {
  std::set<std::string> names;
  add_secrets(workflow, names);
  for (const std::string& name : names) {
    if (context.secrets().source(name)) continue;
    print_error(cat("wf: warning: nothing on this machine gives the secret '", name,
                    "': tasks that need it fail unless their results are reused; see 'wf secret set'\n"));
  }
}

bool replaces_others(const WantedRun& wanted) {
  const std::optional<Concurrency>& concurrency = wanted.workflow.concurrency;
  return concurrency && concurrency->policy == Concurrency::Policy::replace;
}

// They have been asked to end.
void wake_drivers(Store& store, const std::vector<RunKey>& runs) {
  for (const RunKey& run : runs)
    if (auto driver = newest_driver(store.database(), run)) wake_driver(*driver);
}

// Its workflow has as many runs already as it may.
Exit refuse_run(const Context& context, const WantedRun& wanted, const std::vector<RunKey>& others) {
  std::vector<std::string> tails;
  for (const RunKey& other : others) tails.push_back(other.id.tail());
  std::string busy = cat(others.size() == 1 ? "run " : "runs ", join(tails, ", "), " of ", wanted.run.workflow,
                         others.size() == 1 ? " has not ended" : " have not ended");
  if (wanted.workflow.concurrency->policy == Concurrency::Policy::fail)
    throw Error(codes::k_too_many_runs, cat(busy, ", and its definition allows ", wanted.workflow.concurrency->limit, " at the same time"),
                cat("wait with 'wf wait ", tails.front(), "', or end it with 'wf abort ", tails.front(), "'"));
  // Whoever reads the output of a run must not take this for it.
  if (context.is_format("table") && !context.globals.quiet)
    print_error(cat("wf: not run: ", busy, ", and its definition says to skip this one then\n"));
  Json json = Json::object();
  json.add("run", Json()).add("workflow", wanted.run.workflow).add("version", wanted.run.version.text());
  json.add("others", list_json(others, [](const RunKey& other) { return Json(other.id.text()); }));
  print_object(context, "", json);
  return Exit::ok;
}

Exit begin_derived(const Context& context, const DerivedRun& derived, const DeriveRun& derive, KeeperLink& keeper) {
  if (derived.name) check_run_name(*derived.name);
  std::unique_ptr<Store> store = open_store(context, Access::read_write);
  Scope scope = context.scope();
  RunKey key = find_run(store->database(), scope.project, scope.domain, derived.run);
  WantedRun wanted = derive(*store, *load_run(store->database(), key));
  wanted.run.name = derived.name.value_or("");
  wanted.give = [&derived, own = std::move(wanted.give)](RunSettings& settings) {
    if (own) own(settings);
    if (derived.parallelism) settings.parallelism = required_parallelism(*derived.parallelism);
    apply(derived.limits, settings);
  };
  wanted.give(wanted.run.settings);
  return begin_run(context, *store, keeper, std::move(wanted), derived.report);
}

}  // namespace

void require_pools(Database& database, const Workflow& workflow) {
  auto require = [&](const AttemptPolicyPtr& attempts) {
    if (!attempts || !attempts->pools) return;
    for (const auto& [pool, tokens] : *attempts->pools) get_pool(database, pool);
  };
  for (const Task& task : workflow.tasks) require(task.attempts);
  for (const Node& node : workflow.nodes) require(node.attempts);
  for (const auto& used : used_versions(workflow))
    if (used->workflow) require_pools(database, *used->workflow);
}

void check_run_name(const std::string& name) {
  auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; };
  bool good = !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), plain);
  bool first = good && std::isalnum(static_cast<unsigned char>(name.front())) != 0;
  if (first && !Uuid::parse(name)) return;
  throw Error(codes::k_bad_run_name, cat("'", name, "' cannot name a run"),
              "use up to 128 letters, digits, '-', '_' and '.', beginning with a letter or digit");
}

Exit begin_run(const Context& context, Store& store, KeeperLink& keeper, WantedRun wanted,
               const ReportOptions& report) {
  NewRun& run = wanted.run;
  if (!run.name.empty()) {
    if (auto key = find_run_by_name(store.database(), run.scope, run.name))
      return join_run(context, store, keeper, *key, wanted, report);
  }
  require_pools(store.database(), wanted.workflow);
  warn_about_secrets(context, wanted.workflow);
  settle_environments(context, wanted.workflow, run.scope, run.settings, ImageUse::needed);
  DriverSignals signals;
  CreatedRun created = create_run(store, run, wanted.workflow.concurrency);
  if (!created.claim) return refuse_run(context, wanted, created.others);
  announce(context, wanted, created.claim->key);
  if (replaces_others(wanted)) wake_drivers(store, created.others);
  const Exit exit = drive_run(context, store, keeper, signals, *created.claim, wanted.workflow, report);
  warn_about_left_out(store, created.claim->key, run.origin);
  return exit;
}

void complete_derived(Command& command, const std::shared_ptr<DerivedRun>& derived, DeriveRun derive) {
  command.positionals = {{"RUN", k_run_help, &derived->run}};
  command.options.push_back({"--name", "NAME", "a name for the new run, unique in its project and domain", &derived->name});
  command.options.push_back({"--parallelism", "N", "attempts at the same time (default: as in RUN)", &derived->parallelism});
  const Unlimited as_before{"as in RUN", "as in RUN", "as in RUN"};
  for (Option& option : limit_options(derived->limits, as_before)) command.options.push_back(std::move(option));
  for (Option& option : report_options(derived->report)) command.options.push_back(std::move(option));
  command.formats = k_show_formats;
  command.run = [derived, derive = std::move(derive)](Context& context) {
    return run_as_driver(context, derived->report,
                         [&](KeeperLink& keeper) { return begin_derived(context, *derived, derive, keeper); });
  };
}

WantedRun run_like(Store& store, const RunRecord& parent, const std::vector<std::string>& except) {
  WantedRun wanted{{}, load_version(store.database(), parent.version), {}};
  NewRun& run = wanted.run;
  run.scope = scope_of(parent.key);
  run.workflow = parent.workflow;
  run.version = parent.version;
  run.registration = parent.registration;
  run.requested = parent.requested;
  run.settings = parent.settings;
  for (RunInput& input : read_run_inputs(store.database(), parent.key)) {
    if (std::find(except.begin(), except.end(), input.name) != except.end()) continue;
    if (!is_present(store.blobs(), contents_of(input.type, input.value), VerifyDepth::quick))
      throw Error(
          codes::k_bad_input,
          cat("the input '", input.name, "' of run ", parent.key.id.tail(), " is not in the store any more"),
          cat("give it again: wf rerun ", parent.key.id.tail(), " -i ", input.name, "=PATH"));
    run.inputs.push_back(std::move(input));
  }
  return wanted;
}

}  // namespace wf::cli
