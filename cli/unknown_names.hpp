// Why a list is empty, where the question itself names what does not exist.
#pragma once
#include "cli/context.hpp"
#include "cli/output.hpp"
#include "core/catalog/list_query.hpp"

namespace wf::cli {

// Adds to what an empty table says: "; nothing here has a partition 'dya': did you mean 'day'?", of the first
// filter that names a workflow, a task or a partition that nothing here has, or asks for what is no value of
// a partition. It looks at every dataset and workflow, not at what they hold.
void tell_unknown_names(const Context& context, Database& database, const ListRequest& request,
                        Listing& listing);

}  // namespace wf::cli
