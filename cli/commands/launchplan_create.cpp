// wf launchplan create: from a file, or from options.
#include <algorithm>
#include <iterator>
#include <memory>

#include "cli/assignments.hpp"
#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/definition_file.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/definition/source_text.hpp"
#include "core/registry/codes.hpp"
#include "core/registry/launch_plans.hpp"
#include "core/registry/versions.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string target;
  std::optional<std::string> workflow;
  std::vector<std::string> inputs;
  std::vector<std::string> fixed;
  std::vector<std::string> labels;
  std::optional<std::int64_t> parallelism;
  std::optional<std::string> cron;
  std::optional<std::string> zone;
  std::optional<std::string> every;
  std::optional<std::string> kickoff_input;
  std::optional<std::string> description;
  bool activate = false;
  bool dry_run = false;

  bool has_parts() const {
    return !inputs.empty() || !fixed.empty() || !labels.empty() || parallelism || cron || zone || every ||
           kickoff_input || description;
  }
};

struct Wanted {
  LaunchPlan plan;
  PlanRequest request;  // its plan is not set yet
};

void check(const Context& context, const std::string& name, const Diagnostics& diagnostics) {
  std::size_t errors = diagnostics.error_count();
  check_file(context, diagnostics, {},
             {codes::k_bad_plan_options,
              cat("the launch plan '", escape_terminal(name), "' has ", errors,
                  errors == 1 ? " error" : " errors", "; nothing was registered"),
              "mend them and try again"});
}

Wanted from_file(const Context& context, Store& store, const Options& options) {
  if (options.has_parts()) {
    throw Error(codes::k_usage, "a plan comes from a file or from options, and here are both",
                "write it into the file; or give a NAME, --workflow and the options");
  }
  if (!exists(options.target)) {
    throw Error(codes::k_file_not_found, cat("there is no file '", escape_terminal(options.target), '\''),
                "give the file of a launch plan; or a NAME with --workflow NAME@VERSION");
  }
  std::optional<ResolvedVersion> workflow;
  LoadedPlan loaded = load_launch_plan(options.target, surroundings_of(store, context.scope(), workflow));
  check(context, options.target, loaded.diagnostics);
  return {std::move(*loaded.plan),
          {nullptr, workflow->scope, std::move(loaded.source_text), absolute_path(options.target), {}}};
}

struct SchedulePart {
  std::string part;
  std::string flag;
  const std::optional<std::string>& given;
};

// The option that a part of a plan stands for, and its text; for a schedule as a whole the first that says
// something of it.
std::pair<std::string, std::string> option_of(const Options& options, const std::string& part) {
  if (part == "name") return {"NAME", options.target};
  if (part == "parallelism") return {"--parallelism", std::to_string(options.parallelism.value_or(0))};
  const SchedulePart schedule[] = {{"schedule.cron", "--cron", options.cron},
                                   {"schedule.every", "--every", options.every},
                                   {"schedule.zone", "--zone", options.zone},
                                   {"schedule.kickoff_input", "--kickoff-input", options.kickoff_input}};
  for (const SchedulePart& one : schedule) {
    if (one.given && (part == one.part || part == "schedule")) return {one.flag, *one.given};
  }
  return {part.starts_with("inputs.") ? "-i" : "--label", part.substr(part.find('.') + 1)};
}

void add_fault(Diagnostics& diagnostics, const Options& options, const PlanFault& fault) {
  auto [option, text] = option_of(options, fault.part);
  SourceText source(option, text);
  Place place =
      source.place(fault.offset, fault.length == 0 ? std::max<std::size_t>(1, text.size()) : fault.length);
  diagnostics.add({fault.code, Severity::error, place, fault.message, fault.expected, fault.hint, {}});
}

PlanText text_of(const Options& options) {
  PlanText text;
  text.name = options.target;
  text.description = options.description.value_or("");
  text.labels = run_labels("--label", options.labels);
  text.parallelism = options.parallelism;
  text.has_schedule = options.cron || options.zone || options.every || options.kickoff_input;
  text.cron = options.cron;
  text.zone = options.zone;
  text.every = options.every;
  text.kickoff_input = options.kickoff_input;
  return text;
}

// Types what an option gives; its files go into the plan.
PlanValues values_of(Store& store, const Workflow& workflow, const std::string& option,
                     const std::vector<std::string>& texts, std::vector<NewBlob>& blobs) {
  std::vector<GivenInput> given;
  for (const std::string& text : texts) given.push_back(given_input(option, text));
  ReferenceResolver refuse_reference = [](const std::string& text) -> ReferencedValue {
    throw Error(codes::k_usage, cat("'", escape_terminal(text), "' cannot be part of a launch plan"),
                "give the value, a path, or sha256:… of the bytes it refers to");
  };
  ResolvedInputs resolved =
      resolve_inputs(workflow, given, store.blobs(), refuse_reference, Absent::left_out);
  PlanValues values;
  for (RunInput& input : resolved.inputs) values.emplace_back(input.name, std::move(input.value));
  std::move(resolved.blobs.begin(), resolved.blobs.end(), std::back_inserter(blobs));
  return values;
}

