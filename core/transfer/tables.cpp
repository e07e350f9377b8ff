#include "core/transfer/tables.hpp"

#include <algorithm>
#include <array>

namespace wf::transfer {

namespace {

#define WF_OF_RUN(table)         \
  "take_run u CROSS JOIN " table \
  " t ON u.fresh AND t.project = u.project AND t.domain = u.domain AND t.run = u.run"
#define WF_OF_ARTIFACT(table)         \
  "take_artifact u CROSS JOIN " table \
  " t ON u.fresh AND t.project = u.project AND t.domain = u.domain AND t.artifact = u.artifact"
#define WF_OF_ANY_ARTIFACT(table)                                                                    \
  table " t JOIN take_artifact u ON u.project = t.project AND u.domain = t.domain AND u.artifact = " \
        "t.artifact"
#define WF_OF_VERSION(table) "take_version u CROSS JOIN " table " t ON t.version = u.digest"
#define WF_OF_PLACE "JOIN take_place p ON p.project = t.project AND p.domain = t.domain"

constexpr std::array<TableRule, 42> k_rules{{
    {"store", Way::never, false, ""},
    {"pool_claim", Way::never, false, ""},
    {"project", Way::apart, false, "project t"},
    {"domain", Way::apart, false, "domain t"},
    {"pool", Way::apart, false, "pool t"},
    {"blob", Way::apart, false, ""},
    {"version", Way::content, true, "take_version u CROSS JOIN version t ON t.digest = u.digest"},
    {"version_blob", Way::content, false, WF_OF_VERSION("version_blob")},
    {"version_use", Way::content, false, WF_OF_VERSION("version_use")},
    {"version_edge", Way::content, false, WF_OF_VERSION("version_edge")},
    {"tree_entry", Way::content, true, "take_blob u CROSS JOIN tree_entry t ON t.tree = u.digest"},
    {"cache_parts", Way::content, true, "take_parts u CROSS JOIN cache_parts t ON t.digest = u.digest"},
    {"launch_plan", Way::content, true, "take_plan u CROSS JOIN launch_plan t ON t.digest = u.digest"},
    {"launch_plan_blob", Way::content, true,
     "take_plan u CROSS JOIN launch_plan_blob t ON t.plan = u.digest"},
    {"registration", Way::apart, true,
     "take_registration u CROSS JOIN registration t ON t.project = u.project AND t.domain = u.domain AND "
     "t.name = u.name AND t.seq = u.seq"},
    {"label", Way::apart, true, "label t " WF_OF_PLACE " JOIN take_version v ON v.digest = t.version"},
    {"launch_plan_registration", Way::apart, true,
     "launch_plan_registration t " WF_OF_PLACE " JOIN take_plan v ON v.digest = t.plan"},
    {"launch_plan_activation", Way::apart, false, "launch_plan_activation t"},
    {"run", Way::of_run, true,
     "take_run u CROSS JOIN run t ON u.fresh AND t.project = u.project AND t.domain = u.domain AND t.id = "
     "u.run"},
    {"driver", Way::of_run, true, WF_OF_RUN("driver")},
    {"run_input", Way::of_run, true, WF_OF_RUN("run_input")},
    {"run_output", Way::of_run, true, WF_OF_RUN("run_output")},
    {"run_input_blob", Way::of_run, true,
     "run_input_blob t JOIN take_run u ON u.fresh AND u.project = t.project AND u.domain = t.domain AND "
     "u.run = t.run"},
    {"frame", Way::of_run, true, WF_OF_RUN("frame")},
    {"frame_failure", Way::of_run, true, WF_OF_RUN("frame_failure")},
    {"choice", Way::of_run, true, WF_OF_RUN("choice")},
    {"gate", Way::of_run, true, WF_OF_RUN("gate")},
    {"node", Way::of_run, true, WF_OF_RUN("node")},
    {"reuse_pack", Way::of_run, true, WF_OF_RUN("reuse_pack")},
    {"attempt", Way::of_run, true, WF_OF_RUN("attempt")},
    {"attempt_report", Way::of_run, true, WF_OF_RUN("attempt_report")},
    {"dataset", Way::settled, true,
     "dataset t WHERE EXISTS (SELECT 1 FROM take_dataset d WHERE d.project = t.project AND d.domain = "
     "t.domain AND d.workflow = t.workflow AND d.task = t.task)"},
    {"dataset_version", Way::apart, true,
     "(SELECT DISTINCT dataset_version FROM take_dataset) u CROSS JOIN dataset_version t ON t.id = "
     "u.dataset_version"},
    {"artifact", Way::of_run, true,
     "take_artifact u CROSS JOIN artifact t ON u.fresh AND t.project = u.project AND t.domain = u.domain "
     "AND t.id = u.artifact"},
    {"artifact_data", Way::of_run, true, WF_OF_ARTIFACT("artifact_data")},
    {"artifact_partition", Way::of_run, true, WF_OF_ANY_ARTIFACT("artifact_partition") " AND u.fresh"},
    {"artifact_blob", Way::of_run, true, WF_OF_ANY_ARTIFACT("artifact_blob") " AND u.fresh"},
    {"run_reuse", Way::settled, true,
     "run_reuse t JOIN take_run u ON u.project = t.project AND u.domain = t.domain AND u.run = t.run"},
    {"cache_entry", Way::settled, true,
     "(SELECT c.project, c.domain, c.key, u.artifact, u.run, c.origin, c.parts, c.inputs, c.created_us FROM "
     "take_entry u CROSS JOIN cache_entry c ON c.project = u.project AND c.domain = u.domain AND c.key = "
     "u.key) t"},
    {"tag", Way::apart, true, WF_OF_ANY_ARTIFACT("tag")},
    {"pin", Way::apart, true,
     "pin t WHERE EXISTS (SELECT 1 FROM take_artifact u WHERE t.kind = 'artifact' AND u.project = "
     "t.project AND u.domain = t.domain AND u.artifact = t.id) OR EXISTS (SELECT 1 FROM take_run u WHERE "
     "t.kind = 'run' AND u.project = t.project AND u.domain = t.domain AND u.run = t.id)"},
    {"event", Way::apart, true, ""},
}};

#undef WF_OF_RUN
#undef WF_OF_ARTIFACT
#undef WF_OF_ANY_ARTIFACT
#undef WF_OF_VERSION
#undef WF_OF_PLACE

}  // namespace

std::span<const TableRule> table_rules() { return k_rules; }

const TableRule& table_rule(std::string_view table) {
  return *std::find_if(k_rules.begin(), k_rules.end(),
                       [&](const TableRule& one) { return one.table == table; });
}

}  // namespace wf::transfer
