// Files and folders that are given by the digest of what a store holds.
#pragma once
#include <string>

#include "core/definition/dataset.hpp"
#include "core/store/blob_store.hpp"

namespace wf {

// The value of a file, dataset or directory that is given as "sha256:…".
ValueResult stored_content(BlobStore& blobs, const Type& type, const std::string& text);
// Why stored bytes are no dataset of that type.
std::optional<ValueError> check_stored_dataset(BlobStore& blobs, const Type& type, const Digest& digest,
                                               Columns columns);

}  // namespace wf
