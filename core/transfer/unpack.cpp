#include "core/transfer/unpack.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <set>

#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"
#include "core/transfer/archive.hpp"
#include "core/transfer/codes.hpp"
#include "core/transfer/rows.hpp"
#include "core/transfer/tables.hpp"
#include "core/transfer/unpacked_check.hpp"

namespace wf::transfer {

namespace {

constexpr std::int64_t k_most_manifest = std::int64_t{256} << 20U;  // bytes
constexpr std::size_t k_longest_row = std::size_t{64} << 20U;
constexpr std::string_view k_copy_hint = "copy it again from where it was made; nothing was taken from it";

// Lines as they come in pieces.
class Lines {
 public:
  template <typename Take>
  void add(std::string_view piece, const Take& take) {
    while (!piece.empty()) {
      std::size_t end = piece.find('\n');
      line_ += piece.substr(0, end);
      if (end == std::string_view::npos) return;
      take(line_);
      line_.clear();
      piece.remove_prefix(end + 1);
    }
  }
  std::size_t rest() const { return line_.size(); }

 private:
  std::string line_;
};

class Unpacker {
 public:
  Unpacker(const std::string& path, const std::string& folder, Store& target, Objects objects)
      : archive_(path), folder_(folder), target_(target), objects_(objects) {}

  Unpacked unpack() {
    read_manifest();
    require_space();
    make_store();
    require_schema();
    Transaction transaction(database(), Transaction::Mode::write);
    for (const BundleTable& table : unpacked_.manifest.tables) read_table(table);
    for (const BundleBlob& blob : unpacked_.manifest.blobs) read_blob(blob);
    if (auto more = archive_.next())
      refuse(cat("has '", escape_terminal(more->name), "', which its manifest does not name"));
    derive_versions(database());
    blobs().sync();
    for (const NewBlob& blob : unpacked_.held) unpacked_.store->blobs().record(database(), blob);
    transaction.commit();
    check_unpacked(*unpacked_.store, unpacked_.manifest);
    return std::move(unpacked_);
  }

 private:
  Database& database() { return unpacked_.store->database(); }
  BlobStore& blobs() { return objects_ == Objects::own ? unpacked_.store->blobs() : target_.blobs(); }

  [[noreturn]] void damaged(const std::string& what) const {
    throw Error(codes::k_bundle_damaged, cat("the bundle '", archive_.path(), "' is damaged: ", what),
                std::string(k_copy_hint));
  }
  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(codes::k_bundle_refused, cat("the bundle '", archive_.path(), "' ", why),
                "nothing was taken from it; make the bundle again with 'wf export'");
  }

  void read_manifest() {
    auto entry = archive_.next();
    if (!entry || entry->name != k_manifest_name || !entry->is_file || entry->size > k_most_manifest) {
      throw Error(codes::k_not_a_bundle,
                  cat("'", archive_.path(), "' is no bundle: it does not begin with ", k_manifest_name),
                  "name a file that 'wf export' wrote");
    }
    std::string text;
    archive_.read([&](std::string_view piece) { text += piece; });
    unpacked_.manifest = parse_manifest(text, archive_.path());
  }

  void require_space() {
    std::int64_t wanted = 0;
    auto add = [&](std::int64_t size) {
      if (__builtin_add_overflow(wanted, size, &wanted)) refuse("names more bytes than any disk has");
    };
    for (const BundleTable& table : unpacked_.manifest.tables) add(table.size);
    for (const BundleBlob& blob : unpacked_.manifest.blobs) add(blob.freed_us ? 0 : blob.size);
    struct statvfs space {};
    if (::statvfs(target_.path().c_str(), &space) != 0) return;
    auto free = static_cast<std::int64_t>(space.f_bavail) * static_cast<std::int64_t>(space.f_frsize);
    if (wanted <= free) return;
    throw Error(codes::k_no_space,
                cat("the bundle '", archive_.path(), "' holds ", human_bytes(wanted),
                    ", and where the store '", target_.path(), "' lies ", human_bytes(free), " are free"),
                "free some space on that file system, then run the command again");
  }

  void make_store() {
    unpacked_.store = Store::open(folder_, Access::create, target_.clock());
    if (objects_ == Objects::own) return;
    std::string objects = folder_ + "/objects";
    if (::rmdir(objects.c_str()) != 0 ||
        ::symlink((target_.path() + "/objects").c_str(), objects.c_str()) != 0)
      throw_errno("make the link", objects);
  }

