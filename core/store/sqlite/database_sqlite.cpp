#include "core/store/sqlite/database_sqlite.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"
#include "core/store/sqlite/failure.hpp"

namespace wf::sqlite {

namespace {

constexpr int k_busy_timeout_ms = 60'000;

// A log larger than this is folded into the database when the last connection closes. Every first connection
// reads the log through, so it must stay small; folding in a few pages would cost each short command an
// fsync.
constexpr std::int64_t k_fold_bytes = 1 << 20;

// 32 MiB of pages are cached; mapping the file instead would parse a page's header at each access.
// secure_delete is Debian's default and would double the writes of every delete; erasing a value for good is
// an operation of its own.
constexpr const char* k_settings =
    "PRAGMA synchronous = FULL;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -32000;"
    "PRAGMA mmap_size = 0;"
    "PRAGMA secure_delete = OFF;"
    "PRAGMA wal_autocheckpoint = 16000;"
    "PRAGMA journal_size_limit = 67108864;";

// SQLite's memory statistics take a lock on every allocation, and nobody reads them.
void configure_library_once() {
  static const int k_configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(k_configured);
}

}  // namespace

DatabaseSqlite::DatabaseSqlite(const std::string& uri, std::string file, int flags) {
  configure_library_once();
  connection_.file = std::move(file);
  log_ = connection_.file + "-wal";
  int code = sqlite3_open_v2(uri.c_str(), &connection_.handle, flags, nullptr);
  try {
    require(code, {});
    harden();
  } catch (...) {
    sqlite3_close(connection_.handle);
    throw;
  }
}

DatabaseSqlite::~DatabaseSqlite() {
  statements_.clear();
  auto log = stat_if_exists(log_);
  if (log && log->st_size > k_fold_bytes) fold_log_at_close(Fold::yes);
  sqlite3_close(connection_.handle);
}

void DatabaseSqlite::harden() {
  sqlite3_busy_timeout(connection_.handle, k_busy_timeout_ms);
  struct Setting {
    int name;
    int value;
  };
  for (Setting setting : {Setting{SQLITE_DBCONFIG_DQS_DDL, 0}, Setting{SQLITE_DBCONFIG_DQS_DML, 0},
                          Setting{SQLITE_DBCONFIG_DEFENSIVE, 1}, Setting{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                          Setting{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}}) {
    require(sqlite3_db_config(connection_.handle, setting.name, setting.value, nullptr), {});
  }
  require(fold_log_at_close(Fold::no), {});
  execute(k_settings);
}

int DatabaseSqlite::fold_log_at_close(Fold fold) noexcept {
  int leave = fold == Fold::no ? 1 : 0;
  return sqlite3_db_config(connection_.handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, leave, nullptr);
}

void DatabaseSqlite::require(int code, std::string_view sql) {
  if (code == SQLITE_OK) return;
  if (is_failed_sync(code)) connection_.sync_failed = true;
  fail(connection_.handle, code, connection_.file, sql);
}

// The address alone is no key (a temporary's may be used again), so the text is compared, too.
Statement& DatabaseSqlite::statement(std::string_view sql) {
  auto address = reinterpret_cast<std::uintptr_t>(sql.data());
  Seen& seen = seen_[(address ^ (address >> 8U) ^ sql.size()) % seen_.size()];
  if (seen.data == sql.data() && seen.size == sql.size() && seen.statement->sql() == sql) {
    return *seen.statement;
  }
  StatementSqlite& found = find_or_prepare(sql);
  seen = {sql.data(), sql.size(), &found};
  return found;
}

StatementSqlite& DatabaseSqlite::find_or_prepare(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found != statements_.end()) return *found->second;
  auto made = std::make_unique<StatementSqlite>(connection_, sql);
  std::string_view key = made->sql();
  return *statements_.emplace(key, std::move(made)).first->second;
}

void DatabaseSqlite::execute(const std::string& sql) {
  require(sqlite3_exec(connection_.handle, sql.c_str(), nullptr, nullptr, nullptr), sql);
}

void DatabaseSqlite::begin_write() {
  if (connection_.sync_failed) {
    throw Error(codes::k_store_io,
                cat("the disk did not confirm an earlier write to '", connection_.file,
                    "', so nothing more is written to it"),
                "look at the kernel's log (dmesg) and the disk, then run the command again");
  }
  StatementSqlite::cut_short_all(connection_);
  statement("BEGIN IMMEDIATE").run();
}

void DatabaseSqlite::begin_read() {
  StatementSqlite::cut_short_all(connection_);
  statement("BEGIN").run();
}

void DatabaseSqlite::commit() {
  bool wrote = sqlite3_txn_state(connection_.handle, nullptr) == SQLITE_TXN_WRITE;
  statement("COMMIT").run();
  if (wrote) announce_commit();
}

// For CommitWatch: the last write to the log comes before the commit can be seen, so something must happen to
// the log after it. That it cannot be touched changes nothing about the commit.
void DatabaseSqlite::announce_commit() { ::utimensat(AT_FDCWD, log_.c_str(), nullptr, 0); }

// What cannot be rolled back here (the connection is broken) is rolled back by whoever opens the file next.
void DatabaseSqlite::rollback() noexcept {
  StatementSqlite::cut_short_all(connection_);
  if (sqlite3_get_autocommit(connection_.handle) != 0) return;
  try {
    statement("ROLLBACK").run();
  } catch (const Error&) {
  }
}

}  // namespace wf::sqlite
