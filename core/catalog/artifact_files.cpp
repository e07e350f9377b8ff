#include "core/catalog/artifact_files.hpp"

#include <cstdio>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/base/tree.hpp"
#include "core/base/uuid.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/freed.hpp"
#include "core/definition/value.hpp"

namespace wf {

namespace {

constexpr mode_t k_file_mode = 0644;
constexpr mode_t k_folder_mode = 0755;

Type type_of(const ArtifactData& data) {
  std::variant<Type, TypeError> parsed = parse_type(data.type);
  if (const Type* type = std::get_if<Type>(&parsed)) return *type;
  throw Error(codes::k_catalog_corrupt, cat("'", data.name, "' has an unknown type '", data.type, "'"));
}

bool is_folder_value(const Json& value) { return value.find("$tree") != nullptr; }

// Whether exactly these bytes are at `path` already; nullopt when nothing is.
std::optional<bool> has_same(const std::string& path, const Digest& wanted, bool folder) {
  std::optional<struct stat> there = lstat_if_exists(path);
  if (!there) return std::nullopt;
  if (folder) return S_ISDIR(there->st_mode) && sha256(render_tree(scan_tree(path))) == wanted;
  return S_ISREG(there->st_mode) && hash_file(path).digest == wanted;
}

void write_content(Store& store, const Digest& digest, bool folder, const std::string& path) {
  // Beside the target first, so that a half-written one never stands under its name.
  std::string fresh = cat(path, ".wf-", new_uuid4().tail());
  if (folder) {
    store.blobs().copy_folder_to(digest, fresh, k_file_mode, k_folder_mode);
  } else {
    store.blobs().copy_to(digest, fresh, k_file_mode);
  }
  remove_tree(path);
  if (std::rename(fresh.c_str(), path.c_str()) != 0) throw_errno("rename to", path);
}

}  // namespace

std::string place_name(const std::string& path) {
  std::string name;
  for (std::size_t i = 0; i < path.size(); ++i) {
    bool begins = i == 0 && (path[i] == '[' || path[i] == '.');
    if (begins || path[i] == ']') continue;
    if (path[i] == '[')
      name += '.';
    else
      name += path[i] == '/' ? '_' : path[i];
  }
  bool plain = !name.empty() && name != "." && name != "..";
  return plain ? name : cat("_", name);
}

std::string data_bytes(Store& store, const ArtifactData& data) {
  std::optional<Digest> digest = content_digest(data.value);
  if (digest && !is_folder_value(data.value)) return store.blobs().read(*digest);
  Type type = type_of(data);
  if (type.has_content()) {
    throw Error(codes::k_bad_data_reference,
                cat("output '", data.name, "' is a ", data.type, ", not one stream of bytes"),
                "name a path for it: wf artifact get REF PATH");
  }
  if (type.is_scalar() && !data.value.is_null()) return value_to_text(type, data.value) + "\n";
  return value_to_json(type, data.value, nullptr).pretty() + "\n";
}

// A list or map of files: a folder with each of them under its place.
Written write_collection(Store& store, const Type& type, const ArtifactData& data, const std::string& path,
                         Overwrite overwrite) {
  if (lstat_if_exists(path) && overwrite == Overwrite::no) {
    throw Error(codes::k_target_differs, cat("'", path, "' exists already"),
                "name another path, or add --force to replace it");
  }
  std::string fresh = cat(path, ".wf-", new_uuid4().tail());
  make_folders(fresh, k_folder_mode);
  for (const Content& content : contents_of(type, data.value)) {
    write_content(store, content.digest, content.directory, cat(fresh, "/", place_name(content.path)));
  }
  remove_tree(path);
  if (std::rename(fresh.c_str(), path.c_str()) != 0) throw_errno("rename to", path);
  return Written::yes;
}

Written write_data(Store& store, const ArtifactData& data, const std::string& path, Overwrite overwrite) {
  std::optional<Digest> digest = content_digest(data.value);
  bool folder = digest && is_folder_value(data.value);
  Type type = type_of(data);
  if (!digest && type.has_content() && !data.value.is_null())
    return write_collection(store, type, data, path, overwrite);
  std::string text = digest ? std::string() : data_bytes(store, data);
  std::optional<bool> same = has_same(path, digest ? *digest : sha256(text), folder);
  if (same == true) return Written::same;
  if (same == false && overwrite == Overwrite::no) {
    throw Error(codes::k_target_differs, cat("'", path, "' exists and differs from output '", data.name, "'"),
                "name another path, or add --force to replace it");
  }
  if (digest) {
    write_content(store, *digest, folder, path);
  } else {
    replace_file_durably(path, text, k_file_mode);
  }
  return Written::yes;
}

std::vector<Damage> verify_artifact(Store& store, const Artifact& artifact) {
  std::vector<Damage> found;
  for (const ArtifactData& data : data_of(store.database(), artifact)) {
    for (const Content& content : contents_of(type_of(data), data.value)) {
      BlobState state = content.directory ? store.blobs().verify_folder(content.digest, VerifyDepth::contents)
                                          : store.blobs().verify(content.digest, VerifyDepth::contents);
      if (state != BlobState::present && !freed_us(store.blobs(), content))
        found.push_back({artifact, data.name, content.path, content.digest, state});
    }
  }
  return found;
}

}  // namespace wf
