// The files of a definition or a launch plan on their way into the store.
#pragma once
#include "core/definition/model.hpp"
#include "core/store/blob_store.hpp"

namespace wf {

// Throws Error(k_file_changed) when it is not any more what was read before.
NewBlob take_bundled(BlobStore& blobs, const BundledFile& file);

}  // namespace wf
