// The canonical form of a launch plan and its way back; frozen like that of a workflow.
#include "core/definition/launch_plan.hpp"

#include <algorithm>

#include "core/base/cron.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/definition/codes.hpp"
#include "core/definition/name.hpp"
#include "core/definition/value.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_shortest_rate_ns = 60'000'000'000;

Json values_json(const PlanValues& values) {
  Json json = Json::object();
  for (const auto& [name, value] : values) json.add(name, value);
  return json;
}

Json schedule_json(const PlanSchedule& schedule) {
  Json json = Json::object();
  if (!schedule.cron.empty()) json.add("cron", schedule.cron);
  if (schedule.zone != "UTC") json.add("zone", schedule.zone);
  if (schedule.every_ns != 0) json.add("every", schedule.every_ns);
  if (!schedule.kickoff_input.empty()) json.add("kickoff_input", schedule.kickoff_input);
  return json;
}

[[noreturn]] void damaged(std::string_view what) {
  throw Error(codes::k_bad_plan, cat("a registered launch plan is damaged: ", what),
              "run 'wf store check --contents'");
}

// nullptr: there is no such member.
const Json* member_of(const Json& json, std::string_view key, bool (Json::*is_right)() const) {
  if (!json.is_object()) damaged("it is no object");
  const Json* found = json.find(key);
  if (found != nullptr && !(found->*is_right)()) damaged(cat("'", key, "' cannot be read"));
  return found;
}

const std::string& text_of(const Json& json, std::string_view key) {
  const Json* found = member_of(json, key, &Json::is_string);
  if (found == nullptr) damaged(cat("'", key, "' is missing"));
  return found->as_string();
}

// A newer wf may have written more than this one can heed.
void require_known(const Json& json, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : json.as_object()) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      damaged(cat("this wf does not know its key '", key, "'"));
  }
}

PlanValues values_of(const Json& canonical, std::string_view key, const Workflow& workflow) {
  PlanValues values;
  const Json* members = member_of(canonical, key, &Json::is_object);
  if (members == nullptr) return values;
  for (const auto& [name, json] : members->as_object()) {
    const Port* port = find_port(workflow.inputs, name);
    if (port == nullptr) damaged(cat("its workflow has no input '", name, "'"));
    ValueResult result = value_from_canonical(port->type, json);
    if (const auto* error = std::get_if<ValueError>(&result)) damaged(error->message);
    values.emplace_back(name, std::move(std::get<Json>(result)));
  }
  return values;
}

bool has(const PlanValues& values, std::string_view name) {
  return std::any_of(values.begin(), values.end(), [&](const auto& value) { return value.first == name; });
}

// Settles the parts one by one; each adds what is wrong with it.
class Settler {
 public:
  Settler(const PlanText& text, const Workflow* workflow, LaunchPlan& plan)
      : text_(text), workflow_(workflow), plan_(plan) {}

  std::vector<PlanFault> settle() {
    plan_.name = text_.name;
    plan_.description = text_.description;
    if (!is_workflow_name(text_.name)) {
      add({codes::k_bad_name, "name", cat("'", text_.name, "' cannot name a launch plan"),
           std::string(k_workflow_name_grammar)});
    }
    settle_labels();
    if (text_.parallelism) settle_parallelism(*text_.parallelism);
    for (const auto& [name, value] : plan_.inputs) {
      if (!has(plan_.fixed, name)) continue;
      add({codes::k_plan_input_twice,
           cat("inputs.", name),
           cat("'", name, "' is fixed as well"),
           {},
           "keep it under 'inputs' for runs to replace, or under 'fixed'"});
    }
    if (text_.has_schedule) settle_schedule();
    return std::move(faults_);
  }

 private:
  void add(PlanFault fault) { faults_.push_back(std::move(fault)); }

  void settle_labels() {
    for (const auto& [key, value] : text_.labels) {
      if (auto fault = run_label_fault(key, value))
        add({codes::k_bad_run_label, cat("labels.", key), std::move(*fault)});
    }
    plan_.labels = text_.labels;
    std::sort(plan_.labels.begin(), plan_.labels.end());
  }

