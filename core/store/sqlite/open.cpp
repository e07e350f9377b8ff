// Opening, and making, the database file of a store.
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"
#include "core/store/sqlite/database_sqlite.hpp"
#include "core/store/sqlite/file_system.hpp"
#include "core/store/sqlite/migrations.hpp"

namespace wf {

namespace {

using sqlite::DatabaseSqlite;

constexpr int k_common_flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

[[noreturn]] void not_found(const std::string& path) {
  throw Error(codes::k_store_not_found, cat("there is no store at '", parent_folder(path), "'"),
              "make one with 'wf init', or name one with --store DIR or WF_STORE=DIR");
}

// The file appears under its name only when its schema is complete, so that no other process ever sees half
// of one; whoever loses the race uses the winner's. (SQLite's own switch to WAL fails at once with
// SQLITE_BUSY when two connections try it on a new file.)
void make_database(const std::string& path) {
  std::string draft = cat(path, ".new-", new_uuid4().text());
  try {
    {
      DatabaseSqlite database(draft, draft, k_common_flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
      // In this order: what a WAL holds moves into the file as the connection closes, which says nothing when
      // it fails, and the file would get its name without its schema.
      sqlite::migrate(database, path);
      database.execute("PRAGMA journal_mode = WAL");
    }
    if (::chmod(draft.c_str(), 0600) != 0) throw_errno("set the mode of", draft);
    if (::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) throw_errno("make", path);
  } catch (...) {
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) ::unlink(cat(draft, suffix).c_str());
    throw;
  }
  ::unlink(draft.c_str());
  sync_folder(parent_folder(path));
}

// An address that SQLite reads as a URI needs these characters escaped.
std::string file_uri(const std::string& path, std::string_view parameters) {
  std::string out = "file:";
  for (char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      out += cat('%', to_hex(std::string_view(&c, 1)));
    } else {
      out += c;
    }
  }
  return cat(out, '?', parameters);
}

std::unique_ptr<DatabaseSqlite> open_writable(const std::string& path) {
  auto database = std::make_unique<DatabaseSqlite>(path, path, k_common_flags | SQLITE_OPEN_READWRITE);
  sqlite::migrate(*database, path);
  database->execute("PRAGMA journal_mode = WAL");
  return database;
}

void require_current_schema(Database& database, const std::string& path) {
  if (sqlite::inspect_schema(database, path) == sqlite::SchemaState::current) return;
  throw Error(codes::k_store_older,
              cat("the store '", path, "' has an older schema, and this command only reads"),
              "run a command that writes, such as 'wf init', to bring it up to date");
}

// Nobody can be writing: there is no log, and this process could not make one.
bool is_settled_and_locked_away(const std::string& path) {
  auto log = stat_if_exists(path + "-wal");
  return (!log || log->st_size == 0) && ::access(parent_folder(path).c_str(), W_OK) != 0;
}

// Reading a WAL database needs its shared-memory file, which nobody can make in a folder that cannot be
// written. A closed store there is read as what it is: a file that does not change.
std::unique_ptr<DatabaseSqlite> open_reading(const std::string& path) {
  constexpr int k_flags = k_common_flags | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  std::string mode = is_settled_and_locked_away(path) ? "mode=ro&immutable=1" : "mode=ro";
  auto database = std::make_unique<DatabaseSqlite>(file_uri(path, mode), path, k_flags);
  require_current_schema(*database, path);
  return database;
}

}  // namespace

std::unique_ptr<Database> open_sqlite(const std::string& path, Access access) {
  bool is_there = exists(path);
  if (!is_there && access != Access::create) not_found(path);
  sqlite::require_local_file_system(parent_folder(path));
  if (!is_there) make_database(path);
  if (access == Access::read_only) return open_reading(path);
  return open_writable(path);
}

}  // namespace wf
