// The files of a definition or a launch plan on their way into the store.
#pragma once
#include <string_view>
#include <vector>

#include "core/definition/model.hpp"
#include "core/store/blob_store.hpp"

namespace wf {

// Throws Error(k_file_changed) when it is not any more what was read before.
NewBlob take_bundled(BlobStore& blobs, const BundledFile& file);

// What is in a folder, by the bytes of its manifest; nothing for other bytes.
std::vector<TreeEntry> folder_entries(std::string_view bytes);

}  // namespace wf