Wanted from_options(const Context& context, Store& store, const Options& options) {
  ResolvedVersion found = resolve_version(store.database(), context.scope(), *options.workflow);
  Workflow workflow = load_version(store.database(), found.version);
  Wanted wanted;
  wanted.request.workflow_scope = found.scope;
  wanted.plan.workflow = workflow.name;
  wanted.plan.version = found.version;
  wanted.plan.inputs = values_of(store, workflow, "-i", options.inputs, wanted.request.blobs);
  wanted.plan.fixed = values_of(store, workflow, "--fixed", options.fixed, wanted.request.blobs);
  Diagnostics diagnostics;
  for (const PlanFault& fault : settle_plan(text_of(options), &workflow, wanted.plan))
    add_fault(diagnostics, options, fault);
  check(context, options.target, diagnostics);
  return wanted;
}

std::string_view word(RegistrationResult result) {
  if (result == RegistrationResult::unchanged) return "unchanged";
  return result == RegistrationResult::new_version ? "new plan" : "new registration";
}

Exit create(const Context& context, const Options& options) {
  auto store = open_store(context, options.dry_run ? Access::read_only : Access::read_write);
  Scope scope = context.scope();
  require_scope(store->database(), scope);
  Wanted wanted =
      options.workflow ? from_options(context, *store, options) : from_file(context, *store, options);
  wanted.request.plan = &wanted.plan;
  PlanOutcome outcome =
      register_plan(*store, scope, wanted.request, options.activate ? Activate::yes : Activate::no,
                    options.dry_run ? Apply::dry_run : Apply::yes);
  Json json = Json::object();
  json.add("dry_run", bool{options.dry_run}).add("project", scope.project).add("domain", scope.domain);
  json.add("plan", wanted.plan.name).add("digest", outcome.plan.text());
  json.add("workflow", wanted.plan.workflow).add("version", wanted.plan.version.text());
  json.add("registration", outcome.seq).add("result", word(outcome.result));
  json.add("activated", bool{outcome.activated});
  print_object(context,
               cat(wanted.plan.name, '@', outcome.plan.short_hex(), " runs ", wanted.plan.workflow, '@',
                   wanted.plan.version.short_hex(), ": ", word(outcome.result),
                   outcome.activated ? ", active now" : "", options.dry_run ? " (dry run)" : "", '\n'),
               json);
  return Exit::ok;
}

}  // namespace

Command make_launchplan_create() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "launchplan create";
  command.summary = "Register a launch plan: a named preset of a version";
  command.details =
      "A launch plan names a version together with inputs, labels and parallelism of its runs, and when it "
      "is to "
      "run. It is written in a FILE ('launchplan: v1', see 'wf schema launchplan'), or given as options with "
      "--workflow. Like a version it is stored under the digest of its content, files included, and never "
      "changes; "
      "what is registered already changes nothing.\n\n"
      "'wf run plan:NAME' runs the active plan of a name. Inputs given with -i or under 'inputs' are "
      "defaults that "
      "a run may replace; those given with --fixed or under 'fixed' it may not.\n\n"
      "A schedule is checked, kept and shown; nothing starts runs by it yet.";
  command.examples = {
      {"wf launchplan create nightly.yaml --activate",
       "from a file, and plan:nightly means this one from now on"},
      {"wf launchplan create nightly --workflow iris@v1 --fixed k=5 --cron '0 3 * * *' --zone Europe/Berlin",
       "from options"},
      {"wf launchplan create hourly --workflow load@v2 --every 1h --kickoff-input when",
       "at a fixed rate; each run is told for which instant it is"}};
  command.positionals = {
      {"FILE|NAME", "the file of a plan; or, with --workflow, its name", &options->target}};
  command.options = {
      {"--workflow", "NAME@VERSION", "the version that runs", &options->workflow},
      {"-i,--input", "NAME=VALUE", "an input that a run may replace (may be repeated)", &options->inputs},
      {"--fixed", "NAME=VALUE", "an input that no run may replace (may be repeated)", &options->fixed},
      {"--label", "KEY=TEXT", "a label of the runs (may be repeated)", &options->labels},
      {"--parallelism", "N", "attempts of a run at the same time", &options->parallelism},
      {"--cron", "TIMES", "when to run: five fields, or @daily and the like", &options->cron},
      {"--zone", "ZONE", "the time zone of --cron (default: UTC)", &options->zone},
      {"--every", "SPAN", "run at a fixed rate, such as 6h", &options->every},
      {"--kickoff-input", "INPUT", "the datetime input that takes the instant", &options->kickoff_input},
      {"--description", "TEXT", "what the plan is for", &options->description},
      {"--activate", "", "make it the active one of its name", &options->activate},
      {"-n,--dry-run", "", "say what would be done, and do nothing", &options->dry_run}};
  for (Option& option : command.options) {
    if (option.value == "NAME=VALUE") option.kinds = {Kind::input};
  }
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return create(context, *options); };
  return command;
}

}  // namespace wf::cli
