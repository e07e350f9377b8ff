// A typed value as the store holds it: a row, and the files and folders that it names.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/records.hpp"
#include "core/store/blob_store.hpp"

namespace wf {

// Throws Error(k_store_corrupt) when the row holds no value of the type it names.
OutputValue stored_value(std::string name, std::string_view type, std::string_view value);

// Whether every file and folder is in the store, checked to `depth`.
bool is_present(BlobStore& blobs, const std::vector<Content>& contents, VerifyDepth depth);

}  // namespace wf
