// Files and folders that are given by the digest of what a store holds.
#pragma once
#include <string>

#include "core/definition/value.hpp"
#include "core/store/blob_store.hpp"

namespace wf {

// The value of a file, dataset or directory that is given as "sha256:…".
ValueResult stored_content(BlobStore& blobs, const Type& type, const std::string& text);

}  // namespace wf
