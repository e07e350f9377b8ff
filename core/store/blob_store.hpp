// Bytes by content. Small blobs are rows of the database, larger ones read-only files under objects/; where a
// blob lies is never part of its identity. A blob exists when its row is committed, and the row only after
// the bytes are durable.
#pragma once
#include <bitset>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/tree.hpp"
#include "core/store/blob_locks.hpp"
#include "core/store/copy_plan.hpp"
#include "core/store/database.hpp"

namespace wf {

namespace files {
class Draft;
}

inline constexpr std::int64_t k_database_blob_limit =
    std::int64_t{16} * 1024;  // bytes; larger blobs are files

// A blob that was read in but has no row yet. Bytes of small ones travel with it; large ones are files
// already, which no collection of garbage touches as long as this is there.
struct NewBlob {
  Digest digest;
  std::int64_t size = 0;
  std::optional<std::string> bytes;  // set: goes into the database
  std::vector<TreeEntry> tree;       // set: this is a folder's manifest
  BlobLocks::Hold hold = {};         // of a file
};

enum class BlobState { present, missing, damaged };
// Files by size, mode and time, and by their bytes only where these are not right; or every byte hashed.
enum class VerifyDepth { quick, contents };

class BlobStore {
 public:
  // `folder` is the store's root; objects/ and tmp/ lie in it. `database` is used for reading rows and must
  // outlive this. With Access::read_only what is taken is hashed, and written nowhere.
  BlobStore(std::string folder, Database& database, Access access = Access::read_write);
  BlobStore(const BlobStore&) = delete;
  BlobStore& operator=(const BlobStore&) = delete;

  // Reading in. None of these touches the database; files become durable with the next sync(). Thread-safe.
  NewBlob take_bytes(std::string bytes);
  // Hashed while it is copied; throws k_file_changed when it moves meanwhile.
  NewBlob take_file(const std::string& path);
  // Everything below `folder`; the manifest comes last. Links are kept as links, special files throw.
  std::vector<NewBlob> take_folder(const std::string& folder);
  // Makes the names of all files taken so far durable: one fsync for each folder touched.
  void sync();
  // As if it had been taken, when its bytes are in the store as a file and whole to look at; else nullopt.
  std::optional<NewBlob> take_stored(const Digest& digest);

  // Inside a write transaction, after sync(): upserts the row, clears condemned_us, verifies that the bytes
  // are there. A row that had lost its bytes, or was freed, gets them again. Throws Error(k_blob_missing) when
  // a file has gone.
  void record(Database& writer, const NewBlob& blob);

  // Of one that was freed, too.
  std::optional<std::int64_t> size_of(const Digest& digest);
  // When a collection of garbage freed its bytes, in microseconds since 1970; nullopt: it did not.
  std::optional<std::int64_t> freed_us(const Digest& digest);
  // The same of a folder: of its manifest, or of anything in it.
  std::optional<std::int64_t> folder_freed_us(const Digest& tree);
  // The whole content; throws Error(k_blob_missing), Error(k_blob_freed) or Error(k_blob_damaged), naming the
  // digest.
  std::string read(const Digest& digest);
  // What is behind the first `from` bytes, in pieces; checked as by read() when all of it has been passed on.
  void read_pieces(const Digest& digest, std::int64_t from,
                   const std::function<void(std::string_view)>& take);
  // At most the last `limit` bytes.
  std::string read_tail(const Digest& digest, std::int64_t limit);
  // Writes the content to a new file at `path` (reflink or copy, never a link to the store).
  void copy_to(const Digest& digest, const std::string& path, mode_t mode);
  CopyPlan plan_copy(const Digest& digest, const std::string& path, mode_t mode);
  // Rebuilds a folder from its manifest at `path`, which must not exist. Files get `file_mode` (plus exec
  // bits), folders `folder_mode`.
  void copy_folder_to(const Digest& tree, const std::string& path, mode_t file_mode, mode_t folder_mode);
  CopyPlan plan_folder_copy(const Digest& tree, const std::string& path, mode_t file_mode,
                            mode_t folder_mode);
  // A blob in the database is re-hashed at either depth; one that was freed is missing.
  BlobState verify(const Digest& digest, VerifyDepth depth);
  // A folder: its manifest, and everything in it.
  BlobState verify_folder(const Digest& tree, VerifyDepth depth);

  std::string file_path(const Digest& digest) const;  // objects/ab/cdef…
  BlobLocks& locks() { return locks_; }

 private:
  struct Row;
  std::optional<Row> find(const Digest& digest);
  Row get(const Digest& digest);
  CopyStep step(const Digest& digest, std::string path, mode_t mode);
  NewBlob take_opened(const std::string& path, int extra_flags);
  NewBlob publish(files::Draft& draft, const FileIdentity& identity);
  void touch(const Digest& digest);
  void record_again(Database& writer, const NewBlob& blob);
  void record_tree(Database& writer, const NewBlob& blob);
  void take_below(const std::string& folder, const std::string& below, std::vector<NewBlob>& blobs,
                  std::vector<TreeEntry>& entries);
  TreeEntry take_entry(const std::string& folder, const std::string& relative, std::vector<NewBlob>& blobs);

  std::string folder_;
  Database* database_;
  Access access_;
  BlobLocks locks_;
  std::mutex touched_guard_;
  std::bitset<256> touched_;  // folders under objects/ that got a name since the last sync()
};

}  // namespace wf
