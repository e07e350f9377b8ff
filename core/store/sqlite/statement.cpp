#include "core/store/sqlite/statement.hpp"

#include <sqlite3.h>

#include "core/base/codes.hpp"
#include "core/base/text.hpp"
#include "core/store/sqlite/failure.hpp"

namespace wf::sqlite {

void StatementSqlite::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

StatementSqlite::StatementSqlite(Connection& connection, std::string_view sql)
    : connection_(&connection), sql_(sql) {
  sqlite3_stmt* handle = nullptr;
  require(sqlite3_prepare_v3(connection.handle, sql_.data(), static_cast<int>(sql_.size()),
                             SQLITE_PREPARE_PERSISTENT, &handle, nullptr));
  handle_.reset(handle);
}

void StatementSqlite::require(int code) {
  if (code == SQLITE_OK) return;
  if (is_failed_sync(code)) connection_->sync_failed = true;
  fail(connection_->handle, code, connection_->file, sql_);
}

bool StatementSqlite::step() {
  if (state_ == State::cut_short) {
    throw Error(codes::k_internal, cat("a transaction began while this was being read: ", sql_));
  }
  state_ = State::used;
  int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) {
    note_at_row();
    return true;
  }
  if (code != SQLITE_DONE) require(code);
  changes_ = sqlite3_changes64(connection_->handle);
  return false;
}

void StatementSqlite::note_at_row() {
  if (listed_) return;
  listed_ = true;
  next_at_row_ = connection_->at_row;
  connection_->at_row = this;
}

void StatementSqlite::cut_short_all(Connection& connection) {
  while (StatementSqlite* statement = connection.at_row) {
    connection.at_row = statement->next_at_row_;
    statement->listed_ = false;
    if (sqlite3_stmt_busy(statement->handle_.get()) == 0) continue;
    sqlite3_reset(statement->handle_.get());
    statement->state_ = State::cut_short;
  }
}

void StatementSqlite::reset() {
  if (state_ == State::ready) return;
  sqlite3_reset(handle_.get());  // repeats the code of a failed step, which was thrown then
  sqlite3_clear_bindings(handle_.get());
  state_ = State::ready;
}

bool StatementSqlite::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::int64_t StatementSqlite::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

std::string_view StatementSqlite::text(int column) const {
  const unsigned char* start = sqlite3_column_text(handle_.get(), column);
  if (start == nullptr) return {};
  return {reinterpret_cast<const char*>(start),
          static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::string_view StatementSqlite::bytes(int column) const {
  const void* start = sqlite3_column_blob(handle_.get(), column);
  if (start == nullptr) return {};
  return {static_cast<const char*>(start),
          static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

void StatementSqlite::bind_integer(int index, std::int64_t value) {
  state_ = State::used;
  require(sqlite3_bind_int64(handle_.get(), index, value));
}

// An empty view may have no address, which SQLite would take for NULL.
void StatementSqlite::bind_text(int index, std::string_view value) {
  state_ = State::used;
  require(sqlite3_bind_text64(handle_.get(), index, value.empty() ? "" : value.data(), value.size(),
                              SQLITE_TRANSIENT, SQLITE_UTF8));
}

void StatementSqlite::bind_bytes(int index, std::string_view value) {
  state_ = State::used;
  require(sqlite3_bind_blob64(handle_.get(), index, value.empty() ? "" : value.data(), value.size(),
                              SQLITE_TRANSIENT));
}

void StatementSqlite::bind_null(int index) {
  state_ = State::used;
  require(sqlite3_bind_null(handle_.get(), index));
}

}  // namespace wf::sqlite
