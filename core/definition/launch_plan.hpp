// Launch plans: named presets of a registered version, with a schedule as data.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/definition/load.hpp"
#include "core/definition/model.hpp"
#include "core/definition/value.hpp"

namespace wf {

// One of `cron` and `every_ns` is set.
struct PlanSchedule {
  std::string cron;           // five fields, normalised
  std::string zone = "UTC";   // of `cron`
  std::int64_t every_ns = 0;  // counted from the activation
  std::string kickoff_input;  // takes the instant; may be empty
};

using PlanValues = std::vector<std::pair<std::string, Json>>;  // canonical for the workflow's inputs

// Everything is identity unless a comment says otherwise.
struct LaunchPlan {
  std::string name;
  std::string description;  // not identity
  std::string workflow;     // its name, which the version holds
  Digest version;
  PlanValues inputs;  // what a run may be given otherwise
  PlanValues fixed;   // what it may not
  std::vector<std::pair<std::string, std::string>> labels;
  std::int64_t parallelism = 0;  // 0: not said
  std::optional<PlanSchedule> schedule;
  std::vector<BundledFile> files;  // read in; empty in a plan read back from a store
};

// The wfc1 text of a plan, its digest, and the plan back. Member by member in wf-launchplan(1).
Json canonical_form(const LaunchPlan& plan);
Digest launch_plan_digest(const std::string& canonical_text);  // SHA-256("wf-launchplan-1\n" ‖ text)
// `workflow` is the version that the plan names, which `version_of_plan` tells. Throw Error(k_bad_plan) on
// damage.
Digest version_of_plan(const Json& canonical);
PlanSchedule schedule_from_canonical(const Json& json);
LaunchPlan plan_from_canonical(const Json& canonical, const Workflow& workflow);

// The parts of a plan that need no types, as they were written: in a file, or as options.
struct PlanText {
  std::string name;
  std::string description;
  std::vector<std::pair<std::string, std::string>> labels;
  std::optional<std::int64_t> parallelism;
  bool has_schedule = false;
  std::optional<std::string> cron;
  std::optional<std::string> zone;
  std::optional<std::string> every;
  std::optional<std::string> kickoff_input;
};

// Something wrong with a part of a plan: "labels.team", "schedule.cron"; `length` 0 means all of it.
struct PlanFault {
  std::string_view code;
  std::string part;
  std::string message;
  std::string expected = {};
  std::string hint = {};
  std::size_t offset = 0;
  std::size_t length = 0;
};

// Fills the plan, whose inputs are there already; everything that is wrong comes back. `workflow` is nullptr
// where it could not be found: then nothing is said about inputs.
std::vector<PlanFault> settle_plan(const PlanText& text, const Workflow* workflow, LaunchPlan& plan);

struct PlanTarget {
  Workflow workflow;
  Digest version;
};
struct PlanRefusal {
  std::string_view code;
  std::string message;
  std::string hint;
};
// What a plan's file needs to know of a store.
struct PlanSurroundings {
  std::function<std::variant<PlanTarget, PlanRefusal>(const std::string& reference)> find_workflow;
  // The value of a file or folder that is given as "sha256:…".
  ContentResolver find_content;
};

struct LoadedPlan {
  std::optional<LaunchPlan> plan;  // present when there is no error
  std::string source_text;
  Diagnostics diagnostics;
};

// Reads and checks the plan at `path`; files are read relative to its folder.
LoadedPlan load_launch_plan(const std::string& path, const PlanSurroundings& surroundings,
                            const LoadLimits& limits = {});

// The JSON Schema (2020-12) of `launchplan: v1`, from the same field descriptions as the decoder.
Json launch_plan_schema();

}  // namespace wf
