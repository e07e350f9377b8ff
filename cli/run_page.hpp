// Everything about one run, as `wf show` tells it.
#pragma once
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/catalog/runs.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

struct RunPage {
  RunInfo info;
  std::vector<RunValue> inputs;
  std::vector<RunValue> outputs;
  std::vector<NodeInfo> nodes;
  std::vector<AttemptInfo> attempts;
  std::string driver_log = {};  // where a driver in the background has written; empty: nowhere
};

enum class Rows { grouped, each };  // elements of a mapped node together, or each by itself

RunPage read_run_page(Database& database, const RunKey& key);
Json page_json(const RunPage& page);
std::string page_text(Store& store, const RunPage& page, Rows rows);

}  // namespace wf::cli
