// wf schema: the JSON Schema of definitions.
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "core/definition/load.hpp"

namespace wf::cli {

Command make_schema() {
  Command command;
  command.name = "schema";
  command.summary = "Print the JSON Schema of definitions";
  command.details =
      "The schema (2020-12) of the format 'wf: v1', for editors and validators. It comes from the same "
      "descriptions of fields as the loader. What a schema cannot say, 'wf lint' checks.";
  command.examples = {{"wf schema > workflow.v1.json", "write the schema to a file"}};
  command.run = [](Context&) {
    print(workflow_schema().pretty() + "\n");
    return Exit::ok;
  };
  return command;
}

}  // namespace wf::cli
