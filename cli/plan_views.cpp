#include "cli/plan_views.hpp"

#include <array>

#include "core/base/cron.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/definition/codes.hpp"

namespace wf::cli {

namespace {

constexpr std::int64_t k_last_us = 253'402'214'400'000'000;  // 9999-12-31: later years cannot be written

std::string two(std::int64_t number) { return cat(number < 10 ? "0" : "", number); }

// "2026-03-29T03:00:00+02:00"
std::string local_text(const TimeZone& zone, std::int64_t instant) {
  std::int64_t offset = zone.offset_at(instant);
  std::string text = format_datetime({instant + offset, 0});
  text.pop_back();
  std::int64_t minutes = (offset < 0 ? -offset : offset) / 60;
  return cat(text, offset < 0 ? '-' : '+', two(minutes / 60), ':', two(minutes % 60));
}

TimeZone zone_of(const PlanSchedule& schedule) {
  auto zone = TimeZone::load(schedule.zone);
  if (auto* found = std::get_if<TimeZone>(&zone)) return std::move(*found);
  auto& trouble = std::get<TimeZone::Trouble>(zone);
  throw Error({codes::k_no_zones, Exit::unavailable}, trouble.message, trouble.hint);
}

std::vector<std::int64_t> next_by_rate(std::int64_t every_ns, std::int64_t since_us, std::int64_t after_us) {
  std::int64_t every_us = every_ns / 1000;
  std::int64_t passed = after_us < since_us ? 0 : (after_us - since_us) / every_us;
  std::vector<std::int64_t> instants;
  for (std::size_t i = 1; i <= k_next_shown; ++i) {
    std::int64_t count = passed + static_cast<std::int64_t>(i);
    if (count > (k_last_us - since_us) / every_us) break;
    instants.push_back((since_us + count * every_us) / 1'000'000);
  }
  return instants;
}

std::string_view word(PlanStep step) {
  constexpr std::array<std::string_view, 3> k_words{"registered", "activated", "deactivated"};
  return k_words.at(static_cast<std::size_t>(step));
}

Json in_scope(const Scope& scope, const std::string& plan) {
  return Json::object().add("project", scope.project).add("domain", scope.domain).add("plan", plan);
}

}  // namespace

Json schedule_json(const std::optional<PlanSchedule>& schedule) {
  if (!schedule) return {};
  bool cron = !schedule->cron.empty();
  Json json = Json::object();
  json.add("cron", or_null(schedule->cron)).add("zone", cron ? Json(schedule->zone) : Json());
  json.add("every", cron ? Json() : Json(format_duration(schedule->every_ns)));
  return json.add("kickoff_input", or_null(schedule->kickoff_input));
}

std::string schedule_text(const Json& schedule) {
  if (schedule.is_null()) return "-";
  const Json& cron = schedule.at("cron");
  if (cron.is_null()) return cat("every ", schedule.at("every").as_string());
  return cat(cron.as_string(), ' ', schedule.at("zone").as_string());
}

Json plan_entry_json(const Scope& scope, const PlanEntry& entry) {
  Json json = in_scope(scope, entry.name);
  json.add("latest", entry.latest.text()).add("active", text_or_null(entry.active)).add("plans", entry.plans);
  json.add("workflow", entry.workflow).add("version", entry.version.text());
  json.add("schedule", schedule_json(entry.schedule));
  return json.add("registered", format_wall_us(entry.registered_us))
      .add("registered_by", entry.registered_by);
}

Json plan_history_json(const Scope& scope, const std::string& name, const PlanHistoryEntry& entry) {
  Json json = in_scope(scope, name);
  json.add("what", word(entry.step));
  std::optional<Digest> to = entry.plan;
  if (entry.step == PlanStep::deactivated) to.reset();
  json.add("digest", text_or_null(to)).add("before", text_or_null(entry.before));
  json.add("at", format_wall_us(entry.at_us)).add("by", entry.by);
  return json.add("description", or_null(entry.description));
}

Json next_json(const PlanSchedule& schedule, std::optional<std::int64_t> since_us, std::int64_t after_us) {
  Json list = Json::array();
  TimeZone zone = zone_of(schedule);
  std::vector<std::int64_t> instants;
  if (!schedule.cron.empty()) {
    // To the second below: an instant that has begun is over.
    instants = next_instants(parse_cron(schedule.cron).cron, zone, after_us / 1'000'000, k_next_shown);
    std::erase_if(instants, [](std::int64_t instant) { return instant > k_last_us / 1'000'000; });
  } else if (since_us) {
    instants = next_by_rate(schedule.every_ns, *since_us, after_us);
  }
  for (std::int64_t instant : instants) {
    Json item = Json::object().add("local", local_text(zone, instant));
    item.add("zone", zone.abbreviation_at(instant));
    list.push(item.add("utc", format_datetime({instant, 0})));
  }
  return list;
}

}  // namespace wf::cli
