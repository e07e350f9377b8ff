// Registered versions, by digest.
#pragma once
#include "core/definition/model.hpp"
#include "core/store/database.hpp"

namespace wf {

// The canonical form; throws Error(k_version_missing) when there is no such version, Error(k_store_corrupt)
// when it has another digest than its own.
Json version_body(Database& database, const Digest& version);

// The workflow, and all that it uses. Throws what version_body() throws, and Error(k_bad_version).
Workflow load_version(Database& database, const Digest& version);
// The same of one that is not registered yet: as load_version() would give it afterwards.
Workflow as_registered(Database& database, const Workflow& workflow);

}  // namespace wf
