// wf explain: why nodes ran or were reused.
#include <memory>

#include "cli/attempt_ledger.hpp"
#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/explain_report.hpp"
#include "cli/output.hpp"
#include "cli/run_lines.hpp"
#include "cli/store_access.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string run;
  std::optional<std::string> node;
  bool attempts = false;
};

Json whole_json(const RunExplanation& explanation, Json executions) {
  const RunVertex& run = explanation.run;
  Json json = Json::object();
  json.add("project", run.run.project).add("domain", run.run.domain).add("run", run.run.id.text());
  json.add("name", run.name ? Json(*run.name) : Json()).add("workflow", run.workflow);
  json.add("version", run.version.text()).add("state", run.state);
  json.add("driver_dead", bool{run.driver_dead}).add("abort_asked", or_null(run.abort_asked));
  json.add("started", format_wall_us(run.created_us)).add("drivers", explanation.drivers);
  return json.add("executions", std::move(executions));
}

Exit explain_run(Context& context, const Options& options) {
  std::optional<NodePath> node = read_node_path(options.node);
  if (options.attempts && !node)
    throw Error(codes::k_usage, "--attempts tells of the attempts of one node",
                cat("name it: wf explain ", options.run, " NODE --attempts"));
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  Transaction snapshot(store->database(), Transaction::Mode::read);
  RunKey run = find_run(store->database(), scope.project, scope.domain, options.run);
  RunExplanation explanation = explain_in_line(*store, run, node);
  if (context.is_format("table")) {
    std::string ledger;
    for (const Explanation& one : explanation.executions)
      if (options.attempts) ledger += attempt_ledger(*store, explanation.run, one);
    print_styled(context, options.attempts ? ledger
                          : node           ? explanation_pages(*store, explanation)
                                           : explanation_table(explanation));
    return Exit::ok;
  }
  std::vector<ExplanationDetail> details;
  if (node) {
    DetailReader reader(*store, explanation.run);
    for (const Explanation& one : explanation.executions) details.push_back(reader.read(one));
  }
  Json executions = to_json(explanation, details);
  for (std::size_t i = 0; i < explanation.executions.size(); ++i)
    executions.as_array()[i].add("attempts", options.attempts
                                                 ? attempt_ledger_json(*store, run, explanation.executions[i].path)
                                                 : Json());
  if (context.is_format("jsonl")) {
    for (const Json& one : executions.as_array()) print(printable(one.compact()) + '\n');
    return Exit::ok;
  }
  print_object(context, "", whole_json(explanation, std::move(executions)));
  return Exit::ok;
}

}  // namespace

Command make_explain() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "explain";
  command.summary = "Show why nodes ran or were reused";
  command.details =
      "For each node execution: the result that was reused; or, where the cache had none, the nearest "
      "earlier "
      "result and the parts of the cache key that differ from it, and no others. Elements of a mapped node "
      "that have the same reason share a line. With NODE, everything about it: both values, scripts and "
      "sources as line differences, where inputs came from, what the task ignores, and, of a reuse, what "
      "differs without being in the key.\n\n"
      "With --attempts, one after the other how each attempt of NODE ended: whose fault a failure was (user: "
      "the task's; system: the machine's; interrupted: a signal from outside ended what is 'interruptible'), "
      "which of the "
      "two budgets paid for the next attempt, how long that "
      "waited, how its process ended, what it took of the machine and what kept its limits, and the last "
      "lines of stderr; of an attempt in a sandbox also how far that reached, which files it opened, and "
      "which of its inputs it never did.\n\n"
      "The nearest result is the one that differs in the fewest things, among those of the same node and "
      "element in the last 5 runs of the workflow and the newest 256 of the task, all made before. See 'wf "
      "help cache-keys' for what is in a key.";
  command.examples = {{"wf explain 5c3e12ab90ff", "why did so much run again?"},
                      {"wf explain nightly 'score[3]'", "what is it that changed for this element?"},
                      {"wf explain nightly fetch --attempts", "what went wrong before it worked?"},
                      {"wf explain nightly -o json", "the same for a script"}};
  command.positionals = {{"RUN", k_run_help, &options->run}, {"NODE", k_node_help, &options->node, false}};
  command.options = {{"--attempts", "", "how each attempt of NODE ended, and why there was another", &options->attempts}};
  command.formats = k_list_formats;
  command.run = [options](Context& context) { return explain_run(context, *options); };
  return command;
}

}  // namespace wf::cli
