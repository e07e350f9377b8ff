// Which executions determined when a run ended.
#pragma once
#include "cli/report/account.hpp"

namespace wf::cli {

// Sets ready_us and before of every execution, and the critical path: the execution that ended last; before
// it the one that ended last among those it had to wait for; and so on to one that waited for none. What an
// execution waits for is what the definition says: nodes that it refers to, `after`, all nodes for a hook; in
// a workflow that a node runs, what that node waits for.
void mark_critical_path(RunAccount& account, History& history);

}  // namespace wf::cli
