// What must be true of a bundle beyond the digests of its files.
#pragma once
#include "core/store/store.hpp"
#include "core/transfer/manifest.hpp"
#include "core/transfer/rows.hpp"

namespace wf::transfer {

// Events are those of runs, labels and places have names.
void require_row_of_bundle(const Shape& shape, const Row& row);
// What follows from the versions, by their bodies; each is read on the way.
void derive_versions(Database& database);
// Notes what was unpacked as a store would have, and checks the whole as `wf store check` does, and that it
// is what its manifest says that it was made for, with what that needs and nothing else. Throws
// Error(k_bundle_wrong).
void check_unpacked(Store& store, const Manifest& manifest);

}  // namespace wf::transfer
