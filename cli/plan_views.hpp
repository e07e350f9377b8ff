// Launch plans as they are printed.
#pragma once
#include <optional>
#include <string>

#include "core/base/json.hpp"
#include "core/registry/launch_plans.hpp"

namespace wf::cli {

// How many instants of a schedule are shown.
inline constexpr std::size_t k_next_shown = 5;

// {cron, zone, every, kickoff_input}; null for none.
Json schedule_json(const std::optional<PlanSchedule>& schedule);
// "0 3 * * * Europe/Berlin", "every 6h", "-".
std::string schedule_text(const Json& schedule);

Json plan_entry_json(const Scope& scope, const PlanEntry& entry);
Json plan_history_json(const Scope& scope, const std::string& name, const PlanHistoryEntry& entry);

// The next instants of a schedule after `after_us`, [{local, utc}, …]; a rate counts from `since_us`, and has
// none without.
Json next_json(const PlanSchedule& schedule, std::optional<std::int64_t> since_us, std::int64_t after_us);

}  // namespace wf::cli