  void settle_parallelism(std::int64_t count) {
    plan_.parallelism = count;
    if (count >= 1) return;
    add({codes::k_plan_parallelism, "parallelism", cat(count, " attempts at the same time do nothing"),
         "1 or more", "leave it out for the default of whoever runs the plan"});
  }

  void settle_schedule() {
    PlanSchedule schedule;
    if (!text_.cron && !text_.every) {
      add({codes::k_plan_schedule, "schedule", "the schedule does not say when", "cron or every",
           "write cron: '0 3 * * *', or every: 6h"});
    }
    if (text_.cron && text_.every) {
      add({codes::k_plan_schedule,
           "schedule.every",
           "the schedule has both 'cron' and 'every'",
           {},
           "keep one of them"});
    }
    if (text_.zone && !text_.cron) {
      add({codes::k_plan_schedule,
           "schedule.zone",
           "a zone is for 'cron' only",
           {},
           "remove it: a fixed rate is the same everywhere"});
    }
    std::optional<TimeZone> zone = TimeZone::utc();
    if (text_.zone) zone = settle_zone(*text_.zone, schedule);
    if (text_.cron) settle_cron(*text_.cron, zone, schedule);
    if (text_.every) settle_rate(*text_.every, schedule);
    if (text_.kickoff_input) settle_kickoff(*text_.kickoff_input, schedule);
    if (workflow_ != nullptr) check_bound(schedule);
    plan_.schedule = std::move(schedule);
  }

  std::optional<TimeZone> settle_zone(const std::string& name, PlanSchedule& schedule) {
    schedule.zone = name;
    auto zone = TimeZone::load(name);
    if (auto* found = std::get_if<TimeZone>(&zone)) return std::move(*found);
    auto& trouble = std::get<TimeZone::Trouble>(zone);
    bool unknown = trouble.fault == TimeZone::Fault::unknown;
    add({unknown ? codes::k_unknown_zone : codes::k_no_zones,
         "schedule.zone",
         std::move(trouble.message),
         {},
         std::move(trouble.hint)});
    return std::nullopt;
  }

  void settle_cron(const std::string& text, const std::optional<TimeZone>& zone, PlanSchedule& schedule) {
    CronReading reading = parse_cron(text);
    for (CronFault& fault : reading.faults) {
      add({codes::k_bad_cron,
           "schedule.cron",
           std::move(fault.message),
           {},
           std::move(fault.hint),
           fault.offset,
           fault.length});
    }
    if (!reading.faults.empty()) return;
    schedule.cron = reading.cron.text();
    // 2000-03-01: what comes at all comes within the years behind it.
    if (zone && next_instants(reading.cron, *zone, 951'868'800, 1).empty())
      add({codes::k_bad_cron,
           "schedule.cron",
           cat("'", text, "' never comes"),
           {},
           "no year has such a day"});
  }

  void settle_rate(const std::string& text, PlanSchedule& schedule) {
    auto span = parse_duration(text);
    schedule.every_ns = span.value_or(0);
    if (span && *span >= k_shortest_rate_ns) return;
    add({codes::k_bad_rate, "schedule.every",
         span ? cat("'", text, "' is less than a minute") : cat("'", text, "' is no span of time"),
         "1m or more, such as 6h or 1d12h"});
  }

  void settle_kickoff(const std::string& name, PlanSchedule& schedule) {
    schedule.kickoff_input = name;
    if (workflow_ == nullptr) return;
    const Port* port = find_port(workflow_->inputs, name);
    if (port == nullptr) {
      std::vector<std::string> known;
      for (const Port& input : workflow_->inputs) known.push_back(input.name);
      return add({codes::k_bad_kickoff, "schedule.kickoff_input",
                  cat("the workflow '", workflow_->name, "' has no input '", name, "'"),
                  known.empty() ? "" : cat("one of ", join(known, ", ")), did_you_mean(name, known)});
    }
    if (without_optional(port->type).kind() != Kind::datetime) {
      add({codes::k_bad_kickoff, "schedule.kickoff_input",
           cat("the input '", name, "' is ", port->type.text()), "an input of type datetime"});
    } else if (has(plan_.fixed, name)) {
      add({codes::k_bad_kickoff,
           "schedule.kickoff_input",
           cat("the input '", name, "' is fixed"),
           {},
           "take it out of 'fixed': each run gets another instant"});
    }
  }

