// wf launchplan: looking at launch plans.
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/plan_views.hpp"
#include "cli/registry_views.hpp"
#include "cli/store_access.hpp"
#include "core/base/cron.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/definition/value.hpp"
#include "core/lineage/tree_text.hpp"
#include "core/registry/difference.hpp"
#include "core/registry/versions.hpp"

namespace wf::cli {

namespace {

std::string short_or_none(const Json& value) { return value.is_null() ? "-" : short_version(value); }

Exit list(const Context& context, const std::string& workflow) {
  auto store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  require_scope(store->database(), scope);
  Listing listing{"plans",
                  {{"plan", "PLAN"},
                   {"active", "ACTIVE", short_or_none},
                   {"latest", "LATEST", short_version},
                   {"workflow", "WORKFLOW"},
                   {"version", "VERSION", short_version},
                   {"schedule", "SCHEDULE", schedule_text},
                   {"registered", "REGISTERED", short_instant}},
                  {},
                  cat("there are no launch plans in ", scope.project, '/', scope.domain)};
  if (!workflow.empty()) listing.empty = cat("no launch plan here runs '", escape_terminal(workflow), '\'');
  for (const PlanEntry& entry : list_plans(store->database(), scope, workflow))
    listing.rows.push_back(plan_entry_json(scope, entry));
  print_listing(context, listing);
  return Exit::ok;
}

struct ShowOptions {
  std::string plan;
  std::optional<std::string> after;
};

struct Page {
  ResolvedPlan found;
  Workflow workflow;
  LaunchPlan plan;
  std::optional<std::int64_t> since_us;
};

Json values_json(const Workflow& workflow, const PlanValues& values) {
  Json json = Json::object();
  for (const auto& [name, value] : values)
    json.add(name, printed_value(find_port(workflow.inputs, name)->type.text(), value));
  return json;
}

Json registration_of(Database& database, const ResolvedPlan& plan) {
  Statement& row = database.statement(
      "SELECT description, source, source_path, registered_us, registered_by FROM launch_plan_registration "
      "WHERE project = ?1 AND domain = ?2 AND name = ?3 AND seq = ?4");
  ResetLater reset(row);
  row.bind(plan.scope.project, plan.scope.domain, plan.name, plan.registration).step();
  Json json = Json::object();
  json.add("description", or_null(row.string(0)));
  json.add("source", row.is_null(1) ? Json() : Json(row.digest(1).text()));
  json.add("path", or_null(row.optional_string(2)));
  return json.add("registered", format_wall_us(row.integer(3))).add("registered_by", row.string(4));
}

Json page_json(Database& database, const Page& page, std::int64_t after_us) {
  const ResolvedPlan& found = page.found;
  Json json = Json::object();
  json.add("project", found.scope.project).add("domain", found.scope.domain).add("plan", found.name);
  json.add("digest", found.digest.text()).add("active_since", time_or_null(page.since_us));
  Json workflow = Json::object();
  workflow.add("project", found.workflow.scope.project).add("domain", found.workflow.scope.domain);
  workflow.add("workflow", found.workflow.name).add("version", found.workflow.version.text());
  workflow.add("labels", labels_of(list_labels(database, found.workflow.scope, found.workflow.name),
                                   found.workflow.version));
  json.add("runs", std::move(workflow));
  json.add("inputs", values_json(page.workflow, page.plan.inputs));
  json.add("fixed", values_json(page.workflow, page.plan.fixed));
  Json labels = Json::object();
  for (const auto& [key, value] : page.plan.labels) labels.add(key, value);
  json.add("labels", std::move(labels));
  json.add("parallelism", page.plan.parallelism == 0 ? Json() : Json(page.plan.parallelism));
  json.add("schedule", schedule_json(page.plan.schedule));
  json.add("next",
           page.plan.schedule ? next_json(*page.plan.schedule, page.since_us, after_us) : Json::array());
  json.add("registration", found.registration);
  Json registration = registration_of(database, found);
  for (auto& [key, value] : registration.as_object()) json.add(key, std::move(value));
  return json.add("definition", plan_body(database, found.digest));
}

std::string values_text(const Page& page) {
  Json::Array rows;
  for (const PlanValues* values : {&page.plan.inputs, &page.plan.fixed}) {
    for (const auto& [name, value] : *values) {
      Json row = Json::object().add("name", name);
      row.add("value", value_text(find_port(page.workflow.inputs, name)->type.text(), value, {}));
      rows.push_back(row.add("how", values == &page.plan.fixed ? "fixed" : "default"));
    }
  }
  if (rows.empty()) return {};
  return cat("\n", render_table({{"name", "INPUT"}, {"value", "VALUE"}, {"how", "HOW"}}, rows));
}

std::string next_text(const Json& json) {
  const Json::Array& next = json.at("next").as_array();
  const Json& schedule = json.at("schedule");
  if (schedule.is_null()) return {};
  bool by_rate = schedule.at("cron").is_null();
  if (next.empty() && by_rate && json.at("active_since").is_null())
    return "\nthe rate counts from the activation: nothing is due before\n";
  std::string horizon = cat("nothing", next.empty() ? "" : " more", " is due ",
                            by_rate ? "before the year 10000" : cat("within ", k_cron_years, " years"), '\n');
  if (next.empty()) return cat("\n", horizon);
  Json::Array rows;
  for (const Json& item : next) {
    std::string local = item.at("local").as_string();
    local[10] = ' ';
    Json row = Json::object().add("local", cat(local, ' ', item.at("zone").as_string()));
    rows.push_back(row.add("utc", item.at("utc")));
  }
  return cat("\n", render_table({{"local", "NEXT"}, {"utc", "IN UTC"}}, rows),
             next.size() < k_next_shown ? horizon : "");
}

std::string page_text(const Page& page, const Json& json) {
  const ResolvedPlan& found = page.found;
  std::string text = cat("launch plan ", found.name, '@', found.digest.short_hex(), " in ",
                         found.scope.project, '/', found.scope.domain, "\n  ");
  text += page.since_us ? cat("active      since ", short_time(*page.since_us)) : "active      no";
  std::string labels = words(json.at("runs").at("labels"));
  text += cat("\n  runs        ", found.workflow.name, '@', found.workflow.version.short_hex(),
              labels == "-" ? "" : cat(" (", labels, ')'), " of ", found.workflow.scope.project, '/',
              found.workflow.scope.domain, "\n  registered  ", short_instant(json.at("registered")), " by ",
              json.at("registered_by").as_string());
  if (!json.at("path").is_null()) text += cat(" from ", json.at("path").as_string());
  if (!json.at("description").is_null()) text += cat("\n  about       ", json.at("description").as_string());
  for (std::size_t i = 0; i < page.plan.labels.size(); ++i)
    text +=
        cat(i == 0 ? "\n  labels      " : " ", page.plan.labels[i].first, '=', page.plan.labels[i].second);
  if (page.plan.parallelism != 0) text += cat("\n  parallelism ", page.plan.parallelism);
  if (page.plan.schedule) {
    text += cat("\n  schedule    ", schedule_text(json.at("schedule")));
    if (!page.plan.schedule->kickoff_input.empty())
      text += cat(", the instant into ", page.plan.schedule->kickoff_input);
    text += "; nothing starts runs by it yet";
  }
  return escape_terminal(text + "\n", Lines::multiline) + values_text(page) + next_text(json);
}

std::int64_t after_of(const Context& context, const ShowOptions& options) {
  if (!options.after) return context.clock.wall_us();
  if (auto instant = parse_datetime(*options.after))
    return instant->seconds * 1'000'000 + instant->nanos / 1000;
  throw Error(codes::k_usage, cat("--after '", escape_terminal(*options.after), "' is no time"),
              "write it with its zone, as 2026-03-28T00:00:00Z");
}

Exit show(const Context& context, const ShowOptions& options) {
  std::int64_t after_us = after_of(context, options);
  auto store = open_store(context, Access::read_only);
  Database& database = store->database();
  Transaction snapshot(database, Transaction::Mode::read);
  Page page;
  page.found = resolve_plan(database, context.scope(), options.plan);
  page.workflow = load_version(database, page.found.workflow.version);
  page.plan = load_plan(database, page.found.digest, page.workflow);
  page.since_us = active_since_us(database, page.found);
  Json json = page_json(database, page, after_us);
  print_object(context, page_text(page, json), json);
  return Exit::ok;
}

Exit history(const Context& context, const std::string& name) {
  auto store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  require_scope(store->database(), scope);
  std::string plan = require_plan_name(store->database(), scope, name);
  Listing listing{"history",
                  {{"what", "WHAT"},
                   {"digest", "PLAN", short_or_none},
                   {"before", "BEFORE", short_or_none},
                   {"at", "AT", short_instant},
                   {"by", "BY"}},
                  {}};
  for (const PlanHistoryEntry& entry : plan_history(store->database(), scope, plan))
    listing.rows.push_back(plan_history_json(scope, plan, entry));
  print_listing(context, listing);
  return Exit::ok;
}

struct DiffOptions {
  std::string before;
  std::string after;
};

Exit diff(const Context& context, const DiffOptions& options) {
  auto store = open_store(context, Access::read_only);
  ResolvedPlan before = resolve_plan(store->database(), context.scope(), options.before);
  ResolvedPlan after = resolve_plan(store->database(), context.scope(), options.after);
  auto changes =
      difference(plan_body(store->database(), before.digest), plan_body(store->database(), after.digest));
  return print_changes(context, before.digest, after.digest, changes);
}

}  // namespace

Command make_launchplan_list() {
  auto workflow = std::make_shared<std::optional<std::string>>();
  Command command{
      "launchplan list",
      "List the launch plans, of one workflow or of all",
      "Each with its active plan, the newest one, and what the active one (else the newest) runs and when.",
      {{"wf launchplan list", "those of default/development"},
       {"wf launchplan list iris -o json", "those that run iris, for a script"}}};
  command.positionals = {{"WORKFLOW", "a workflow", workflow.get(), false}};
  command.formats = k_list_formats;
  command.run = [workflow](Context& context) { return list(context, workflow->value_or("")); };
  return command;
}

Command make_launchplan_show() {
  auto options = std::make_shared<ShowOptions>();
  Command command{
      "launchplan show",
      "Show one launch plan: what it runs, with which inputs, and when",
      "A bare name means the active plan. Of a schedule the next five instants are shown, in its zone and in "
      "UTC.\n\n"
      "Where clocks are put forward, a time that they skip is made up for at the instant of the change; "
      "where they "
      "are put back, a time that comes twice counts the first time only. A schedule with * for the hour goes "
      "on "
      "through both passes of an hour, and makes up for nothing. A month without the day that is asked for "
      "is left "
      "out. A fixed rate counts from the activation.",
      {{"wf launchplan show nightly", "the active one"},
       {"wf launchplan show nightly@latest --after 2027-03-27T00:00:00Z", "what it does about summer time"}}};
  command.positionals = {{"PLAN", "a launch plan: NAME, NAME@latest or NAME@DIGEST", &options->plan}};
  command.options = {
      {"--after", "TIME", "the instants after this one, and not from now on", &options->after}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return show(context, *options); };
  return command;
}

Command make_launchplan_history() {
  auto name = std::make_shared<std::string>();
  Command command{"launchplan history",
                  "Show when plans of a name were registered, activated and deactivated",
                  "The newest first, with who did it and what was active before.",
                  {{"wf launchplan history nightly", "who changed what runs at night"}}};
  command.positionals = {{"PLAN", "the name of a launch plan", name.get()}};
  command.formats = k_list_formats;
  command.run = [name](Context& context) { return history(context, *name); };
  return command;
}

Command make_launchplan_diff() {
  auto options = std::make_shared<DiffOptions>();
  Command command{"launchplan diff",
                  "Show what differs between two launch plans",
                  "One line for each value that was added (+), removed (-) or changed (~).\n\n"
                  "Exit status: 0 without differences, 11 with differences.",
                  {{"wf launchplan diff nightly nightly@latest", "what activating the newest would change"}}};
  command.positionals = {{"BEFORE", "one launch plan", &options->before, true, {Kind::plan}},
                         {"AFTER", "the other one", &options->after, true, {Kind::plan}}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return diff(context, *options); };
  return command;
}

}  // namespace wf::cli
