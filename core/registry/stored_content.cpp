#include "core/registry/stored_content.hpp"

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf {

std::optional<ValueError> check_stored_dataset(BlobStore& blobs, const Type& type, const Digest& digest,
                                               Columns columns) {
  std::string path = blobs.file_path(digest);
  if (lstat_if_exists(path)) return check_dataset_file(type, path, columns);
  std::string bytes = blobs.read(digest);
  return check_dataset(type, columns, bytes, bytes);
}

ValueResult stored_content(BlobStore& blobs, const Type& type, const std::string& text) {
  bool folder = type.kind() == Kind::directory;
  auto digest = Digest::parse(text);
  if (!digest || !blobs.size_of(*digest)) {
    return ValueError{"", cat("the store holds no bytes with the digest '", text, "'"),
                      "give a path instead"};
  }
  if (auto freed_us = blobs.freed_us(*digest)) {
    return ValueError{"", cat("the bytes with the digest '", text, "' were freed on ", date_of(*freed_us)),
                      "give a path instead, or make them again"};
  }
  if (folder && blobs.verify_folder(*digest, VerifyDepth::quick) != BlobState::present) {
    return ValueError{"", cat("'", text, "' is no folder of the store"), "give a path instead"};
  }
  if (folder) return directory_value(*digest);
  bool looked_into = type.kind() == Kind::dataset && !type.word().empty();
  auto fault = looked_into ? check_stored_dataset(blobs, type, *digest, Columns::all) : std::nullopt;
  if (fault) return *fault;
  return file_value(*digest);
}

}  // namespace wf
