// What one store has, taken over into another: the one mechanism below `wf import` and `wf store merge`.
//
// All of it becomes visible by one transaction. Before that large files are copied, which a collection of
// garbage removes when nothing came of it. What is here is never changed: what means something else there is
// a conflict.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/catalog/run_lookup.hpp"
#include "core/registry/registry.hpp"
#include "core/store/store.hpp"

namespace wf {

struct TransferConflict {
  std::string kind;  // label, run_name, tag, active_plan, run, stream
  std::string what;
  std::string here;  // what it means here and there: digests and ids
  std::string there;
};

// A run that stays where it is; a later call brings it.
struct LeftOutRun {
  RunKey run;
  std::string reason;
};

struct Transfer {
  std::map<std::string, std::int64_t, std::less<>> rows;  // new ones, by table
  std::int64_t blobs = 0;                                 // new ones
  std::int64_t bytes = 0;
  std::vector<TransferConflict> conflicts;
  std::vector<LeftOutRun> left_out;
  bool applied = false;
  bool refused = false;  // conflicts kept all of it back, or would

  bool is_empty() const { return rows.empty() && blobs == 0; }
};

// stop: nothing is taken when there is a conflict. skip: all else is; a run whose name is another one's comes
// without.
enum class OnConflict { stop, skip };
// A bundle has but rows and the streams of runs; a store also its other streams, its pools and active plans.
enum class Origin { store, bundle };

// `from` may be open for reading only, and both may be at work. Throws Error(k_same_store).
Transfer take_from(Store& from, Store& to, Origin origin, OnConflict on_conflict, Apply apply);

}  // namespace wf
