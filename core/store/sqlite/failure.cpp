#include "core/store/sqlite/failure.hpp"

#include <sqlite3.h>

#include <cerrno>

#include "core/base/no_room.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"

namespace wf::sqlite {

namespace {

struct Kind {
  ErrorCode code;
  std::string_view what;
  std::string_view hint;
};

Kind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {codes::k_store_busy, "is locked by another process",
              "see what holds it with 'fuser wf.db' in the store's folder, then run the command again"};
    case SQLITE_FULL:
      return {codes::k_store_full, "cannot grow", no_room_hint(ENOSPC)};
    case SQLITE_IOERR:
      return {
          codes::k_store_io, "could not be read or written",
          "look at the kernel's log (dmesg), the disk and 'ulimit -f'; nothing committed before was changed"};
    case SQLITE_CORRUPT:
      return {codes::k_store_corrupt, "is damaged", "run 'wf store check', and restore a backup"};
    case SQLITE_NOTADB:
      return {codes::k_not_a_store, "is no SQLite database", "name another folder with --store"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {codes::k_store_read_only, "cannot be written",
              "check the owner and mode of the store's folder"};
    case SQLITE_CANTOPEN:
      return {codes::k_store_io, "cannot be opened", "check that the store's folder and files can be read"};
    default:
      return {codes::k_store_query, "refused a statement",
              "this is a mistake in wf or in the store: run 'wf store check'"};
  }
}

std::string place_in(sqlite3* connection, std::string_view sql) {
  if (sql.empty()) return {};
  int offset = connection != nullptr ? sqlite3_error_offset(connection) : -1;
  if (offset >= 0 && static_cast<std::size_t>(offset) < sql.size()) {
    return cat(", at '", sql.substr(static_cast<std::size_t>(offset), 40), '\'');
  }
  return cat(", in '", sql.substr(0, 120), '\'');
}

}  // namespace

void fail(sqlite3* connection, int code, const std::string& file, std::string_view sql) {
  // Some full disks are met as failed input and output, the one under the shared memory first.
  int cause = connection != nullptr ? sqlite3_system_errno(connection) : 0;
  bool is_full = (code & 0xff) == SQLITE_IOERR && is_no_room(cause);
  Kind kind = kind_of(is_full ? SQLITE_FULL : code);
  if (is_full) kind.hint = no_room_hint(cause);
  bool is_query = kind.code.id == codes::k_store_query.id;
  std::string_view reason = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  throw Error(kind.code,
              cat("the store's database '", file, "' ", kind.what, ": ", reason, " (SQLite code ", code,
                  is_query ? place_in(connection, sql) : std::string(), ')'),
              std::string(kind.hint));
}

bool is_failed_sync(int code) { return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC; }

}  // namespace wf::sqlite
