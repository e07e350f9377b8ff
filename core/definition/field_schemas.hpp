// What the values of a definition's keys look like, as JSON Schema has it: a fragment for each kind of value.
#pragma once
#include "core/base/json.hpp"

namespace wf {

Json text_schema();
Json boolean_schema();
Json version_schema();
Json workflow_name_schema();
Json staged_name_schema();
Json script_schema();
Json any_schema();
Json type_schema();
Json media_type_schema();
Json format_schema();
Json columns_schema();
Json bound_schema();
Json values_schema();
Json task_name_schema();
Json bindings_schema();
Json hook_schema();
Json gate_schema();
Json duration_schema();
Json cases_schema();
Json cache_schema();
Json cache_text_schema();
Json ignore_schema();
Json each_schema();
Json retry_schema();
Json timeout_schema();
Json processors_schema();
Json bytes_schema();
Json resources_schema();
Json limits_schema();
Json escalation_schema();
Json positive_schema();
Json natural_schema();
Json ratio_schema();
Json factor_schema();
Json reference_schema();
Json condition_schema();
Json combine_schema();
Json run_if_schema();
Json failure_policy_schema();
Json inputs_schema();
Json outputs_schema();
Json tasks_schema();
Json nodes_schema();
Json tests_schema();
Json given_schema();
Json expect_schema();
Json stubs_schema();
Json node_ends_schema();
Json fails_schema();
Json command_schema();
Json exit_codes_schema();
Json shell_schema();
Json names_schema();
Json stub_schema();
Json where_schema();
Json parts_schema();
Json sources_schema();
Json env_schema();
Json workflow_outputs_schema();

}  // namespace wf
