// What of a store is asked for, as one file.
#include <unistd.h>

#include <algorithm>
#include <set>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/base/tree.hpp"
#include "core/store/codes.hpp"
#include "core/transfer/archive.hpp"
#include "core/transfer/bundle.hpp"
#include "core/transfer/bundle_rows.hpp"
#include "core/transfer/carry.hpp"
#include "core/transfer/codes.hpp"
#include "core/transfer/manifest.hpp"
#include "core/transfer/new_file.hpp"
#include "core/transfer/selection.hpp"
#include "core/transfer/tables.hpp"

namespace wf {

namespace {

using namespace transfer;

void require_ended(Database& database, const RunKey& key) {
  Statement& row =
      database.statement("SELECT state <> 'running' FROM run WHERE project = ?1 AND domain = ?2 AND id = ?3");
  row.bind(key.project, key.domain, key.id);
  if (row_of(row, [](const Statement& one) { return one.integer(0); }).value_or(1) != 0) return;
  throw Error(
      codes::k_run_not_ended,
      cat("run ", key.project, '/', key.domain, '/', key.id.text(),
          " has not ended, and a bundle holds whole runs"),
      cat("wait for it with 'wf wait ", key.id.tail(), "', or end it with 'wf abort ", key.id.tail(), '\''));
}

std::vector<BundleBlob> blobs_of(Database& database) {
  Statement& rows = database.statement(
      "SELECT u.digest, b.size, b.freed_us FROM take_blob u LEFT JOIN blob b ON b.digest = u.digest ORDER "
      "BY u.digest");
  rows.bind();
  return rows_of(rows, [](const Statement& row) {
    if (row.is_null(1))
      throw Error(codes::k_blob_missing, cat("blob ", row.digest(0).text(), " has no row in this store"),
                  "run 'wf store check'");
    return BundleBlob{row.digest(0), row.integer(1), row.optional_integer(2)};
  });
}

class Export {
 public:
  Export(Store& from, const ExportRequest& request)
      : from_(from), held_(hold_blobs(from)), snapshot_(from.database(), Transaction::Mode::read) {
    std::set<RunKey> runs = with_origins(from.database(), request.runs);
    std::vector<PickedRun> picked;
    for (const RunKey& run : runs) {
      require_ended(from.database(), run);
      picked.push_back({run, true});
    }
    Selection(from.database()).take_part(request.versions, picked);
    manifest_.schema = schema_of(from.database());
    manifest_.versions = request.versions;
    manifest_.runs = request.runs;
    exported_.runs.assign(runs.begin(), runs.end());
    read_rows();
    read_blobs();
  }

  const Exported& exported() const { return exported_; }

  void write(int fd, const std::string& path) {
    ArchiveWriter archive(fd, path, path.ends_with(".zst") ? Compress::zstd : Compress::no);
    archive.add(std::string(k_manifest_name), render(manifest_));
    for (std::size_t i = 0; i < manifest_.tables.size(); ++i)
      archive.add(manifest_.tables[i].path(), texts_[i]);
    for (const BundleBlob& blob : manifest_.blobs) {
      if (blob.freed_us) continue;
      archive.begin(blob.path(), blob.size);
      from_.blobs().read_pieces(blob.digest, 0, [&](std::string_view bytes) { archive.write(bytes); });
    }
    archive.finish();
  }

 private:
  void read_rows() {
    BundleRows rows(from_.database());
    for (const TableRule& rule : table_rules()) {
      if (!rule.in_bundle) continue;
      RowText text = rows.read(rule.table);
      if (text.rows == 0) continue;
      std::string name(rule.table);
      exported_.rows[name] = name == "tag" ? tags_by_hand() : text.rows;
      manifest_.tables.push_back(
          {name, text.rows, static_cast<std::int64_t>(text.lines.size()), sha256(text.lines)});
      texts_.push_back(std::move(text.lines));
    }
  }

  // Not those of the cache, of which nobody knows.
  std::int64_t tags_by_hand() {
    Statement& row = from_.database().statement(
        cat("SELECT count(*) FROM ", table_rule("tag").from, " WHERE t.created_by IS NOT NULL"));
    row.bind();
    return *row_of(row, [](const Statement& one) { return one.integer(0); });
  }

  void read_blobs() {
    manifest_.blobs = blobs_of(from_.database());
    for (const BundleBlob& blob : manifest_.blobs) {
      ++(blob.freed_us ? exported_.freed : exported_.blobs);
      if (!blob.freed_us) exported_.bytes += blob.size;
    }
  }

  Store& from_;
  BlobLocks::Hold held_;
  Transaction snapshot_;
  Manifest manifest_;
  std::vector<std::string> texts_;  // of its tables
  Exported exported_;
};

void sort_request(ExportRequest& request) {
  auto key = [](const ResolvedVersion& one) {
    return std::tie(one.scope.project, one.scope.domain, one.name, one.version);
  };
  std::sort(request.versions.begin(), request.versions.end(),
            [&](const auto& one, const auto& other) { return key(one) < key(other); });
  request.versions.erase(
      std::unique(request.versions.begin(), request.versions.end(),
                  [&](const auto& one, const auto& other) { return key(one) == key(other); }),
      request.versions.end());
  std::sort(request.runs.begin(), request.runs.end());
  request.runs.erase(std::unique(request.runs.begin(), request.runs.end()), request.runs.end());
}

FileIdentity identity_of(int fd, const std::string& path) {
  FileIdentity identity;
  Hasher hasher;
  if (::lseek(fd, 0, SEEK_SET) < 0) throw_errno("read", path);
  read_fd_pieces(fd, path, 0, [&](std::string_view bytes) {
    hasher.update(bytes);
    identity.size += static_cast<std::int64_t>(bytes.size());
  });
  identity.digest = hasher.finish();
  return identity;
}

// What is there already may be the same.
bool place(NewFile& file, const std::string& path, const FileIdentity& identity, Overwrite overwrite) {
  if (file.publish()) return true;
  auto info = stat_if_exists(path);
  if (info && S_ISREG(info->st_mode) && info->st_size == identity.size &&
      hash_file(path).digest == identity.digest)
    return false;
  if (info && !S_ISREG(info->st_mode))
    throw Error(codes::k_bundle_exists, cat("'", path, "' is there already, and is no file"),
                "name another file");
  if (overwrite == Overwrite::no)
    throw Error(codes::k_bundle_exists, cat("'", path, "' is there already, with another content"),
                "name another file, or replace it with --force");
  file.replace();
  return true;
}

}  // namespace

Exported export_bundle(Store& from, const ExportRequest& request, const std::string& path,
                       Overwrite overwrite, Apply apply) {
  ExportRequest sorted = request;
  sort_request(sorted);
  Export bundle(from, sorted);
  Exported exported = bundle.exported();
  if (apply == Apply::dry_run) return exported;
  NewFile file(path);
  bundle.write(file.fd(), path);
  FileIdentity identity = identity_of(file.fd(), path);
  exported.size = identity.size;
  exported.digest = identity.digest;
  exported.written = place(file, path, identity, overwrite);
  return exported;
}

}  // namespace wf
