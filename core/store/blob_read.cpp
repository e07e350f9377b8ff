// Reading blobs: whole, in part, into files and folders, and checking them.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_set>

#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/store/blob_faults.hpp"
#include "core/store/blob_store.hpp"
#include "core/store/codes.hpp"
#include "core/store/files/object_file.hpp"

namespace wf {

struct BlobStore::Row {
  std::int64_t size = 0;
  std::optional<std::string> data;  // of a blob in the database
  std::optional<std::int64_t> freed_us;
};

namespace {

bool fits(std::string_view bytes, const Digest& digest, std::int64_t size) {
  return static_cast<std::int64_t>(bytes.size()) == size && sha256(bytes) == digest;
}

}  // namespace

std::optional<BlobStore::Row> BlobStore::find(const Digest& digest) {
  Statement& select = database_->statement("SELECT size, data, freed_us FROM blob WHERE digest = ?1");
  ResetLater reset(select);
  if (!select.bind(digest).step()) return std::nullopt;
  Row row{select.integer(0), std::nullopt, select.optional_integer(2)};
  if (!select.is_null(1)) row.data = std::string(select.bytes(1));
  return row;
}

BlobStore::Row BlobStore::get(const Digest& digest) {
  auto row = find(digest);
  if (!row) throw_missing(digest, "the store has no row for it");
  if (row->freed_us) throw_freed(digest, *row->freed_us);
  if (row->data && !fits(*row->data, digest, row->size)) throw_damaged(digest, "its row holds other bytes");
  if (row->data) return *row;
  auto info = lstat_if_exists(file_path(digest));
  if (!info) throw_missing(digest, cat("'", file_path(digest), "' is not there"));
  if (info->st_size != row->size) {
    throw_damaged(digest,
                  cat("'", file_path(digest), "' has ", info->st_size, " bytes instead of ", row->size));
  }
  return *row;
}

std::optional<std::int64_t> BlobStore::size_of(const Digest& digest) {
  Statement& select = database_->statement("SELECT size FROM blob WHERE digest = ?1");
  ResetLater reset(select);
  if (!select.bind(digest).step()) return std::nullopt;
  return select.integer(0);
}

std::optional<std::int64_t> BlobStore::freed_us(const Digest& digest) {
  Statement& select = database_->statement("SELECT freed_us FROM blob WHERE digest = ?1");
  ResetLater reset(select);
  if (!select.bind(digest).step()) return std::nullopt;
  return select.optional_integer(0);
}

std::optional<std::int64_t> BlobStore::folder_freed_us(const Digest& tree) {
  Statement& select = database_->statement(
      "SELECT max(freed_us) FROM blob WHERE digest = ?1 OR digest IN (SELECT child FROM tree_entry WHERE "
      "tree = ?1)");
  select.bind(tree);
  return *row_of(select, [](const Statement& row) { return row.optional_integer(0); });
}

std::string BlobStore::read(const Digest& digest) {
  Row row = get(digest);
  if (row.data) return std::move(*row.data);
  std::string bytes = read_file(file_path(digest));
  if (!fits(bytes, digest, row.size))
    throw_damaged(digest, cat("'", file_path(digest), "' holds other bytes"));
  return bytes;
}

void BlobStore::read_pieces(const Digest& digest, std::int64_t from,
                            const std::function<void(std::string_view)>& take) {
  Row row = get(digest);
  std::int64_t passed = 0;
  auto take_rest = [&](std::string_view bytes) {
    std::int64_t skipped =
        std::clamp<std::int64_t>(from - passed, 0, static_cast<std::int64_t>(bytes.size()));
    passed += static_cast<std::int64_t>(bytes.size());
    bytes.remove_prefix(static_cast<std::size_t>(skipped));
    if (!bytes.empty()) take(bytes);
  };
  if (row.data) return take_rest(*row.data);
  std::string path = file_path(digest);
  Hasher hasher;
  read_fd_pieces(open_file(path, O_RDONLY).get(), path, 0, [&](std::string_view bytes) {
    hasher.update(bytes);
    take_rest(bytes);
  });
  if (hasher.finish() != digest) throw_damaged(digest, cat("'", path, "' holds other bytes"));
}

std::string BlobStore::read_tail(const Digest& digest, std::int64_t limit) {
  Row row = get(digest);
  std::int64_t start = std::max<std::int64_t>(0, row.size - limit);
  if (row.data) return row.data->substr(static_cast<std::size_t>(start));
  std::string path = file_path(digest);
  Fd fd = open_file(path, O_RDONLY);
  if (::lseek(fd.get(), start, SEEK_SET) < 0) throw_errno("read", path);
  return read_fd(fd.get(), path);
}

CopyStep BlobStore::step(const Digest& digest, std::string path, mode_t mode) {
  Row row = get(digest);
  if (row.data) return {CopyStep::Kind::bytes, std::move(path), std::move(*row.data), digest, mode};
  return {CopyStep::Kind::file, std::move(path), file_path(digest), digest, mode};
}

CopyPlan BlobStore::plan_copy(const Digest& digest, const std::string& path, mode_t mode) {
  CopyPlan plan;
  plan.bytes = size_of(digest).value_or(0);
  plan.steps.push_back(step(digest, path, mode));
  return plan;
}

void BlobStore::copy_to(const Digest& digest, const std::string& path, mode_t mode) {
  carry_out({{step(digest, path, mode)}, 0});
}

namespace {

// A manifest is bytes from outside: an entry below anything but a folder of the same manifest could lead
// through a link to a place outside.
void require_parents(const std::vector<TreeEntry>& entries) {
  std::unordered_set<std::string> folders;
  for (const TreeEntry& entry : entries) {
    std::size_t slash = entry.path.rfind('/');
    if (slash != std::string::npos && !folders.contains(entry.path.substr(0, slash))) {
      throw Error(codes::k_bad_tree,
                  cat("a folder's manifest is damaged: '", escape_terminal(entry.path), "' is in no folder"),
                  "run 'wf store check --contents'");
    }
    if (entry.type == 'd') folders.insert(entry.path);
  }
}

mode_t with_exec(mode_t mode) { return mode | ((mode & 0444U) >> 2U); }

}  // namespace

CopyPlan BlobStore::plan_folder_copy(const Digest& tree, const std::string& path, mode_t file_mode,
                                     mode_t folder_mode) {
  std::vector<TreeEntry> entries = parse_tree(read(tree));
  require_parents(entries);
  CopyPlan plan;
  plan.steps.reserve(entries.size() + 1);
  plan.steps.push_back({CopyStep::Kind::folder, path, {}, {}, folder_mode});
  for (const TreeEntry& entry : entries) {
    std::string target = cat(path, '/', entry.path);
    plan.bytes += entry.size;
    if (entry.type == 'd')
      plan.steps.push_back({CopyStep::Kind::folder, std::move(target), {}, {}, folder_mode});
    else if (entry.type == 'l')
      plan.steps.push_back({CopyStep::Kind::link, std::move(target), read(entry.digest), {}, 0});
    else
      plan.steps.push_back(
          step(entry.digest, std::move(target), entry.type == 'x' ? with_exec(file_mode) : file_mode));
  }
  return plan;
}

void BlobStore::copy_folder_to(const Digest& tree, const std::string& path, mode_t file_mode,
                               mode_t folder_mode) {
  carry_out(plan_folder_copy(tree, path, file_mode, folder_mode));
}

BlobState BlobStore::verify(const Digest& digest, VerifyDepth depth) {
  auto row = find(digest);
  if (!row || row->freed_us) return BlobState::missing;
  if (row->data) return fits(*row->data, digest, row->size) ? BlobState::present : BlobState::damaged;
  const std::string path = file_path(digest);
  if (!exists(path)) return BlobState::missing;
  const auto is_good = depth == VerifyDepth::quick ? files::is_whole : files::holds;
  return is_good(path, {digest, row->size}) ? BlobState::present : BlobState::damaged;
}

BlobState BlobStore::verify_folder(const Digest& tree, VerifyDepth depth) {
  BlobState state = verify(tree, depth);
  if (state != BlobState::present) return state;
  try {
    for (const TreeEntry& entry : parse_tree(read(tree))) {
      if (entry.type != 'd') state = std::max(state, verify(entry.digest, depth));
    }
  } catch (const Error&) {  // a manifest that cannot be read is a damaged folder
    return BlobState::damaged;
  }
  return state;
}

}  // namespace wf
