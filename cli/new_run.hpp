// Beginning a run that has been put together: as a new one, or as the one that has its name already. Shared
// by `run`, `recover` and `rerun`.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cli/run_limits.hpp"
#include "cli/run_session.hpp"
#include "core/definition/model.hpp"
#include "core/engine/run_record.hpp"

namespace wf::cli {

struct WantedRun {
  NewRun run;
  Workflow workflow;
  std::string plan;  // "nightly@3f2a9c12d001"; empty for none
  std::function<void(RunSettings&)> give = {};  // sets what options say, and nothing else; null for none
  std::map<Digest, std::string> files =
      {};  // of a dry run: contents that the store may not have, and where they are
};

// Before anything is run: that the pools of all tasks are there, those of workflows that nodes run included. Throws
// Error(k_unknown_pool).
void require_pools(Database& database, const Workflow& workflow);

// Throws Error(k_bad_run_name).
void check_run_name(const std::string& name);

// Drives it to its end and reports it. One that has its name already must be the same, as far as this one
// says what it is to be: it is joined, and that may mean to report what came of it.
Exit begin_run(const Context& context, Store& store, KeeperLink& keeper, WantedRun wanted,
               const ReportOptions& report);

// What `recover` and `rerun` have in common: a new run that is made from another one.
struct DerivedRun {
  std::string run;
  std::optional<std::string> name;
  std::optional<std::int64_t> parallelism;
  RunLimits limits;
  ReportOptions report;
};
// From the run that was named, without a name of its own.
using DeriveRun = std::function<WantedRun(Store& store, const RunRecord& parent)>;
// Completes a command whose own options stand in it already: RUN, --name, how it is limited and reported, and
// what it does.
void complete_derived(Command& command, const std::shared_ptr<DerivedRun>& derived, DeriveRun derive);

// A run of the version that `parent` ran, as it ran it: with its inputs and settings. Throws
// Error(k_bad_input) where contents among the inputs are not in the store any more; `except` names inputs
// that will be replaced.
WantedRun run_like(Store& store, const RunRecord& parent, const std::vector<std::string>& except = {});

}  // namespace wf::cli
