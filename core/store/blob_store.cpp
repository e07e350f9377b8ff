#include "core/store/blob_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"
#include "core/store/files/object_file.hpp"

namespace wf {

namespace {

constexpr std::string_view k_in_database = "database";
constexpr std::string_view k_in_file = "file";

bool is_small(std::int64_t size) { return size <= k_database_blob_limit; }

[[noreturn]] void file_gone(const Digest& digest, const std::string& path) {
  throw Error(codes::k_blob_missing,
              cat("blob ", digest.text(), " was read in, and its file '", path, "' has gone since"),
              "run the command again");
}

struct OpenFile {
  Fd fd;
  struct stat info {};
};

// O_NONBLOCK: a fifo without a writer would hold the thread for good before it can be refused.
OpenFile open_regular(const std::string& path, int extra_flags) {
  OpenFile file{open_file(path, O_RDONLY | O_NONBLOCK | extra_flags), {}};
  if (::fstat(file.fd.get(), &file.info) != 0) throw_errno("inspect", path);
  if (S_ISREG(file.info.st_mode)) return file;
  throw Error(codes::k_special_file, cat("'", path, "' is no regular file"),
              "only regular files, folders and symbolic links can be kept in a store");
}

}  // namespace

BlobStore::BlobStore(std::string folder, Database& database, Access access)
    : folder_(std::move(folder)), database_(&database), access_(access), locks_(folder_) {}

std::string BlobStore::file_path(const Digest& digest) const {
  std::string hex = digest.hex();
  return cat(folder_, "/objects/", std::string_view(hex).substr(0, 2), '/', std::string_view(hex).substr(2));
}

void BlobStore::touch(const Digest& digest) {
  std::lock_guard lock(touched_guard_);
  touched_.set(digest.bytes[0]);
}

NewBlob BlobStore::take_bytes(std::string bytes) {
  FileIdentity identity{sha256(bytes), static_cast<std::int64_t>(bytes.size())};
  if (is_small(identity.size)) return {identity.digest, identity.size, std::move(bytes), {}};
  if (access_ == Access::read_only) return {identity.digest, identity.size, std::nullopt, {}};
  BlobLocks::Hold drafting = locks_.drafting();
  files::Draft draft(folder_ + "/tmp");
  write_all(draft.fd(), bytes, folder_ + "/tmp");
  return publish(draft, identity);
}

// Held before it is looked whether the bytes are there already: else they could be freed just then.
NewBlob BlobStore::publish(files::Draft& draft, const FileIdentity& identity) {
  BlobLocks::Hold hold = locks_.publishing(identity.digest);
  draft.publish(file_path(identity.digest), identity);
  touch(identity.digest);
  return {identity.digest, identity.size, std::nullopt, {}, std::move(hold)};
}

std::optional<NewBlob> BlobStore::take_stored(const Digest& digest) {
  NewBlob blob{
      digest, 0, std::nullopt, {}, access_ == Access::read_only ? nullptr : locks_.publishing(digest)};
  if (verify(digest, VerifyDepth::quick) != BlobState::present) return std::nullopt;
  blob.size = *size_of(digest);
  if (is_small(blob.size)) return std::nullopt;
  return blob;
}

NewBlob BlobStore::take_file(const std::string& path) { return take_opened(path, 0); }

NewBlob BlobStore::take_opened(const std::string& path, int extra_flags) {
  OpenFile file = open_regular(path, extra_flags);
  if (is_small(file.info.st_size)) {
    std::string bytes = read_fd(file.fd.get(), path);
    files::require_unchanged(file.fd.get(), file.info, static_cast<std::int64_t>(bytes.size()), path);
    return take_bytes(std::move(bytes));
  }
  if (access_ == Access::read_only) {
    FileIdentity identity = hash_file(path);
    return {identity.digest, identity.size, std::nullopt, {}};
  }
  BlobLocks::Hold drafting = locks_.drafting();
  files::Draft draft(folder_ + "/tmp");
  FileIdentity identity = files::copy_hashed(file.fd.get(), file.info, path, draft);
  return publish(draft, identity);
}

std::vector<NewBlob> BlobStore::take_folder(const std::string& folder) {
  std::vector<NewBlob> blobs;
  std::vector<TreeEntry> entries;
  take_below(folder, "", blobs, entries);
  blobs.push_back(take_bytes(render_tree(entries)));
  blobs.back().tree = std::move(entries);
  return blobs;
}

void BlobStore::take_below(const std::string& folder, const std::string& below, std::vector<NewBlob>& blobs,
                           std::vector<TreeEntry>& entries) {
  for (const std::string& name : list_folder(below.empty() ? folder : cat(folder, '/', below))) {
    std::string relative = below.empty() ? name : cat(below, '/', name);
    entries.push_back(take_entry(folder, relative, blobs));
    if (entries.back().type == 'd') take_below(folder, relative, blobs, entries);
  }
}

TreeEntry BlobStore::take_entry(const std::string& folder, const std::string& relative,
                                std::vector<NewBlob>& blobs) {
  std::string path = cat(folder, '/', relative);
  auto info = lstat_if_exists(path);
  if (!info) throw Error(codes::k_file_changed, cat("'", path, "' went away while it was read"));
  if (S_ISDIR(info->st_mode)) return {'d', {}, relative, 0};
  char type = S_ISLNK(info->st_mode) ? 'l' : (info->st_mode & S_IXUSR) != 0 ? 'x' : 'f';
  blobs.push_back(type == 'l' ? take_bytes(link_target(path)) : take_opened(path, O_NOFOLLOW));
  return {type, blobs.back().digest, relative, blobs.back().size};
}

// The folders are taken over first: a name given meanwhile belongs to the next call. After a failed fsync the
// names may be lost, and the error ends the command.
void BlobStore::sync() {
  std::bitset<256> touched;
  {
    std::lock_guard lock(touched_guard_);
    std::swap(touched, touched_);
  }
  if (touched.none()) return;
  for (std::size_t i = 0; i < touched.size(); ++i) {
    if (!touched.test(i)) continue;
    auto byte = static_cast<char>(i);
    sync_folder(cat(folder_, "/objects/", to_hex({&byte, 1})));
  }
  sync_folder(folder_ + "/objects");
}

void BlobStore::record(Database& writer, const NewBlob& blob) {
  std::string_view place = blob.bytes ? k_in_database : k_in_file;
  std::optional<Bytes> data;
  if (blob.bytes) data = Bytes{*blob.bytes};
  Statement& insert = writer.statement(
      "INSERT INTO blob (digest, size, place, data) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING");
  insert.bind(blob.digest, blob.size, place, data).run();
  if (insert.changes() == 0) record_again(writer, blob);
  if (!blob.bytes && !files::is_whole(file_path(blob.digest), {blob.digest, blob.size})) {
    file_gone(blob.digest, file_path(blob.digest));
  }
  if (!blob.tree.empty()) record_tree(writer, blob);
}

// The row stays as it is when it is whole; else it takes what came in.
void BlobStore::record_again(Database& writer, const NewBlob& blob) {
  std::optional<Bytes> data;
  if (blob.bytes) data = Bytes{*blob.bytes};
  Statement& row = writer.statement(
      "SELECT place, size = ?2 AND condemned_us IS NULL AND (place = 'file' OR data = ?3) "
      "FROM blob WHERE digest = ?1");
  bool is_whole = false;
  {
    ResetLater reset(row);
    if (!row.bind(blob.digest, blob.size, data).step()) return;
    bool in_file = row.text(0) == k_in_file;
    is_whole = row.integer(1) == 1 &&
               (!in_file || files::is_whole(file_path(blob.digest), {blob.digest, blob.size}));
  }
  if (is_whole) return;
  writer
      .statement(
          "UPDATE blob SET size = ?2, place = ?3, data = ?4, condemned_us = NULL, freed_us = NULL WHERE "
          "digest "
          "= ?1")
      .bind(blob.digest, blob.size, blob.bytes ? k_in_database : k_in_file, data)
      .run();
}

// Folders have no content of their own, so they have no row.
void BlobStore::record_tree(Database& writer, const NewBlob& blob) {
  Statement& insert = writer.statement(
      "INSERT INTO tree_entry (tree, path, child) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING");
  for (const TreeEntry& entry : blob.tree) {
    if (entry.type != 'd') insert.bind(blob.digest, Bytes{entry.path}, entry.digest).run();
  }
}

}  // namespace wf
