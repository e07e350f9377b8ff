// Everything about one run, as `wf show` tells it.
#pragma once
#include <string>
#include <vector>

#include "cli/element_groups.hpp"
#include "core/base/json.hpp"
#include "core/catalog/runs.hpp"
#include "core/lineage/explanation.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

struct RunPage {
  RunInfo info;
  std::vector<RunValue> inputs;
  std::vector<RunValue> outputs;
  std::vector<NodeInfo> nodes;
  std::vector<AttemptInfo> attempts;
  RunGaps gaps;                 // what has not begun, and what failed without harm
  std::vector<RunInfo> derived;  // runs that recover this one, or run it again; the oldest first
  std::string driver_log = {};  // where a driver in the background has written; empty: nowhere
};

enum class Rows { grouped, each };  // elements of a mapped node together, or each by itself

RunPage read_run_page(Store& store, const RunKey& key);
Json page_json(const RunPage& page);
// Those of `gaps` that have not begun, elements of a node together where they wait for the same.
std::vector<ElementGroup<Explanation>> absent_groups(const RunGaps& gaps);
std::string page_text(Store& store, const RunPage& page, Rows rows);

}  // namespace wf::cli