  void require_schema() {
    std::int64_t known = schema_of(database());
    if (unpacked_.manifest.schema <= known) return;
    throw Error(codes::k_bundle_newer,
                cat("the bundle '", archive_.path(), "' is of a store with schema ",
                    unpacked_.manifest.schema, ", and this wf knows schemas up to ", known),
                "use the newer wf that wrote it");
  }

  // What comes next must be what the manifest says: so no name is ever used as one.
  void expect(const std::string& name, std::int64_t size) {
    auto entry = archive_.next();
    if (!entry) damaged(cat("it ends before '", name, '\''));
    std::string found = escape_terminal(entry->name);
    if (entry->name != name) refuse(cat("has '", found, "' where its manifest says '", name, '\''));
    if (!entry->is_file) refuse(cat("has '", found, "' as something else than a file"));
    if (entry->size != size) refuse(cat("has '", found, "' with ", entry->size, " bytes instead of ", size));
  }

  void read_table(const BundleTable& table) {
    expect(table.path(), table.size);
    Shape shape = shape_of(database(), table.name);
    if (table.name == "event") shape = without(std::move(shape), "pos");
    Hasher hasher;
    Lines lines;
    OldRowInserter inserter(database(), shape);
    std::int64_t rows = 0;
    archive_.read([&](std::string_view piece) {
      hasher.update(piece);
      lines.add(piece, [&](const std::string& line) { read_row_line(shape, inserter, line, ++rows); });
      if (lines.rest() > k_longest_row)
        refuse(cat("has a row of '", table.name, "' that is longer than any"));
    });
    if (hasher.finish() != table.digest) damaged(cat("'", table.path(), "' has another digest"));
    if (rows != table.rows || lines.rest() > 0)
      refuse(cat("has ", rows, " rows of '", table.name, "' instead of ", table.rows));
  }

  void read_row_line(const Shape& shape, OldRowInserter& inserter, const std::string& line,
                     std::int64_t number) try {
    Row row = row_from_json(shape, Json::parse(line, "a row"));
    require_row_of_bundle(shape, row);
    if (!inserter.insert(row)) refuse(cat("has row ", number, " of '", shape.table, "' twice"));
  } catch (const Error& error) {
    bool of_content =
        error.code().id == codes::k_store_query.id || error.code().id == wf::codes::k_bad_json.id;
    if (!of_content) throw;
    throw Error(codes::k_bundle_wrong,
                cat("row ", number, " of '", shape.table, "' in the bundle '", archive_.path(),
                    "' is wrong: ", error.message()),
                "nothing was taken from it; make the bundle again with 'wf export'");
  }

  void read_blob(const BundleBlob& blob) {
    if (blob.freed_us) return note_freed(blob);
    expect(blob.path(), blob.size);
    NewBlob taken = blob.size <= k_database_blob_limit ? take_small() : take_large(blob);
    if (taken.digest != blob.digest || taken.size != blob.size)
      damaged(cat("'", blob.path(), "' has other bytes"));
    if (taken.bytes)
      unpacked_.store->blobs().record(database(), taken);
    else
      unpacked_.held.push_back(std::move(taken));
  }

  NewBlob take_small() {
    std::string bytes;
    archive_.read([&](std::string_view piece) { bytes += piece; });
    return blobs().take_bytes(std::move(bytes));
  }

  // By way of a file: it may be larger than memory.
  NewBlob take_large(const BundleBlob& blob) {
    std::string path = cat(folder_, "/tmp/", blob.digest.hex());
    {
      Fd file = open_file(path, O_WRONLY | O_CREAT | O_EXCL);
      archive_.read([&](std::string_view piece) { write_all(file.get(), piece, path); });
    }
    NewBlob taken = blobs().take_file(path);
    remove_tree(path);
    return taken;
  }

  void note_freed(const BundleBlob& blob) {
    database()
        .statement("INSERT INTO blob (digest, size, place, freed_us) VALUES (?1, ?2, 'none', ?3)")
        .bind(blob.digest, blob.size, blob.freed_us)
        .run();
  }

  ArchiveReader archive_;
  std::string folder_;
  Store& target_;
  Objects objects_;
  Unpacked unpacked_;
};

}  // namespace

Unpacked unpack_bundle(const std::string& path, const std::string& folder, Store& target, Objects objects) {
  return Unpacker(path, folder, target, objects).unpack();
}

}  // namespace wf::transfer
