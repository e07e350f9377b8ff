// Why a list is empty, where the question itself names what does not exist.
#pragma once
#include <string>

#include "core/catalog/list_query.hpp"

namespace wf::cli {

// "; no artifact here has a partition 'dya': did you mean 'day'?", of the first filter that names a workflow,
// a task or a partition that nothing here has; "" when there is none. It looks at every dataset and workflow,
// not at what they hold.
std::string unknown_names(Database& database, const ListRequest& request);

}  // namespace wf::cli
