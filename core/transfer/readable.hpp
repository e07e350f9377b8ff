// Whether what a bundle brings can be read by every command: one row that cannot would spoil the lists of a
// store.
#pragma once
#include "core/store/database.hpp"

namespace wf::transfer {

// Throws what reading throws, and Error(k_bundle_wrong).
void check_readable(Database& database);

}  // namespace wf::transfer
