// One function for each command; commands/NAME.cpp holds it.
#pragma once
#include "cli/command.hpp"

namespace wf::cli {

Command make_init();
Command make_lint();
Command make_digest();
Command make_register();
Command make_promote();
Command make_run();
Command make_resume();
Command make_abort();
Command make_ls();
Command make_show();
Command make_logs();
Command make_explain();
Command make_status();
Command make_lineage_show();
Command make_lineage_impact();
Command make_lineage_path();
Command make_lineage_diff();
Command make_artifact_list();
Command make_artifact_find();
Command make_artifact_show();
Command make_artifact_get();
Command make_artifact_verify();
Command make_artifact_tag();
Command make_catalog_dataset_list();
Command make_catalog_dataset_show();
Command make_catalog_artifact_list();
Command make_catalog_artifact_show();
Command make_catalog_tag_list();
Command make_catalog_tag_show();
Command make_workflow_list();
Command make_workflow_show();
Command make_version_list();
Command make_version_show();
Command make_version_diff();
Command make_label_list();
Command make_launchplan_create();
Command make_launchplan_list();
Command make_launchplan_show();
Command make_launchplan_activate();
Command make_launchplan_deactivate();
Command make_launchplan_history();
Command make_launchplan_diff();
Command make_project_create();
Command make_project_list();
Command make_project_show();
Command make_domain_create();
Command make_domain_list();
Command make_domain_show();
Command make_event_list();
Command make_event_follow();
Command make_event_verify();
Command make_config_list();
Command make_config_get();
Command make_config_set();
Command make_config_unset();
Command make_config_explain();
Command make_store_path();
Command make_store_check();
Command make_schema();
Command make_help();

}  // namespace wf::cli
