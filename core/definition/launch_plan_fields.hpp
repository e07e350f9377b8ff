// What a user may write in the file of a launch plan, each field described once.
#pragma once
#include "core/definition/decoder.hpp"

namespace wf {

struct PlanKeys {
  YamlId launchplan = k_no_yaml;
  YamlId name = k_no_yaml;
  YamlId description = k_no_yaml;
  YamlId workflow = k_no_yaml;
  YamlId inputs = k_no_yaml;
  YamlId fixed = k_no_yaml;
  YamlId labels = k_no_yaml;
  YamlId parallelism = k_no_yaml;
  YamlId schedule = k_no_yaml;
};

struct ScheduleKeys {
  YamlId cron = k_no_yaml;
  YamlId zone = k_no_yaml;
  YamlId every = k_no_yaml;
  YamlId kickoff_input = k_no_yaml;
};

const Record<PlanKeys>& plan_record();
const Record<ScheduleKeys>& schedule_record();

}  // namespace wf
