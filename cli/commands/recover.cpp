// wf recover: a new run that takes over what succeeded in one that has ended.
#include <algorithm>

#include "cli/commands.hpp"
#include "cli/new_run.hpp"
#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/recovery.hpp"
#include "core/lineage/explanation.hpp"

namespace wf::cli {

namespace {

struct RecoverOptions : DerivedRun {
  std::vector<std::string> rerun;
};

// What goes on may still make what would be made twice.
void require_ended(const RunRecord& run) {
  if (run.state != RunState::running) return;
  throw Error(
      codes::k_run_running, cat("run ", run.key.id.text(), " has not ended: there is nothing to recover yet"),
      cat("end it with 'wf abort ", run.key.id.tail(), "', wait for it with 'wf wait ", run.key.id.tail(),
          "', or, if its driver is dead, go on with 'wf resume ", run.key.id.tail(), "'"));
}

void require_nodes(Store& store, const RunRecord& run, const std::vector<std::string>& names) {
  if (names.empty()) return;
  std::vector<std::string> nodes;
  RunExplanation all = explain(store, run.key, std::nullopt);
  const Recovery before(store.database(), run.key, {RunOrigin::Relation::recovery, run.key.id, {}});
  for (const std::string& name : names) {
    bool known = std::any_of(all.executions.begin(), all.executions.end(),
                             [&](const Explanation& one) { return is_meant_by(name, one.path); });
    if (known || before.is_meant(name)) continue;
    for (const Explanation& one : all.executions) {
      if (nodes.empty() || nodes.back() != one.path.node) nodes.push_back(one.path.node);
    }
    std::string near = did_you_mean(name, nodes);
    const std::optional<NodePath> path = NodePath::parse(name);
    if (path && path->element >= 0 && std::find(nodes.begin(), nodes.end(), path->node) != nodes.end())
      throw Error(
          codes::k_node_not_found,
          cat("node '", path->node, "' of run ", run.key.id.tail(), " has no element ", path->element),
          cat("see 'wf explain ", run.key.id.tail(), " \"", path->node, "\"'"));
    throw Error(codes::k_node_not_found,
                cat("run ", run.key.id.tail(), " of ", run.workflow, " has no node '", name, "'"),
                near.empty() ? cat("its nodes are ", join(nodes, ", ")) : near);
  }
}

WantedRun wanted_run(Store& store, const RunRecord& parent, const RecoverOptions& options) {
  WantedRun wanted = run_like(store, parent);
  std::vector<std::string> again = options.rerun;
  std::sort(again.begin(), again.end());
  again.erase(std::unique(again.begin(), again.end()), again.end());
  wanted.run.plan = parent.plan;
  wanted.run.origin = RunOrigin{RunOrigin::Relation::recovery, parent.key.id, std::move(again)};
  return wanted;
}

}  // namespace

Command make_recover() {
  auto options = std::make_shared<RecoverOptions>();
  Command command;
  command.name = "recover";
  command.summary = "Run again only what did not succeed in a run that has ended";
  command.details =
      "Begins a new run of the same version, with the same inputs and settings, which takes over what "
      "succeeded "
      "in RUN: every node, every element of a map, what is inside of workflows that nodes run, gates that "
      "were "
      "passed; also where the task has 'cache: false'. Only the rest is run. It works after a failure and "
      "after "
      "an abort, and RUN may be a recovery itself: what that did not come to is taken from the run before "
      "it.\n"
      "A result is not taken over where what it was made of has changed, where its bytes are gone from the "
      "store, "
      "or where --rerun names it; 'wf explain' says so. What depends on a node that is run again is taken "
      "over "
      "all the same, as long as its inputs come out with the same bytes; but a gate is asked again where "
      "anything "
      "that it waits for was made again. Conditions and choices are decided "
      "anew. Nodes with 'run_if' other than all_success, 'on_failure' and 'on_exit' are about the run they "
      "are "
      "in: of these nothing is taken over. Of a node with 'each: {stop_early: true}' no element begins, also "
      "none "
      "that --rerun names, once enough others were taken over; a warning says so.\n"
      "A run that is still going on is refused (exit status 4): 'wf resume' goes on with one whose driver is "
      "dead. Use 'wf run' after a change of the definition: recover runs the version that was recorded.";
  command.examples = {{"wf recover nightly-2026-11-21", "run what failed, and what could not begin for it"},
                      {"wf recover nightly --rerun train --rerun 'score[3]'", "and make these again, too"},
                      {"wf recover nightly --name nightly-2 --detach", "under a name, in the background"}};
  command.options = {
      {"--rerun", "NODE", "run this node or element again, though it succeeded (may be repeated)",
       &options->rerun}};
  complete_derived(command, options, [options](Store& store, const RunRecord& parent) {
    require_ended(parent);
    require_nodes(store, parent, options->rerun);
    return wanted_run(store, parent, *options);
  });
  return command;
}

}  // namespace wf::cli
