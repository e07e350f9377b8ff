#include "core/registry/bundled_blob.hpp"

#include "core/base/codes.hpp"
#include "core/base/text.hpp"

namespace wf {

std::vector<TreeEntry> folder_entries(std::string_view bytes) {
  if (!bytes.starts_with("wf-tree-1\n")) return {};
  try {
    return parse_tree(bytes);
  } catch (const Error&) {  // a file, or the target of a link, that only looks like one
    return {};
  }
}

NewBlob take_bundled(BlobStore& blobs, const BundledFile& file) {
  // What the store holds already needs no second copy, however large it is.
  bool is_large = file.size > k_database_blob_limit;
  if (auto stored = is_large ? blobs.take_stored(file.digest) : std::nullopt) {
    stored->tree = folder_entries(file.bytes);
    return *std::move(stored);
  }
  NewBlob blob = file.origin.empty() ? blobs.take_bytes(file.bytes) : blobs.take_file(file.origin);
  if (blob.digest != file.digest) {
    throw Error(codes::k_file_changed, cat("'", file.origin, "' was changed while it was registered"),
                "run the command again when its writer has finished");
  }
  blob.tree = folder_entries(file.bytes);
  return blob;
}

}  // namespace wf
