#include "core/transfer/carry.hpp"

#include <unistd.h>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"

namespace wf::transfer {

namespace {

bool is_large(std::int64_t size) { return size > k_database_blob_limit; }

bool is_one_file(const std::string& one, const std::string& other) {
  auto a = stat_if_exists(one);
  auto b = stat_if_exists(other);
  return a && b && a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

}  // namespace

BlobLocks::Hold hold_blobs(Store& store) {
  return ::access(store.path().c_str(), W_OK) == 0 ? store.blobs().locks().relying() : nullptr;
}

Carrier::Carrier(Store& from, Store& to)
    : from_(from), to_(to), held_there_(hold_blobs(from)), held_here_(hold_blobs(to)) {}

std::vector<Carrier::Wanted> Carrier::wanted() {
  Statement& rows = from_.database().statement(
      "SELECT b.digest, b.size, b.freed_us FROM take_blob u CROSS JOIN blob b ON b.digest = u.digest ORDER "
      "BY b.digest");
  rows.bind();
  return rows_of(rows, [](const Statement& row) {
    return Wanted{row.digest(0), row.integer(1), row.optional_integer(2)};
  });
}

bool Carrier::lacks(const Wanted& blob) {
  if (blob.freed_us) return !to_.blobs().size_of(blob.digest);
  return to_.blobs().verify(blob.digest, VerifyDepth::quick) != BlobState::present;
}

void Carrier::bring_files() {
  for (const Wanted& blob : wanted()) {
    if (is_large(blob.size) && !blob.freed_us && lacks(blob))
      files_.insert_or_assign(blob.digest, bring_file(blob));
  }
  to_.blobs().sync();
}

NewBlob Carrier::bring_file(const Wanted& blob) {
  std::string path = from_.blobs().file_path(blob.digest);
  if (is_one_file(path, to_.blobs().file_path(blob.digest)))  // it was unpacked to where it belongs
    return {blob.digest, blob.size, std::nullopt, {}, to_.blobs().locks().publishing(blob.digest)};
  NewBlob taken = to_.blobs().take_file(path);
  if (taken.digest == blob.digest) return taken;
  throw Error(codes::k_blob_damaged,
              cat("blob ", blob.digest.text(), " is damaged: '", path, "' holds other bytes"),
              cat("'wf store check --contents --store ", from_.path(), "' says what made it"));
}

Carried Carrier::record(How how) {
  Carried carried;
  for (const Wanted& blob : wanted()) {
    if (!lacks(blob)) continue;
    ++carried.blobs;
    carried.bytes += blob.freed_us ? 0 : blob.size;
    if (how == How::record) record_one(blob);
  }
  return carried;
}

void Carrier::record_one(const Wanted& blob) {
  if (blob.freed_us) return note_freed(blob);
  if (!is_large(blob.size))
    return to_.blobs().record(to_.database(), to_.blobs().take_bytes(from_.blobs().read(blob.digest)));
  auto known = files_.find(blob.digest);
  if (known == files_.end()) {  // it came to be wanted since
    known = files_.emplace(blob.digest, bring_file(blob)).first;
    to_.blobs().sync();
  }
  to_.blobs().record(to_.database(), known->second);
}

// What was freed there is known here as freed.
void Carrier::note_freed(const Wanted& blob) {
  to_.database()
      .statement("INSERT INTO blob (digest, size, place, freed_us) VALUES (?1, ?2, 'none', ?3)")
      .bind(blob.digest, blob.size, blob.freed_us)
      .run();
}

}  // namespace wf::transfer
