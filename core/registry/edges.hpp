// What feeds what inside a version, as rows.
#pragma once
#include "core/registry/registry.hpp"

namespace wf {

// What feeds one of the cases of a node stands under this name: "pick?0".
std::string case_name(const std::string& node, std::int64_t chosen);

// Inside a write transaction.
void write_edges(Database& database, const Digest& version, const Workflow& workflow);

}  // namespace wf
