#include "cli/commands.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace wf::cli {

namespace {

// One a line, in the order of `wf --help`.
// clang-format off
std::vector<Command> daily_commands() {
  return {
      make_init(),
      make_lint(),
      make_digest(),
      make_lock(),
      make_graph(),
      make_register(),
      make_promote(),
      make_run(),
      make_test(),
      make_resume(),
      make_recover(),
      make_rerun(),
      make_wait(),
      make_abort(),
      make_signal(),
      make_ls(),
      make_show(),
      make_logs(),
      make_report(),
      make_explain(),
      make_debug(),
      make_doctor(),
      make_verify_repro(),
      make_export(),
      make_import(),
      make_status(),
  };
}

std::vector<Command> commands_of_things() {
  return {
      make_lineage_show(),
      make_lineage_impact(),
      make_lineage_path(),
      make_lineage_diff(),
      make_artifact_list(),
      make_artifact_find(),
      make_artifact_show(),
      make_artifact_get(),
      make_artifact_verify(),
      make_artifact_tag(),
      make_artifact_pin(),
      make_artifact_unpin(),
      make_artifact_pins(),
      make_catalog_dataset_list(),
      make_catalog_dataset_show(),
      make_catalog_artifact_list(),
      make_catalog_artifact_show(),
      make_catalog_tag_list(),
      make_catalog_tag_show(),
      make_workflow_list(),
      make_workflow_show(),
      make_version_list(),
      make_version_show(),
      make_version_diff(),
      make_label_list(),
      make_launchplan_create(),
      make_launchplan_list(),
      make_launchplan_show(),
      make_launchplan_activate(),
      make_launchplan_deactivate(),
      make_launchplan_history(),
      make_launchplan_diff(),
      make_project_create(),
      make_project_list(),
      make_project_show(),
      make_domain_create(),
      make_domain_list(),
      make_domain_show(),
      make_pool_set(),
      make_pool_list(),
      make_pool_show(),
      make_pool_delete(),
      make_secret_set(),
      make_secret_unset(),
      make_secret_list(),
      make_secret_check(),
      make_event_list(),
      make_event_follow(),
      make_event_verify(),
      make_config_list(),
      make_config_get(),
      make_config_set(),
      make_config_unset(),
      make_config_explain(),
      make_store_path(),
      make_store_check(),
      make_store_merge(),
      make_gc(),
      make_schema(),
      make_help(),
  };
}
// clang-format on

}  // namespace

// The daily verbs, then the things.
std::vector<Command> all_commands() {
  std::vector<Command> all = daily_commands();
  for (Command& command : commands_of_things()) all.push_back(std::move(command));
  return all;
}

std::vector<Command> group_of(const std::vector<Command>& commands, std::string_view group) {
  std::vector<Command> members;
  for (const Command& command : commands) {
    if (command.name.starts_with(cat(group, ' '))) members.push_back(command);
  }
  return members;
}

const Command* find_command(const std::vector<Command>& commands, const std::vector<std::string>& words,
                            std::size_t& used) {
  constexpr std::size_t k_most_words = 3;
  for (used = std::min(words.size(), k_most_words); used > 0; --used) {
    std::string name = join({words.begin(), words.begin() + static_cast<std::ptrdiff_t>(used)}, " ");
    for (const Command& command : commands) {
      if (command.name == name) return &command;
    }
  }
  return nullptr;
}

std::vector<std::string> next_words(const std::vector<Command>& commands, std::string_view group) {
  std::vector<std::string> found;
  for (const Command& command : group.empty() ? commands : group_of(commands, group)) {
    std::size_t begin = group.empty() ? 0 : group.size() + 1;
    std::string word = command.name.substr(begin, command.name.find(' ', begin) - begin);
    if (std::find(found.begin(), found.end(), word) == found.end()) found.push_back(word);
  }
  return found;
}

std::string verbs_of(const std::vector<Command>& members) {
  std::vector<std::string> verbs;
  for (const Command& command : members) verbs.push_back(command.name.substr(command.name.find(' ') + 1));
  return join(verbs, ", ");
}

}  // namespace wf::cli
