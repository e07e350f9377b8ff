#include "cli/unknown_names.hpp"

#include <set>

#include "core/base/text.hpp"
#include "core/catalog/artifact_list.hpp"
#include "core/catalog/dataset_list.hpp"
#include "core/catalog/names.hpp"
#include "core/registry/versions.hpp"

namespace wf::cli {

namespace {

constexpr std::string_view k_partition = "partition:";

using Names = std::set<std::string>;

Names workflows(Database& database, const ListRequest& request) {
  Names names;
  for (const WorkflowEntry& entry : list_workflows(database, {request.project, request.domain}))
    names.insert(entry.name);
  // A run from a file is of a workflow that need not be registered.
  for (std::string& name : run_workflows(database, request.project, request.domain))
    names.insert(std::move(name));
  return names;
}

Names tasks(Database& database, const ListRequest& request) {
  Names names;
  for (const Dataset& dataset : list_datasets(database, {request.project, request.domain}).items)
    names.insert(dataset.task);
  return names;
}

Names partitions(Database& database, const ListRequest& request) {
  Names names;
  for (const Dataset& dataset : list_datasets(database, {request.project, request.domain}).items) {
    for (std::string& key : partition_keys(database, dataset)) names.insert(std::move(key));
  }
  return names;
}

// Of a partition that there is, but which no text like this can be a value of.
std::string if_no_value(Database& database, const ListRequest& request, const std::string& name,
                        const std::string& text) {
  Names types;
  for (const Dataset& dataset : list_datasets(database, {request.project, request.domain}).items) {
    for (std::string& type : partition_types(database, dataset, name)) {
      if (partition_text(type, text)) return {};
      types.insert(std::move(type));
    }
  }
  return cat("; '", escape_terminal(text), "' is no ", join({types.begin(), types.end()}, " or "),
             ", which partition '", escape_terminal(name), "' is");
}

std::string if_unknown(const std::string& what, const std::string& name, const Names& known) {
  if (known.contains(name)) return {};
  const std::string meant = did_you_mean(name, {known.begin(), known.end()});
  return cat("; ", what, " '", escape_terminal(name), '\'', meant.empty() ? "" : cat(": ", meant));
}

std::string unknown_names(Database& database, const ListRequest& request) {
  for (const Filter& filter : request.filters) {
    std::string said;
    if (filter.name == "workflow") {
      said = if_unknown("there is no workflow", filter.text, workflows(database, request));
    } else if (filter.name == "task") {
      said = if_unknown("nothing was made by a task", filter.text, tasks(database, request));
    } else if (filter.name == "partition") {
      said = if_unknown("nothing here has a partition", filter.text, partitions(database, request));
    } else if (filter.name.starts_with(k_partition)) {
      const std::string name = filter.name.substr(k_partition.size());
      said = if_unknown("nothing here has a partition", name, partitions(database, request));
      if (said.empty()) said = if_no_value(database, request, name, filter.text);
    }
    if (!said.empty()) return said;
  }
  return {};
}

}  // namespace

void tell_unknown_names(const Context& context, Database& database, const ListRequest& request,
                        Listing& listing) {
  if (!listing.rows.empty() || !context.is_format("table") || context.globals.quiet) return;
  listing.empty += unknown_names(database, request);
}

}  // namespace wf::cli
