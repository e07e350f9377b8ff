// Codes of core/definition: what can be wrong in a definition or an inputs file. Numbers are never reused.
#pragma once
#include <string_view>

#include "core/base/error.hpp"

namespace wf::codes {

// The text as YAML.
inline constexpr std::string_view k_yaml_syntax = "WF-E1001";
inline constexpr std::string_view k_yaml_quote = "WF-E1002";
inline constexpr std::string_view k_duplicate_key = "WF-E1003";
inline constexpr std::string_view k_unknown_key = "WF-E1004";
inline constexpr std::string_view k_yaml_tag = "WF-E1006";
inline constexpr std::string_view k_second_document = "WF-E1007";
inline constexpr std::string_view k_merge_key = "WF-E1008";
inline constexpr std::string_view k_invalid_utf8 = "WF-E1009";
inline constexpr std::string_view k_tab_indentation = "WF-E1010";
inline constexpr std::string_view k_alias_cycle = "WF-E1011";
inline constexpr std::string_view k_too_many_nodes = "WF-E1012";
inline constexpr std::string_view k_too_deep = "WF-E1013";
inline constexpr std::string_view k_file_too_large = "WF-E1014";
inline constexpr std::string_view k_control_character = "WF-E1015";
inline constexpr std::string_view k_unknown_alias = "WF-E1016";
inline constexpr std::string_view k_bad_key = "WF-E1017";
inline constexpr std::string_view k_empty_file = "WF-E1018";
inline constexpr std::string_view k_number_range = "WF-E1019";

// Keys, names, types and values.
inline constexpr std::string_view k_missing_key = "WF-E1101";
inline constexpr std::string_view k_wrong_kind = "WF-E1102";
inline constexpr std::string_view k_unsupported_format = "WF-E1103";
inline constexpr std::string_view k_bad_name = "WF-E1104";
inline constexpr std::string_view k_reserved_name = "WF-E1105";
inline constexpr std::string_view k_bad_type = "WF-E1106";
inline constexpr std::string_view k_bad_value = "WF-E1108";
inline constexpr std::string_view k_bad_staged_name = "WF-E1109";
inline constexpr std::string_view k_bad_constraint = "WF-E1110";
inline constexpr std::string_view k_constraint_broken = "WF-E1111";

// Tasks.
inline constexpr std::string_view k_no_command = "WF-E1201";
inline constexpr std::string_view k_command_and_script = "WF-E1202";
inline constexpr std::string_view k_shell_without_script = "WF-E1203";
inline constexpr std::string_view k_bad_argument = "WF-E1204";
inline constexpr std::string_view k_input_is_output = "WF-E1206";
inline constexpr std::string_view k_staged_name_conflict = "WF-E1207";
inline constexpr std::string_view k_bad_env_name = "WF-E1208";
inline constexpr std::string_view k_bad_cache_policy = "WF-E1209";
inline constexpr std::string_view k_bad_partition = "WF-E1210";
inline constexpr std::string_view k_each_needs_list = "WF-E1211";

// References and bindings.
inline constexpr std::string_view k_bad_reference = "WF-E1301";
inline constexpr std::string_view k_unknown_reference = "WF-E1302";
inline constexpr std::string_view k_unclosed_interpolation = "WF-E1305";
inline constexpr std::string_view k_not_one_text = "WF-E1306";
inline constexpr std::string_view k_unknown_task = "WF-E1307";
inline constexpr std::string_view k_unbound_input = "WF-E1308";
inline constexpr std::string_view k_bound_twice = "WF-E1309";
inline constexpr std::string_view k_unknown_input = "WF-E1310";
inline constexpr std::string_view k_type_mismatch = "WF-E1311";
inline constexpr std::string_view k_map_needs_list = "WF-E1312";
inline constexpr std::string_view k_content_literal = "WF-E1313";
inline constexpr std::string_view k_cycle = "WF-E1314";
inline constexpr std::string_view k_literal_output = "WF-E1315";
inline constexpr std::string_view k_mixed_output = "WF-E1316";
inline constexpr std::string_view k_bad_access = "WF-E1317";
inline constexpr std::string_view k_unequal_map = "WF-E1320";

// Nodes.
inline constexpr std::string_view k_each_without_map = "WF-E1351";
inline constexpr std::string_view k_bad_each = "WF-E1352";
inline constexpr std::string_view k_runs_nothing = "WF-E1353";
inline constexpr std::string_view k_runs_two = "WF-E1354";
inline constexpr std::string_view k_workflow_cycle = "WF-E1355";
inline constexpr std::string_view k_workflow_depth = "WF-E1356";
inline constexpr std::string_view k_not_locked = "WF-E1357";
inline constexpr std::string_view k_bad_lock = "WF-E1358";
inline constexpr std::string_view k_workflow_reference = "WF-E1359";
inline constexpr std::string_view k_bad_switch = "WF-E1360";
inline constexpr std::string_view k_case_types = "WF-E1361";
inline constexpr std::string_view k_switch_inputs = "WF-E1362";
inline constexpr std::string_view k_error_outside = "WF-E1363";
inline constexpr std::string_view k_bad_gate = "WF-E1364";
inline constexpr std::string_view k_emitted_interface = "WF-E1365";
inline constexpr std::string_view k_emitted_alone = "WF-E1366";
inline constexpr std::string_view k_bad_attempts = "WF-E1367";
inline constexpr std::string_view k_no_attempts = "WF-E1368";
inline constexpr std::string_view k_bad_resources = "WF-E1369";
inline constexpr std::string_view k_bad_pools = "WF-E1371";
inline constexpr std::string_view k_bad_secret = "WF-E1374";
inline constexpr std::string_view k_bad_concurrency = "WF-E1372";
inline constexpr std::string_view k_bad_sandbox = "WF-E1375";
inline constexpr std::string_view k_too_large_run = "WF-E1376";
inline constexpr std::string_view k_bad_image = "WF-E1377";

// Sources and default files.
inline constexpr std::string_view k_file_missing = "WF-E1401";
inline constexpr std::string_view k_path_escapes = "WF-E1402";
inline constexpr std::string_view k_path_is_link = "WF-E1403";
inline constexpr std::string_view k_reserved_path = "WF-E1404";
inline constexpr std::string_view k_source_conflict = "WF-E1405";
inline constexpr std::string_view k_unusable_file = "WF-E1406";

// Expressions.
inline constexpr std::string_view k_expression_syntax = "WF-E1601";
inline constexpr std::string_view k_expression_limit = "WF-E1602";
inline constexpr std::string_view k_expression_left_out = "WF-E1603";
inline constexpr std::string_view k_unknown_function = "WF-E1604";
inline constexpr std::string_view k_no_overload = "WF-E1605";
inline constexpr std::string_view k_no_field = "WF-E1606";
inline constexpr std::string_view k_never_equal = "WF-E1607";
inline constexpr std::string_view k_expression_type = "WF-E1608";
inline constexpr std::string_view k_expression_failed = "WF-E1609";
inline constexpr std::string_view k_expression_budget = "WF-E1610";

// Launch plans.
inline constexpr std::string_view k_plan_input_twice = "WF-E1701";
inline constexpr std::string_view k_bad_run_label = "WF-E1702";
inline constexpr std::string_view k_plan_parallelism = "WF-E1703";
inline constexpr std::string_view k_plan_schedule = "WF-E1704";
inline constexpr std::string_view k_bad_cron = "WF-E1705";
inline constexpr std::string_view k_unknown_zone = "WF-E1706";
inline constexpr std::string_view k_no_zones = "WF-E1707";
inline constexpr std::string_view k_bad_rate = "WF-E1708";
inline constexpr std::string_view k_bad_kickoff = "WF-E1709";
inline constexpr std::string_view k_plan_unbound = "WF-E1710";

// Tests.
inline constexpr std::string_view k_test_contradiction = "WF-E1801";

// Warnings.
inline constexpr std::string_view k_unused_task = "WF-W1501";
inline constexpr std::string_view k_pipe_in_sh = "WF-W1502";
inline constexpr std::string_view k_ambiguous_scalar = "WF-W1503";
inline constexpr std::string_view k_no_nodes = "WF-W1504";
inline constexpr std::string_view k_never_runs = "WF-W1505";
inline constexpr std::string_view k_temporary_given = "WF-W1506";
inline constexpr std::string_view k_sleep_times_out = "WF-W1507";
inline constexpr std::string_view k_no_error_then = "WF-W1508";
inline constexpr std::string_view k_null_in_text = "WF-W1509";
inline constexpr std::string_view k_text_like_reference = "WF-W1510";

// Thrown: a registered version or launch plan that cannot be read back.
inline constexpr ErrorCode k_bad_version{"WF-E1901", Exit::verification_failed};
inline constexpr ErrorCode k_bad_plan{"WF-E1902", Exit::verification_failed};

}  // namespace wf::codes
