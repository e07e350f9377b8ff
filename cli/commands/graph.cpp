// wf graph: a definition as a graph, in text and as drawings.
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/definition_file.hpp"
#include "cli/definition_graph.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/registry/launch_plans.hpp"
#include "core/registry/versions.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string target;
  bool only_nodes = false;
};

// Those of the registration that was found.
Json registered_descriptions(Database& database, const ResolvedVersion& version) {
  auto entry = find_registration(database, version.scope, version.name, version.registration);
  return entry ? entry->descriptions : Json::object();
}

[[noreturn]] void refuse_plan(const std::string& reference) {
  std::string name = reference.substr(reference.find(':') + 1);
  throw Error(codes::k_usage, cat("'", escape_terminal(reference), "' is a launch plan, which has no graph of its own"),
              cat("see 'wf launchplan show ", escape_terminal(name), "' for the version that it runs, and draw that"));
}

DefinitionGraph read_graph(const Context& context, const Options& options) {
  if (is_plan_reference(options.target)) refuse_plan(options.target);
  Ends ends = options.only_nodes ? Ends::left_out : Ends::shown;
  if (is_version_reference(options.target)) {
    auto store = open_store(context, Access::read_only);
    ResolvedVersion version = resolve_version(store->database(), context.scope(), options.target);
    return graph_of(load_version(store->database(), version.version),
                    registered_descriptions(store->database(), version), ends);
  }
  if (!exists(options.target)) refuse_bare_name(options.target, "draw");
  Workflow workflow = *load_without_errors(context, options.target, "nothing was drawn").workflow;
  return graph_of(workflow, descriptions_of(workflow), ends);
}

Exit graph(const Context& context, const Options& options) {
  DefinitionGraph found = read_graph(context, options);
  if (context.is_format("tree")) {
    print_styled(context, render_tree(found));
  } else if (context.is_format("dot")) {
    print(render_dot(diagram_of(found)));
  } else if (context.is_format("mermaid")) {
    print(render_mermaid(diagram_of(found)));
  } else if (context.is_format("svg")) {
    print(render_svg(diagram_of(found)));
  } else {
    print_object(context, "", to_json(found));
  }
  return Exit::ok;
}

}  // namespace

Command make_graph() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "graph";
  command.summary = "Draw the graph of a definition: its inputs, nodes and outputs";
  command.details =
      "The graph that a run would follow, from a file or a registered version; nothing is run or stored, and "
      "a "
      "file needs no store. The tree lists the inputs, then each node below the first one that it takes "
      "something from; where it is named again it says '(see above)'. 'accuracy as accuracies' is the output "
      "accuracy given to the input accuracies; a mapped node is marked 'for each'.\n\n"
      "-o svg is a picture that stands by itself, with a layout of wf's own, for light and dark pages; its "
      "tooltips hold the descriptions. -o dot is for graphviz, -o mermaid for pages that draw mermaid. To "
      "see "
      "what happened in a run, ask 'wf lineage show'.";
  command.examples = {
      {"wf graph iris.yaml", "the nodes as a tree"},
      {"wf graph iris@v1 -o svg > iris.svg", "a picture of a registered version"},
      {"wf graph iris.yaml --only-nodes -o dot | dot -Tpdf > iris.pdf", "draw it by graphviz"}};
  command.positionals = {{"FILE|NAME@VERSION",
                          "a definition, or a registered workflow by label, digest or latest",
                          &options->target}};
  command.options = {
      {"--only-nodes", "", "leave out the inputs and outputs of the workflow", &options->only_nodes}};
  command.formats = {"tree", "json", "yaml", "dot", "mermaid", "svg"};
  command.run = [options](Context& context) { return graph(context, *options); };
  return command;
}

}  // namespace wf::cli
