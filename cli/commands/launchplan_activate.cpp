// wf launchplan activate, deactivate: which plan of a name is meant by the name alone.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/registry/launch_plans.hpp"

namespace wf::cli {

namespace {

struct Change {
  Scope scope;
  std::string name;
  std::optional<Digest> active;
  PlanChange change;
};

std::string to_text(const Change& change) {
  auto plan = [&](const Digest& digest) { return cat(change.name, '@', digest.short_hex()); };
  const auto& before = change.change.before;
  if (!change.change.changed)
    return change.active ? cat(plan(*change.active), " is the active one already\n") : "no plan was active\n";
  if (!change.active) return cat(plan(*before), " is not active any more\n");
  return cat(plan(*change.active), " is active now", before ? cat(", instead of ", plan(*before)) : "", '\n');
}

Exit report(const Context& context, const Change& change) {
  Json json = Json::object();
  json.add("project", change.scope.project).add("domain", change.scope.domain).add("plan", change.name);
  json.add("active", text_or_null(change.active)).add("before", text_or_null(change.change.before));
  json.add("changed", bool{change.change.changed});
  print_object(context, to_text(change), json);
  return Exit::ok;
}

Exit activate(const Context& context, const std::string& reference) {
  auto store = open_store(context, Access::read_write);
  ResolvedPlan plan = resolve_plan(store->database(), context.scope(), reference);
  return report(context, {plan.scope, plan.name, plan.digest, activate_plan(*store, plan)});
}

Exit deactivate(const Context& context, const std::string& text) {
  auto store = open_store(context, Access::read_write);
  Scope scope = context.scope();
  require_scope(store->database(), scope);
  std::string name = require_plan_name(store->database(), scope, text);
  return report(context, {scope, name, std::nullopt, deactivate_plan(*store, scope, name)});
}

}  // namespace

Command make_launchplan_activate() {
  auto reference = std::make_shared<std::string>();
  Command command{"launchplan activate",
                  "Make a launch plan the active one of its name",
                  "One plan of a name is active at a time: plan:NAME means that one, and its schedule is the "
                  "one that holds. "
                  "Who did it, when, and what was active before is kept: see 'wf launchplan history'. What "
                  "is active already "
                  "changes nothing.",
                  {{"wf launchplan activate nightly@latest", "the newest one"},
                   {"wf launchplan activate nightly@7f3a9c12", "back to an earlier one"}}};
  command.positionals = {{"PLAN", "a launch plan: NAME@latest or NAME@DIGEST", reference.get()}};
  command.formats = k_show_formats;
  command.run = [reference](Context& context) { return activate(context, *reference); };
  return command;
}

Command make_launchplan_deactivate() {
  auto name = std::make_shared<std::string>();
  Command command{"launchplan deactivate",
                  "Leave a name without an active launch plan",
                  "The plans stay; plan:NAME@DIGEST still runs one.",
                  {{"wf launchplan deactivate nightly", "for the time being"}}};
  command.positionals = {{"PLAN", "the name of a launch plan", name.get()}};
  command.formats = k_show_formats;
  command.run = [name](Context& context) { return deactivate(context, *name); };
  return command;
}

}  // namespace wf::cli
