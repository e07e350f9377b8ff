// wf label: names of versions.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/registry_views.hpp"
#include "cli/store_access.hpp"
#include "core/base/text.hpp"
#include "core/registry/versions.hpp"

namespace wf::cli {

namespace {

Exit list(const Context& context, const std::string& name) {
  auto store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  require_scope(store->database(), scope);
  Listing listing{"labels",
                  {{"workflow", "WORKFLOW"},
                   {"label", "LABEL"},
                   {"version", "VERSION", short_version},
                   {"created", "SET", short_instant},
                   {"created_by", "BY"}},
                  {},
                  "there are no labels"};
  for (const LabelEntry& entry : list_labels(store->database(), scope, name)) {
    listing.rows.push_back(label_json(scope, entry));
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
