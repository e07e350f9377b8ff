// What crashes leave, and folders that nobody needs to look into any more.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/gc/fates.hpp"
#include "core/store/store.hpp"

namespace wf {

enum class Sweep { look, remove };

// A folder under runs/ that is no longer kept.
struct RunFolder {
  std::string name;  // a run's id
  std::string project;
  std::string domain;
  std::string workflow;  // empty: the store knows no such run
  std::int64_t files = 0;
  std::int64_t bytes = 0;
};

struct Leftovers {
  std::vector<RunFolder> folders;
  BlobAmount objects;          // files under objects/ that no row speaks of
  BlobAmount temporary;        // under tmp/
  std::int64_t kept_back = 0;  // what could not be removed
};

// After Reach::compute(). Folders of runs that are kept stay, unless nothing in them failed; those of other
// runs that have ended go when the grace period has passed since. Of objects/ and tmp/ goes what no process
// is at work with. What cannot be removed is counted and stays.
Leftovers sweep(Store& store, const KeepRules& rules, std::int64_t now_us, Sweep how);

}  // namespace wf
