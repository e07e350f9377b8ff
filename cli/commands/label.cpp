// wf label: names of versions.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/registry/versions.hpp"

namespace wf::cli {

namespace {

Exit list(const Context& context, const std::string& name) {
  auto store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  require_scope(store->database(), scope);
  Listing listing{
      "labels",
      {{"name", "NAME"}, {"label", "LABEL"}, {"short", "VERSION"}, {"created", "SET"}, {"created_by", "BY"}},
      {},
      "there are no labels"};
  for (const LabelEntry& entry : list_labels(store->database(), scope, name)) {
    Json row = Json::object();
    row.add("name", entry.name);
    row.add("label", entry.label);
    row.add("version", entry.version.text());
    row.add("short", entry.version.short_hex());
    row.add("created", format_wall_us(entry.created_us));
    row.add("created_by", entry.created_by);
    listing.rows.push_back(std::move(row));
  }
  if (listing.rows.empty() && !name.empty() && versions_of(store->database(), scope, name).empty()) {
    unknown_workflow(store->database(), scope, name);
  }
  print_listing(context, listing);
  return Exit::ok;
}

}  // namespace

Command make_label_list() {
  auto name = std::make_shared<std::optional<std::string>>();
  Command command{"label list",
                  "List the labels of one workflow, or of all",
                  "A label is set by 'wf register --label', once; it never moves.",
                  {{"wf label list iris", "those of iris"}}};
  command.positionals = {{"WORKFLOW", "a workflow", name.get(), false}};
  command.formats = k_list_formats;
  command.run = [name](Context& context) { return list(context, name->value_or("")); };
  return command;
}

}  // namespace wf::cli
