// Versions as rows.
#pragma once
#include <string>

#include "core/definition/model.hpp"
#include "core/store/database.hpp"

namespace wf {

// A version that the store may lack.
struct NewVersion {
  Digest digest;
  std::string body;
  const Workflow* workflow = nullptr;
};

bool has_version(Database& database, const Digest& version);
// Writes a version with its edges, its files and what it uses, all of which are there, unless the store has
// it: false then. Inside a write transaction.
bool record_version(Database& database, const NewVersion& added, std::int64_t now_us);

// What follows from a version whose row is there: the rest of what record_version() writes.
void record_version_parts(Database& database, const Digest& version, const Workflow& workflow);

}  // namespace wf
