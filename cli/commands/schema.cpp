// wf schema: the JSON Schemas of what users write and read.
#include <algorithm>
#include <array>
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "core/base/text.hpp"
#include "core/definition/load.hpp"
#include "core/store/event_schema.hpp"

namespace wf::cli {

namespace {

struct Schema {
  std::string_view name;
  std::string (*text)();
};

constexpr std::array<Schema, 2> k_schemas{{{"workflow", [] { return workflow_schema().pretty() + "\n"; }},
                                           {"event", [] { return std::string(k_event_schema); }}}};

Exit print_schema(const std::string& name) {
  const auto* found = std::find_if(k_schemas.begin(), k_schemas.end(),
                                   [&](const Schema& schema) { return schema.name == name; });
  if (found == k_schemas.end()) {
    throw Error(codes::k_usage, cat("there is no schema '", escape_terminal(name), '\''),
                "the schemas are workflow and event");
  }
  print(found->text());
  return Exit::ok;
}

}  // namespace

Command make_schema() {
  auto name = std::make_shared<std::optional<std::string>>();
  Command command;
  command.name = "schema";
  command.summary = "Print the JSON Schema of definitions or events";
  command.details =
      "The schemas (2020-12) of the format 'wf: v1', for editors and validators, and of events, for what "
      "reads "
      "them. That of definitions comes from the same descriptions of fields as the loader. What it cannot "
      "say, "
      "'wf lint' checks.";
  command.examples = {{"wf schema > workflow.v1.json", "write the schema of definitions to a file"},
                      {"wf schema event", "of 'wf event list' and 'wf event follow'"}};
  command.positionals = {{"NAME", "workflow (the default) or event", name.get(), false}};
  command.run = [name](Context&) { return print_schema(name->value_or("workflow")); };
  return command;
}

}  // namespace wf::cli
