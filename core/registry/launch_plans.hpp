// Launch plans in the store: registered, found by reference, active or not.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/definition/launch_plan.hpp"
#include "core/registry/registry.hpp"

namespace wf {

// "plan:…", as `wf run` takes it.
bool is_plan_reference(std::string_view argument);

// Of a reference in a plan, in its file or as an option: what load_launch_plan() asks. `found` is where the
// version was found, once it was asked for.
PlanSurroundings surroundings_of(Store& store, const Scope& scope, std::optional<ResolvedVersion>& found);

struct PlanRequest {
  const LaunchPlan* plan = nullptr;
  Scope workflow_scope;                    // where its version was found
  std::optional<std::string> source_text;  // of its file
  std::string path;
  std::vector<NewBlob> blobs;  // what options read in
};
enum class Activate { no, yes };

struct PlanOutcome {
  Digest plan;
  std::int64_t seq = 0;
  RegistrationResult result = RegistrationResult::unchanged;
  bool activated = false;  // became the active one
};

// What equals the newest registration of the name writes nothing; anything else adds one.
PlanOutcome register_plan(Store& store, const Scope& scope, const PlanRequest& request, Activate activate,
                          Apply apply);

// A plan found by `[plan:][project/domain/]name[@active|latest|prefix|sha256:…]`; a name alone means the
// active one.
struct ResolvedPlan {
  Scope scope;
  std::string name;
  Digest digest;
  std::int64_t registration = 0;  // newest registration of that plan in the scope
  ResolvedVersion workflow;
};
ResolvedPlan resolve_plan(Database& database, const Scope& scope, const std::string& reference);
// The canonical form; checked against its digest.
Json plan_body(Database& database, const Digest& digest);
LaunchPlan load_plan(Database& database, const Digest& digest, const Workflow& workflow);

struct PlanChange {
  std::optional<Digest> before;  // what was active
  bool changed = false;
};
// Records who did it and when; nothing when that is so already.
PlanChange activate_plan(Store& store, const ResolvedPlan& plan);
// Throws Error(k_unknown_plan) with near names.
PlanChange deactivate_plan(Store& store, const Scope& scope, const std::string& name);

struct PlanEntry {
  std::string name;
  Digest latest;
  std::int64_t plans = 0;  // different ones
  std::optional<Digest> active;
  Digest shown;  // the active one, else the latest
  std::string workflow;
  Digest version;
  std::optional<PlanSchedule> schedule;
  std::int64_t registered_us = 0;
  std::string registered_by;
};
// By name; `workflow` may be empty.
std::vector<PlanEntry> list_plans(Database& database, const Scope& scope, const std::string& workflow);

enum class PlanStep { registered, activated, deactivated };
struct PlanHistoryEntry {
  PlanStep step = PlanStep::registered;
  Digest plan;                   // of a deactivation, what was active
  std::optional<Digest> before;  // of an activation
  std::int64_t at_us = 0;
  std::string by;
  std::string description;  // of a registration
};
// Newest first. Throws Error(k_unknown_plan).
std::vector<PlanHistoryEntry> plan_history(Database& database, const Scope& scope, const std::string& name);

// Throws Error(k_unknown_plan), naming near ones.
[[noreturn]] void unknown_plan(Database& database, const Scope& scope, const std::string& name);

// The name without "plan:"; throws Error(k_unknown_plan) when the scope has none of that name.
std::string require_plan_name(Database& database, const Scope& scope, const std::string& text);

// Every plan of the name, each once, oldest first.
std::vector<Digest> plans_of(Database& database, const Scope& scope, const std::string& name);
std::optional<Digest> active_plan(Database& database, const Scope& scope, const std::string& name);
// When the active plan became that.
std::optional<std::int64_t> active_since_us(Database& database, const ResolvedPlan& plan);

}  // namespace wf
