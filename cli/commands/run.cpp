#include <algorithm>
#include <map>

#include "cli/annotations.hpp"
#include "cli/assignments.hpp"
#include "cli/backends.hpp"
#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/definition_file.hpp"
#include "cli/lending.hpp"
#include "cli/new_run.hpp"
#include "cli/output.hpp"
#include "cli/prediction_report.hpp"
#include "cli/run_limits.hpp"
#include "cli/run_session.hpp"
#include "cli/scratch_folder.hpp"
#include "cli/settings.hpp"
#include "cli/store_access.hpp"
#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/catalog/reference.hpp"
#include "core/definition/load.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/run_inputs.hpp"
#include "core/engine/sandboxing.hpp"
#include "core/registry/launch_plans.hpp"
#include "executors/local/machine.hpp"
#include "executors/local/sandbox_places.hpp"
#include "executors/secrets/secrets_executor.hpp"

namespace wf::cli {

namespace {

struct RunOptions {
  std::string target;
  std::vector<std::string> inputs;
  std::vector<std::string> labels;
  std::optional<std::string> inputs_file;
  std::optional<std::int64_t> parallelism;
  RunLimits limits;
  std::optional<std::string> name;
  bool refresh = false;
  bool verify = false;
  bool dry_run = false;
  ReportOptions report;  // its `stub` is --stub
};

struct Target {
  ResolvedVersion version;
  Workflow workflow;
  std::map<Digest, std::string> files =
      {};  // of a dry run: contents of defaults and scripts, and where they are
};

Target load_target(Lending& lending, const ResolvedVersion& found) {
  ResolvedVersion version = lending.lend(found);
  Workflow workflow = load_version(lending.store().database(), version.version);
  return {std::move(version), std::move(workflow)};
}

// Where the files of a definition are that no store has yet, those of what its nodes run included.
void collect_origins(const Workflow& workflow, std::map<Digest, std::string>& files) {
  for (const BundledFile& file : workflow.files)
    if (!file.origin.empty()) files.emplace(file.digest, file.origin);
  for (const auto& used : used_versions(workflow))
    if (used->workflow) collect_origins(*used->workflow, files);
}

// A definition given as a file is registered first, as `wf register FILE` would; a dry run only checks it.
Target register_file(const Context& context, Lending& lending, const RunOptions& options) {
  const std::string& path = options.target;
  const char* not_done = options.dry_run ? "nothing can be foretold" : "nothing was registered or run";
  LoadedDefinition definition = load_without_errors(context, path, not_done, options.report.annotations);
  lending.lend_used(*definition.workflow);
  std::vector<RegistrationOutcome> done =
      register_definitions(lending.store(), context.scope(), {{path, &definition}}, "",
                           options.dry_run ? Apply::dry_run : Apply::yes);
  const RegistrationOutcome& own = done.front();
  ResolvedVersion version{context.scope(), own.name, own.version, own.seq};
  Database& database = lending.store().database();
  if (!options.dry_run) return {std::move(version), load_version(database, own.version)};
  Target target{std::move(version), as_registered(database, *definition.workflow)};
  collect_origins(*definition.workflow, target.files);
  return target;
}

Target find_target(const Context& context, Lending& lending, const RunOptions& options) {
  const std::string& target = options.target;
  if (is_version_reference(target))
    return load_target(lending, resolve_version(lending.home().database(), context.scope(), target));
  if (!exists(target)) refuse_bare_name(target, "run");
  return register_file(context, lending, options);
}

std::vector<GivenInput> given_inputs(const Context& context, const RunOptions& options) {
  std::vector<GivenInput> given;
  if (options.inputs_file) {
    InputsFile file = read_inputs_file(*options.inputs_file);
    check_file(context, file.diagnostics, options.report.annotations,
               {codes::k_usage, cat("'", *options.inputs_file, "' cannot be used"), "mend it and try again"});
    for (auto& [name, value] : file.values) {
      given.push_back({name, std::move(value), *options.inputs_file, parent_folder(*options.inputs_file)});
    }
  }
  for (const std::string& text : options.inputs) given.push_back(given_input("-i", text));
  return given;
}

// What holds where the options say nothing else.
RunSettings settings_without_options(const Context& context, const LaunchPlan& plan) {
  RunSettings settings =
      run_settings(context, plan.parallelism == 0 ? std::nullopt : std::optional(plan.parallelism));
  settings.labels.assign(plan.labels.begin(), plan.labels.end());
  settings.backend = preset_backend(context);
  if (context.settings().is_on(k_verify_setting)) settings.verify = VerifyDepth::contents;
  return settings;
}

void give(const RunOptions& options, RunSettings& settings) {
  if (options.parallelism) settings.parallelism = required_parallelism(*options.parallelism);
  std::map<std::string, std::string> labels(settings.labels.begin(), settings.labels.end());
  for (auto& [key, text] : run_labels("--label", options.labels)) labels[key] = text;
  settings.labels.assign(labels.begin(), labels.end());
  apply(options.limits, settings);
  if (options.refresh) settings.cache = CacheUse::refresh;
  if (options.verify) settings.verify = VerifyDepth::contents;
}

// The launch plan as it is at home, with its version and what its values refer to lent.
LaunchPlan preset_of(Lending& lending, const ResolvedPlan& found, const Workflow& workflow) {
  LaunchPlan plan = load_plan(lending.home().database(), found.digest, workflow);
  for (const PlanValues* values : {&plan.inputs, &plan.fixed}) {
    for (const auto& [name, value] : *values) lending.lend(find_port(workflow.inputs, name)->type, value);
  }
  return plan;
}

WantedRun wanted_run(const Context& context, Lending& lending, const RunOptions& options) {
  Store& store = lending.store();
  std::optional<ResolvedPlan> plan;
  if (is_plan_reference(options.target))
    plan = resolve_plan(lending.home().database(), context.scope(), options.target);
  auto [version, workflow, files] =
      plan ? load_target(lending, plan->workflow) : find_target(context, lending, options);
  LaunchPlan preset = plan ? preset_of(lending, *plan, workflow) : LaunchPlan{};
  ReferenceResolver resolve = [&lending](const std::string& text) {
    return resolve_reference(lending, text);
  };
  std::vector<GivenInput> given = given_inputs(context, options);
  for (const GivenInput& input : given) lending.lend_named(input);
  ResolvedInputs inputs = resolve_inputs(workflow, preset, given, store.blobs(), resolve,
                                         options.dry_run ? Reading::hashed : Reading::stored);
  NewRun run;
  run.scope = context.scope();
  run.name = options.name.value_or("");
  run.workflow = version.name;
  run.version = version.version;
  run.registration = version.registration;
  if (plan && !options.report.stub) run.plan = plan->digest;
  run.requested = options.target;
  run.settings = settings_without_options(context, preset);
  give(options, run.settings);
  run.inputs = std::move(inputs.inputs);
  run.blobs = std::move(inputs.blobs);
  std::string plan_name = plan ? cat(plan->name, '@', plan->digest.short_hex()) : std::string();
  files.merge(std::move(inputs.files));
  return {std::move(run), std::move(workflow), std::move(plan_name),
          [&options](RunSettings& settings) { give(options, settings); }, std::move(files)};
}

Exit run_here(const Context& context, const RunOptions& options, KeeperLink& keeper) {
  if (options.name) check_run_name(*options.name);
  std::unique_ptr<Store> store = open_store(context, Access::create);
  require_scope(store->database(), context.scope());
  Lending lending(*store);
  return begin_run(context, *store, keeper, wanted_run(context, lending, options), options.report);
}

void check_dry_run(const RunOptions& options) {
  if (options.report.stub) {
    throw Error(codes::k_usage, "--stub makes results up, and --dry-run tells which there are already",
                "leave one of them out");
  }
  if (options.report.out || options.report.junit || options.report.detach) {
    throw Error(codes::k_usage,
                "--out and --junit write what came of a run, --detach leaves it alone, and a dry run is none",
                "leave them out; -o json prints the prediction for scripts");
  }
  if (options.name) check_run_name(*options.name);
}

// What attempts would find here.
StartGround ground_of(const Context& context, const Store& store, const WantedRun& wanted) {
  StartGround ground;
  ground.capacity = capacity_of(local_machine(store.runs_folder()), wanted.run.settings.capacity);
  ground.files = wanted.files;
  ground.hindrance = [&context,
                      sandbox = wanted.run.settings.sandbox](const Task& task) -> std::optional<Error> {
    bool confined = task.sandbox && sandbox_level(task, sandbox) != SandboxLevel::none;
    for (const std::string& path : confined ? task.sandbox->write : std::vector<std::string>()) {
      if (auto problem = why_no_place(path))
        return Error(wf::codes::k_not_started, problem->message(), problem->hint());
    }
    for (const SecretUse& use : task.secrets) {
      if (context.secrets().source(use.name)) continue;
      return Error(wf::codes::k_not_started, secret_failure(Secrets::missing(use.name)));
    }
    return std::nullopt;
  };
  return ground;
}

// Nothing is registered, read into the store, or begun.
Exit foretell(const Context& context, const RunOptions& options) {
  check_dry_run(options);
  StoreToRead reading(context);
  Store& store = reading.store();
  require_scope(store.database(), context.scope());
  Lending lending(store);
  WantedRun wanted = wanted_run(context, lending, options);
  NewRun& run = wanted.run;
  if (!run.name.empty() && find_run_by_name(store.database(), run.scope, run.name)) {
    throw Error(codes::k_run_name_taken,
                cat("the run '", run.name, "' exists: by that name it would be joined"),
                cat("see 'wf show ", run.name, "', or leave --name out"));
  }
  require_pools(store.database(), wanted.workflow);
  settle_environments(context, wanted.workflow, run.scope, run.settings, ImageUse::looked_at);
  PredictionRequest request{run.scope,
                            run.version,
                            std::move(run.inputs),
                            run.settings.cache,
                            run.settings.verify,
                            ground_of(context, store, wanted),
                            environments_of(run.settings),
                            image_finder(run.settings.backend, ImageUse::looked_at)};
  print_prediction(context, store,
                   {run.workflow, run.version, wanted.plan, predict(store, wanted.workflow, request)});
  return Exit::ok;
}

// Nothing is run and nothing is kept: the store goes with the command.
Exit stub_here(const Context& context, const RunOptions& options, const ScratchFolder& scratch,
               KeeperLink& keeper) {
  if (options.name) {
    throw Error(codes::k_usage, "--name is for runs that are kept, and a stub run is not",
                "leave one of them out");
  }
  std::unique_ptr<Store> store = scratch.make_store(context, "stub");
  Lending lending(context, *store);
  WantedRun wanted = wanted_run(context, lending, options);
  StubbedWorkflow made = stubbed(wanted.workflow, {true, {}}, store->blobs());
  wanted.run.blobs.insert(wanted.run.blobs.end(), made.blobs.begin(), made.blobs.end());
  DriverSignals signals;
  Claim claim = create_run(*store, wanted.run).claim.value();
  if (!context.globals.quiet && context.is_format("table")) {
    print_error(cat("stub run of ", wanted.run.workflow, "@", wanted.run.version.short_hex(),
                    ": no task is run, outputs are made up, nothing is kept\n"));
  }
  return drive_run(context, *store, keeper, signals, claim, made.workflow, options.report, &made.stubs);
}

}  // namespace

Command make_run() {
  auto options = std::make_shared<RunOptions>();
  Command command;
  command.name = "run";
  command.summary = "Run a registered version, or a definition file, and report its outputs";
  command.details =
      "NAME@VERSION pins what runs: VERSION is a label, the first 8 or more digits of a version's digest, "
      "sha256:…, or latest. A FILE is registered first, as by 'wf register'. plan:NAME is a launch plan, the "
      "active one or plan:NAME@VERSION: its inputs, labels and parallelism hold where nothing else is given, and what "
      "it has fixed cannot be given.\n"
      "A node execution whose result exists already is reused: its command, sources, environment and inputs "
      "are compared by content. A run that was killed half way is finished by 'wf resume', or by the same "
      "--name again; only what was not committed is repeated. With the --name of a run that has ended its "
      "result is reported. Where the version, the inputs, or one of the options --backend, --label, "
      "--parallelism, --refresh, --resources, --sandbox, --timeout, --verify and --weaker-sandbox, as far as "
      "they are given, differ from what is recorded of that run, the command is refused (exit status 4).\n"
      "Ctrl-C aborts the run in order, a second one at once.\n"
      "With --dry-run it is told what would run, what would be reused, and why, and nothing is run or "
      "written: no file is registered, no input is read into the store. What comes of a node that would run "
      "is not known before; what needs that, or hangs on a condition over it, is unknown until the node has "
      "ended. The rest is what then happens, as long as no task fails and nobody else makes or removes "
      "results meanwhile.\n"
      "With --stub no task is run: each output gets a small value of its type, always the same, and all else "
      "(conditions, maps, expressions, checks of what is staged and made) is done as ever. Gates are "
      "passed at once: what is to be approved is, a signal gives a value of its type, a sleep is over. That "
      "happens in a temporary store, so that no result of it is ever reused or found again.\n"
      "Exit status: 0 when the run succeeded, 1 when it failed, 2 when the definition or an input is wrong, 6 when 'wf "
      "abort' ended it, 7 when it took longer than its timeout, 130 or 143 after a signal.";
  command.examples = {
      {"wf run iris@v1 --out results", "run a pinned version and write its outputs to a folder"},
      {"wf run iris.yaml -i ks='[1,3,5]' -i table=flowers.csv", "run a file with other inputs"},
      {"wf run report@v2 -i table=wf:default/development/nightly/split/train",
       "take an output of another run"},
      {"wf run plan:nightly -i k=5", "the active launch plan of that name, with one input given otherwise"},
      {"wf run iris.yaml -n", "what would run, what would be reused, and why"},
      {"wf run iris.yaml --stub", "see that all fits together, without running anything"},
      {"wf run iris@v1 --name nightly-2026-11-21", "a name: asked for again, it is the same run"},
  };
  command.positionals = {{"NAME@VERSION|plan:NAME|FILE", "what to run", &options->target}};
  command.options = {
      {"-i,--input",
       "NAME=VALUE",
       "an input: text, JSON for lists and maps, a path, sha256:… or wf:… (may be repeated)",
       &options->inputs,
       {},
       {Kind::input}},
      {"--inputs", "FILE", "inputs from a YAML or JSON file; -i wins over it", &options->inputs_file},
      {"--label", "KEY=TEXT", "a label of the run (may be repeated); wins over the launch plan's",
       &options->labels},
      {"--parallelism", "N",
       "attempts at the same time (default: run.parallelism of the configuration, else the number of "
       "processors)",
       &options->parallelism},
      {"--name", "NAME", "a name for the run, unique in its project and domain", &options->name},
      {"-n,--dry-run", "", "tell what would run or be reused, and why; run and write nothing",
       &options->dry_run},
      {"--refresh", "", "run everything again and replace what is cached", &options->refresh},
      {"--stub", "", "run no task: make outputs up by their types, in a store that is thrown away",
       &options->report.stub},
      {"--verify", "", "hash every byte of a cached result before it is reused", &options->verify},
  };
  for (Option& option : limit_options(options->limits)) command.options.push_back(std::move(option));
  for (Option& option : report_options(options->report)) command.options.push_back(std::move(option));
  command.formats = k_show_formats;
  command.run = [options](Context& context) {
    if (options->dry_run) {
      check_annotations(context, options->report.annotations);
      return annotating(options->report.annotations, [&] { return foretell(context, *options); });
    }
    std::optional<ScratchFolder> scratch;
    if (options->report.stub) scratch.emplace();
    auto driver = [&](KeeperLink& keeper) {
      return scratch ? stub_here(context, *options, *scratch, keeper) : run_here(context, *options, keeper);
    };
    return run_as_driver(context, options->report, driver, scratch ? &*scratch : nullptr);
  };
  return command;
}

}  // namespace wf::cli
