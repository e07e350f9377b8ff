// What goes on in a run at this moment: what runs, what has begun and waits, and what has not begun.
#pragma once
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "core/catalog/runs.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

struct Activity {
  NodePath path;
  std::string state;                      // running, waiting, or queued: not begun
  std::int64_t attempt = 0;               // running: which one
  std::optional<std::int64_t> since_us;   // not of what is queued
  std::string why;                        // what it waits for; of what runs empty
};

// Running ones first, each kind in the order of the workflow's nodes; none of a run that has ended.
std::vector<Activity> read_activity(Store& store, const RunInfo& run);
Json activity_json(const RunKey& run, const Activity& activity);
// Lines of at most `most` groups of elements alike, indented.
std::string activity_text(const std::vector<Activity>& all, std::size_t most, std::int64_t now_us);

}  // namespace wf::cli
