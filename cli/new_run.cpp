#include "cli/new_run.hpp"

#include <algorithm>
#include <cctype>

#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/text.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/stored_value.hpp"
#include "core/store/version.hpp"

namespace wf::cli {

namespace {

bool same_request(Store& store, const RunRecord& existing, const NewRun& wanted) {
  if (existing.version != wanted.version || existing.origin != wanted.origin) return false;
  std::vector<RunInput> recorded = read_run_inputs(store.database(), existing.key);
  auto same = [&](const RunInput& input) {
    return std::any_of(recorded.begin(), recorded.end(), [&](const RunInput& other) {
      return other.name == input.name && other.value == input.value;
    });
  };
  return recorded.size() == wanted.inputs.size() &&
         std::all_of(wanted.inputs.begin(), wanted.inputs.end(), same);
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
  if (existing.state != RunState::running) return report_ended_run(context, store, existing, report);
  DriverSignals signals;
  return drive_run(context, store, keeper, signals, claim_run(store, key), wanted.workflow, report);
}

std::string origin_text(const NewRun& run) {
  if (!run.origin) return {};
  bool recovers = run.origin->relation == RunOrigin::Relation::recovery;
  return cat(recovers ? ", recovering run " : ", a rerun of run ", run.origin->parent.tail(), ",");
}

void announce(const Context& context, const WantedRun& wanted, const RunKey& key) {
  const NewRun& run = wanted.run;
  if (context.globals.quiet || !context.is_format("table")) return;
  std::string name = run.name.empty() ? "" : cat(" '", run.name, "'");
  print_error(cat("run ", key.id.text(), name, " of ", run.workflow, "@", run.version.short_hex(),
                  wanted.plan.empty() ? "" : cat(" by plan ", wanted.plan), origin_text(run), " in ",
                  run.scope.project, "/", run.scope.domain, "\n"));
}

Exit begin_derived(const Context& context, const DerivedRun& derived, const DeriveRun& derive, KeeperLink& keeper) {
  if (derived.name) check_run_name(*derived.name);
  std::unique_ptr<Store> store = open_store(context, Access::read_write);
  Scope scope = context.scope();
  RunKey key = find_run(store->database(), scope.project, scope.domain, derived.run);
  WantedRun wanted = derive(*store, *load_run(store->database(), key));
  wanted.run.name = derived.name.value_or("");
  if (derived.parallelism) wanted.run.settings.parallelism = required_parallelism(*derived.parallelism);
  apply(derived.limits, wanted.run.settings);
  return begin_run(context, *store, keeper, wanted, derived.report);
}

}  // namespace

void check_run_name(const std::string& name) {
  auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; };
  bool good = !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), plain);
  bool first = good && std::isalnum(static_cast<unsigned char>(name.front())) != 0;
  if (first && !Uuid::parse(name)) return;
  throw Error(codes::k_bad_run_name, cat("'", name, "' cannot name a run"),
              "use up to 128 letters, digits, '-', '_' and '.', beginning with a letter or digit");
}

Exit begin_run(const Context& context, Store& store, KeeperLink& keeper, const WantedRun& wanted,
               const ReportOptions& report) {
  const NewRun& run = wanted.run;
  if (!run.name.empty()) {
    if (auto key = find_run_by_name(store.database(), run.scope, run.name))
      return join_run(context, store, keeper, *key, wanted, report);
  }
  DriverSignals signals;
  Claim claim = create_run(store, run);
  announce(context, wanted, claim.key);
  return drive_run(context, store, keeper, signals, claim, wanted.workflow, report);
}

void complete_derived(Command& command, const std::shared_ptr<DerivedRun>& derived, DeriveRun derive) {
  command.positionals = {{"RUN", k_run_help, &derived->run}};
  command.options.push_back({"--name", "NAME", "a name for the new run, unique in its project and domain", &derived->name});
  command.options.push_back({"--parallelism", "N", "attempts at the same time (default: as in RUN)", &derived->parallelism});
  const Unlimited as_before{"as in RUN", "as in RUN"};
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
