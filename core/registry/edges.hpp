// What feeds what inside a version, as rows.
#pragma once
#include "core/registry/registry.hpp"

namespace wf {

// Inside a write transaction.
void write_edges(Database& database, const Digest& version, const Workflow& workflow);

}  // namespace wf