  // A run that nobody starts by hand must lack nothing.
  void check_bound(const PlanSchedule& schedule) {
    for (const Port& port : workflow_->inputs) {
      bool given = port.default_value || port.type.kind() == Kind::optional || has(plan_.inputs, port.name) ||
                   has(plan_.fixed, port.name) || port.name == schedule.kickoff_input;
      if (given) continue;
      add({codes::k_plan_unbound,
           "schedule",
           cat("the input '", port.name, "' (", port.type.text(), ") has no value when the schedule is due"),
           {},
           cat("give it under 'inputs' or 'fixed'",
               port.type.kind() == Kind::datetime ? ", or as kickoff_input" : "")});
    }
  }

  const PlanText& text_;
  const Workflow* workflow_;
  LaunchPlan& plan_;
  std::vector<PlanFault> faults_;
};

}  // namespace

Json canonical_form(const LaunchPlan& plan) {
  Json json = Json::object();
  json.add("launchplan", "v1").add("name", plan.name).add("workflow", plan.version.text());
  if (!plan.inputs.empty()) json.add("inputs", values_json(plan.inputs));
  if (!plan.fixed.empty()) json.add("fixed", values_json(plan.fixed));
  if (!plan.labels.empty()) {
    Json labels = Json::object();
    for (const auto& [key, value] : plan.labels) labels.add(key, value);
    json.add("labels", std::move(labels));
  }
  if (plan.parallelism != 0) json.add("parallelism", plan.parallelism);
  if (plan.schedule) json.add("schedule", schedule_json(*plan.schedule));
  return json;
}

Digest launch_plan_digest(const std::string& canonical_text) {
  return Hasher().update("wf-launchplan-1\n").update(canonical_text).finish();
}

Digest version_of_plan(const Json& canonical) {
  auto version = Digest::parse(text_of(canonical, "workflow"));
  if (!version) damaged("'workflow' is no digest");
  return *version;
}

PlanSchedule schedule_from_canonical(const Json& json) {
  PlanSchedule schedule;
  if (const Json* cron = member_of(json, "cron", &Json::is_string)) schedule.cron = cron->as_string();
  if (const Json* zone = member_of(json, "zone", &Json::is_string)) schedule.zone = zone->as_string();
  if (const Json* every = member_of(json, "every", &Json::is_int)) schedule.every_ns = every->as_int();
  if (const Json* input = member_of(json, "kickoff_input", &Json::is_string))
    schedule.kickoff_input = input->as_string();
  require_known(json, {"cron", "zone", "every", "kickoff_input"});
  return schedule;
}

LaunchPlan plan_from_canonical(const Json& canonical, const Workflow& workflow) {
  LaunchPlan plan;
  if (text_of(canonical, "launchplan") != "v1") damaged("it is of another format than v1");
  require_known(canonical,
                {"launchplan", "name", "workflow", "inputs", "fixed", "labels", "parallelism", "schedule"});
  plan.name = text_of(canonical, "name");
  plan.workflow = workflow.name;
  plan.version = version_of_plan(canonical);
  plan.inputs = values_of(canonical, "inputs", workflow);
  plan.fixed = values_of(canonical, "fixed", workflow);
  if (const Json* labels = member_of(canonical, "labels", &Json::is_object)) {
    for (const auto& [key, value] : labels->as_object()) plan.labels.emplace_back(key, text_of(*labels, key));
  }
  if (const Json* count = member_of(canonical, "parallelism", &Json::is_int))
    plan.parallelism = count->as_int();
  if (const Json* schedule = canonical.find("schedule")) plan.schedule = schedule_from_canonical(*schedule);
  return plan;
}

std::vector<PlanFault> settle_plan(const PlanText& text, const Workflow* workflow, LaunchPlan& plan) {
  return Settler(text, workflow, plan).settle();
}

}  // namespace wf
