#include "core/definition/launch_plan_fields.hpp"

#include "core/definition/launch_plan.hpp"

namespace wf {

namespace {

Json of_type(std::string_view type) { return Json::object().add("type", type); }
// What is read as text is the text that stands there, whatever YAML makes of it.
Json text_schema() {
  return Json::object().add("type", Json::array().push("string").push("number").push("boolean"));
}
Json with_pattern(std::string_view pattern) { return of_type("string").add("pattern", pattern); }
Json format_schema() { return Json::object().add("const", "v1"); }
Json name_schema() {
  return Json::object()
      .add("type", Json::array().push("string").push("boolean"))
      .add("pattern", "^[a-z][a-z0-9-]{0,62}$");
}
Json reference_schema() { return with_pattern("^([a-z][a-z0-9-]*/[a-z][a-z0-9-]*/)?[a-z][a-z0-9-]*@.+$"); }
Json input_name_schema() { return with_pattern("^[a-z][a-z0-9_]{0,127}$"); }
Json count_schema() { return of_type("integer").add("minimum", 1); }
Json zone_schema() { return with_pattern("^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"); }
Json rate_schema() { return with_pattern("^([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h|d|w))+$"); }
Json cron_schema() { return with_pattern("^\\s*(@[A-Za-z]+|\\S+(\\s+\\S+){4})\\s*$"); }
Json values_schema() {
  return Json::object()
      .add("type", Json::array().push("object").push("null"))
      .add("propertyNames", input_name_schema());
}
Json labels_schema() {
  return of_type("object")
      .add("propertyNames", with_pattern("^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$"))
      .add("additionalProperties", text_schema());
}
Json schedule_schema() {
  auto needs = [](std::string_view key) { return Json::object().add("required", Json::array().push(key)); };
  Json schema = record_schema(schedule_record());
  schema.add("oneOf", Json::array().push(needs("cron")).push(needs("every")));
  return schema.add("dependentRequired", Json::object().add("zone", Json::array().push("cron")));
}

constexpr Presence k_optional = Presence::optional;
constexpr Presence k_required = Presence::required;

constexpr Field<PlanKeys> k_plan_fields[] = {
    {"launchplan", k_required, "The version of the format: v1.", &PlanKeys::launchplan, format_schema},
    {"name", k_required, "The plan's name: a lower-case letter, then letters, digits and '-'.",
     &PlanKeys::name, name_schema},
    {"description", k_optional, "What the plan is for. Not part of its digest.", &PlanKeys::description,
     text_schema},
    {"workflow", k_required, "The version that runs: [PROJECT/DOMAIN/]NAME@VERSION, as registered.",
     &PlanKeys::workflow, reference_schema},
    {"inputs", k_optional, "Values of inputs that a run may replace; files become part of the plan.",
     &PlanKeys::inputs, values_schema},
    {"fixed", k_optional, "Values of inputs that no run may replace.", &PlanKeys::fixed, values_schema},
    {"labels", k_optional, "Labels of the runs, by key.", &PlanKeys::labels, labels_schema},
    {"parallelism", k_optional, "Attempts of a run at the same time.", &PlanKeys::parallelism, count_schema},
    {"schedule", k_optional, "When to run: kept with the plan and shown, but nothing starts runs by it yet.",
     &PlanKeys::schedule, schedule_schema},
};

constexpr Field<ScheduleKeys> k_schedule_fields[] = {
    {"cron", k_optional,
     "Times by the calendar: minute, hour, day of the month, month, day of the week; or @hourly, @daily, "
     "@weekly, @monthly, @yearly.",
     &ScheduleKeys::cron, cron_schema},
    {"zone", k_optional, "The time zone of cron, such as Europe/Berlin; UTC if absent.", &ScheduleKeys::zone,
     zone_schema},
    {"every", k_optional, "A fixed rate, such as 6h, counted from the activation; at least 1m.",
     &ScheduleKeys::every, rate_schema},
    {"kickoff_input", k_optional, "The datetime input that takes the instant for which a run is started.",
     &ScheduleKeys::kickoff_input, input_name_schema},
};

}  // namespace

const Record<PlanKeys>& plan_record() {
  static constexpr Record<PlanKeys> k_record{"a launch plan", "A launch plan of wf, format v1.",
                                             k_plan_fields};
  return k_record;
}

const Record<ScheduleKeys>& schedule_record() {
  static constexpr Record<ScheduleKeys> k_record{"'schedule'", "When a plan is to run.", k_schedule_fields};
  return k_record;
}

Json launch_plan_schema() {
  Json schema = Json::object();
  schema.add("$schema", "https://json-schema.org/draft/2020-12/schema");
  schema.add("$id", "urn:wf:schema:launchplan:v1");
  schema.add("title", "wf launch plan, format v1");
  Json record = record_schema(plan_record());
  for (auto& [key, value] : record.as_object()) schema.add(key, std::move(value));
  return schema;
}

}  // namespace wf
