// wf rerun: a new run of what another ran, maybe with some inputs given otherwise.
#include <algorithm>

#include "cli/assignments.hpp"
#include "cli/commands.hpp"
#include "cli/lending.hpp"
#include "cli/new_run.hpp"
#include "core/base/text.hpp"
#include "core/engine/run_inputs.hpp"

namespace wf::cli {

namespace {

struct RerunOptions : DerivedRun {
  std::vector<std::string> inputs;
  std::string cache;
};

void replace_inputs(Store& store, const std::vector<GivenInput>& given, WantedRun& wanted) {
  Lending lending(store);
  ReferenceResolver resolve = [&](const std::string& text) { return resolve_reference(lending, text); };
  ResolvedInputs resolved = resolve_inputs(wanted.workflow, given, store.blobs(), resolve, Absent::left_out);
  for (RunInput& input : resolved.inputs) wanted.run.inputs.push_back(std::move(input));
  wanted.run.blobs = std::move(resolved.blobs);
}

WantedRun wanted_run(Store& store, const RunRecord& parent, const RerunOptions& options) {
  std::vector<GivenInput> given;
  for (const std::string& text : options.inputs) given.push_back(given_input("-i", text));
  std::vector<std::string> replaced;
  for (const GivenInput& input : given) replaced.push_back(input.name);
  WantedRun wanted = run_like(store, parent, replaced);
  if (!given.empty()) replace_inputs(store, given, wanted);
  wanted.run.origin = RunOrigin{RunOrigin::Relation::rerun, parent.key.id, {}};
  wanted.give = [cache = options.cache](RunSettings& settings) {
    if (!cache.empty()) settings.cache = cache == "use" ? CacheUse::reuse : CacheUse::refresh;
  };
  return wanted;
}

}  // namespace

Command make_rerun() {
  auto options = std::make_shared<RerunOptions>();
  Command command;
  command.name = "rerun";
  command.summary = "Run again what a run ran, with its inputs or with some of them replaced";
  command.details =
      "Begins a new run of the version, the inputs and the settings that are recorded of RUN: files come "
      "from "
      "the store, whatever has become of them on disk, and a definition that was edited since is not used. "
      "Nothing is taken over from RUN; what the cache has is reused, as by 'wf run'. RUN may still be going "
      "on.\n"
      "A rerun is no run of the launch plan that RUN was started by, so that inputs which that has fixed can "
      "be "
      "given.";
  command.examples = {{"wf rerun nightly-2026-11-21", "the same once more"},
                      {"wf rerun nightly-2026-11-21 -i k=7", "the same with another k"},
                      {"wf rerun nightly-2026-11-21 --cache refresh", "and everything is made again"}};
  command.options = {
      {"-i,--input",
       "NAME=VALUE",
       "an input that is given otherwise, as for 'wf run' (may be repeated)",
       &options->inputs,
       {},
       {Kind::input}},
      {"--cache",
       "HOW",
       "use what is cached, or refresh it (default: as in RUN)",
       &options->cache,
       {"use", "refresh"}}};
  complete_derived(command, options, [options](Store& store, const RunRecord& parent) {
    return wanted_run(store, parent, *options);
  });
  return command;
}

}  // namespace wf::cli
