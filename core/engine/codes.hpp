// Error codes of the engine: creating, claiming and driving runs.
#pragma once
#include "core/base/error.hpp"

namespace wf::codes {
inline constexpr ErrorCode k_bad_input{"WF-E3001", Exit::usage};
inline constexpr ErrorCode k_no_such_input{"WF-E3002", Exit::usage};
inline constexpr ErrorCode k_run_name_taken{"WF-E3005", Exit::conflict};
inline constexpr ErrorCode k_run_owned{"WF-E3006", Exit::conflict};
inline constexpr ErrorCode k_ownership_lost{"WF-E3007", Exit::conflict};
inline constexpr ErrorCode k_run_not_running{"WF-E3008", Exit::conflict};
inline constexpr ErrorCode k_bad_run_name{"WF-E3009", Exit::usage};
inline constexpr ErrorCode k_no_gate{"WF-E3011", Exit::not_found};
inline constexpr ErrorCode k_gate_answered{"WF-E3012", Exit::conflict};
inline constexpr ErrorCode k_bad_signal{"WF-E3013", Exit::usage};
inline constexpr ErrorCode k_no_execution{"WF-E3014", Exit::not_found};
inline constexpr ErrorCode k_run_running{"WF-E3015", Exit::conflict};
inline constexpr ErrorCode k_too_many_runs{"WF-E3016", Exit::conflict};
inline constexpr ErrorCode k_bad_pool{"WF-E3017", Exit::usage};
inline constexpr ErrorCode k_unknown_pool{"WF-E3018", Exit::not_found};
inline constexpr ErrorCode k_pool_in_use{"WF-E3019", Exit::conflict};
inline constexpr ErrorCode k_stray_processes{"WF-E3010", Exit::unavailable};

// Why an attempt, a node or a run failed; these stand in the record, not in exceptions.
inline constexpr ErrorCode k_task_failed{"WF-E3201", Exit::run_failed};
inline constexpr ErrorCode k_task_killed{"WF-E3202", Exit::run_failed};
inline constexpr ErrorCode k_not_started{"WF-E3203", Exit::run_failed};
inline constexpr ErrorCode k_output_invalid{"WF-E3204", Exit::run_failed};
inline constexpr ErrorCode k_input_changed{"WF-E3205", Exit::run_failed};
inline constexpr ErrorCode k_unequal_lists{"WF-E3206", Exit::run_failed};
inline constexpr ErrorCode k_bad_staging{"WF-E3207", Exit::run_failed};
inline constexpr ErrorCode k_sibling_failed{"WF-E3208", Exit::run_failed};
inline constexpr ErrorCode k_user_abort{"WF-E3209", Exit::aborted};
inline constexpr ErrorCode k_reported_error{"WF-E3210", Exit::run_failed};
inline constexpr ErrorCode k_too_few_elements{"WF-E3211", Exit::run_failed};
inline constexpr ErrorCode k_enough_elements{"WF-E3212", Exit::run_failed};
inline constexpr ErrorCode k_access_failed{"WF-E3213", Exit::run_failed};
inline constexpr ErrorCode k_value_not_allowed{"WF-E3214", Exit::run_failed};
inline constexpr ErrorCode k_no_case{"WF-E3215", Exit::run_failed};
inline constexpr ErrorCode k_gate_rejected{"WF-E3216", Exit::run_failed};
inline constexpr ErrorCode k_gate_timeout{"WF-E3217", Exit::run_failed};
inline constexpr ErrorCode k_bad_definition{"WF-E3218", Exit::run_failed};
inline constexpr ErrorCode k_attempt_timeout{"WF-E3219", Exit::run_failed};
inline constexpr ErrorCode k_total_timeout{"WF-E3220", Exit::run_failed};
inline constexpr ErrorCode k_queue_timeout{"WF-E3221", Exit::run_failed};
inline constexpr ErrorCode k_beyond_machine{"WF-E3223", Exit::run_failed};
inline constexpr ErrorCode k_beyond_pool{"WF-E3225", Exit::run_failed};
inline constexpr ErrorCode k_secret_in_output{"WF-E3228", Exit::run_failed};
inline constexpr ErrorCode k_undeclared{"WF-E3231", Exit::run_failed};
inline constexpr ErrorCode k_no_sandbox{"WF-E3232", Exit::run_failed};
inline constexpr ErrorCode k_too_many_executions{"WF-E3233", Exit::run_failed};
inline constexpr ErrorCode k_workflow_timeout{"WF-E3222", Exit::timed_out};
// Why a node waits, and what let it go on.
inline constexpr ErrorCode k_gate_open{"WF-E3304", Exit::ok};
inline constexpr ErrorCode k_gate_passed{"WF-E3305", Exit::ok};

inline constexpr ErrorCode k_waits_to_retry{"WF-E3306", Exit::ok};

// Why a node was skipped.
inline constexpr ErrorCode k_condition_false{"WF-E3303", Exit::ok};
inline constexpr ErrorCode k_skipped_with{"WF-E3301", Exit::ok};
inline constexpr ErrorCode k_nothing_failed{"WF-E3302", Exit::ok};
}  // namespace wf::codes
