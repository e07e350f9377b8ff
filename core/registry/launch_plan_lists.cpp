// What launch plans there are, and what became of them.
#include <algorithm>
#include <tuple>

#include "core/base/text.hpp"
#include "core/registry/launch_plans.hpp"

namespace wf {

namespace {

PlanEntry read_entry(const Statement& row) {
  PlanEntry entry;
  entry.name = row.string(0);
  entry.latest = row.digest(1);
  entry.plans = row.integer(2);
  if (!row.is_null(3)) entry.active = row.digest(3);
  entry.shown = entry.active.value_or(entry.latest);
  entry.registered_us = row.integer(4);
  entry.registered_by = row.string(5);
  return entry;
}

PlanHistoryEntry read_step(const Statement& row) {
  PlanHistoryEntry entry;
  entry.step = static_cast<PlanStep>(row.integer(0));
  entry.plan = row.digest(1);
  if (!row.is_null(2)) entry.before = row.digest(2);
  entry.at_us = row.integer(3);
  entry.by = row.string(4);
  entry.description = row.string(5);
  return entry;
}

// Of the plan that is shown: what it runs, and when.
void complete(Database& database, PlanEntry& entry) {
  Statement& row = database.statement(
      "SELECT v.name, v.digest FROM launch_plan p JOIN version v ON v.digest = p.version WHERE p.digest = "
      "?1");
  row.bind(entry.shown);
  auto runs = row_of(row, [](const Statement& one) { return std::pair(one.string(0), one.digest(1)); });
  if (runs) std::tie(entry.workflow, entry.version) = *runs;
  Json body = plan_body(database, entry.shown);
  if (const Json* schedule = body.find("schedule")) entry.schedule = schedule_from_canonical(*schedule);
}

}  // namespace

std::vector<PlanEntry> list_plans(Database& database, const Scope& scope, const std::string& workflow) {
  Statement& row = database.statement(
      "SELECT r.name, r.plan, (SELECT count(DISTINCT o.plan) FROM launch_plan_registration o WHERE "
      "o.project = r.project AND o.domain = r.domain AND o.name = r.name), (SELECT a.plan FROM "
      "launch_plan_activation a WHERE a.project = r.project AND a.domain = r.domain AND a.name = r.name "
      "ORDER BY "
      "a.seq DESC LIMIT 1), r.registered_us, r.registered_by FROM launch_plan_registration r WHERE r.project "
      "= ?1 "
      "AND r.domain = ?2 AND r.seq = (SELECT o.seq FROM launch_plan_registration o WHERE o.project = "
      "r.project AND o.domain = r.domain AND o.name = r.name ORDER BY o.registered_us DESC, o.id DESC LIMIT "
      "1) ORDER BY r.name");
  row.bind(scope.project, scope.domain);
  std::vector<PlanEntry> entries = rows_of(row, read_entry);
  for (PlanEntry& entry : entries) complete(database, entry);
  if (!workflow.empty())
    std::erase_if(entries, [&](const PlanEntry& entry) { return entry.workflow != workflow; });
  return entries;
}

std::vector<PlanHistoryEntry> plan_history(Database& database, const Scope& scope, const std::string& name) {
  // At one microsecond a plan is registered before it becomes active.
  Statement& row = database.statement(
      "SELECT 0, plan, NULL, registered_us AS at, registered_by, description, seq FROM "
      "launch_plan_registration "
      "WHERE project = ?1 AND domain = ?2 AND name = ?3 UNION ALL "
      "SELECT CASE WHEN plan IS NULL THEN 2 ELSE 1 END, coalesce(plan, before), before, activated_us, "
      "activated_by, "
      "'', seq FROM launch_plan_activation WHERE project = ?1 AND domain = ?2 AND name = ?3 "
      "ORDER BY at DESC, 1 DESC, 7 DESC");
  row.bind(scope.project, scope.domain, name);
  std::vector<PlanHistoryEntry> entries = rows_of(row, read_step);
  if (entries.empty()) unknown_plan(database, scope, name);
  return entries;
}

}  // namespace wf
