// Which artifacts there are: by partitions and filters, in an order, page by page.
#pragma once
#include "core/catalog/catalog.hpp"
#include "core/catalog/list_query.hpp"

namespace wf {

// Filters: workflow, task, prefix (of WORKFLOW/TASK), node, run (Uuid), version (Digest), output, type, tag
// (how a tag set by hand begins), since and until (Uuid: the first id of that time), and `partition:NAME`.
// Orders: -created, created, name (workflow and task, then the oldest first).
Page<Artifact> list_artifacts(Database& database, const ListRequest& request);

// The value of a partition as it is stored; nullopt for what is no value of its type.
std::optional<std::string> partition_text(const std::string& type_text, const std::string& text);

}  // namespace wf
