// What of a store is to go to another one.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/catalog/run_lookup.hpp"
#include "core/registry/registry.hpp"

namespace wf::transfer {

// The runs that this one rests on: whose results it reused or took over, which it was made from, whose
// outputs it was given by reference.
std::vector<RunKey> runs_under(Database& source, const RunKey& run);
// These runs, those that they rest on, and for bytes that they were given the last run before them that made
// such.
std::set<RunKey> with_origins(Database& source, const std::vector<RunKey>& runs);

struct PickedRun {
  RunKey key;
  bool fresh = true;  // is not there yet
};

// Temporary tables of one connection, which may be read-only: take_run(project, domain, run, fresh),
// take_artifact(project, domain, artifact, fresh), take_dataset, take_version(digest), take_plan(digest),
// take_place(project, domain), take_registration(project, domain, name, seq), take_blob(digest),
// take_parts(digest), take_entry(project, domain, key, artifact, run).
class Selection {
 public:
  explicit Selection(Database& source);

  // In the caller's transaction. Everything that there is, but of runs only these.
  void take_everything(const std::vector<PickedRun>& runs);
  // These versions, these runs, and what both need.
  void take_part(const std::vector<ResolvedVersion>& versions, const std::vector<PickedRun>& runs);

 private:
  void begin(const std::vector<PickedRun>& runs);
  void finish();
  void run(std::string_view sql);

  Database* source_;
};

}  // namespace wf::transfer
