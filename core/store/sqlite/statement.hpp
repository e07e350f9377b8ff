// Statements of one SQLite connection.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "core/store/database.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace wf::sqlite {

class StatementSqlite;

// What the statements of a connection share with it.
struct Connection {
  sqlite3* handle = nullptr;
  std::string file;
  bool sync_failed = false;
  StatementSqlite* at_row = nullptr;  // statements left at a row, linked through next_at_row
};

class StatementSqlite final : public Statement {
 public:
  StatementSqlite(Connection& connection, std::string_view sql);

  bool step() override;
  void reset() override;
  std::int64_t changes() const override { return changes_; }

  bool is_null(int column) const override;
  std::int64_t integer(int column) const override;
  std::string_view text(int column) const override;
  std::string_view bytes(int column) const override;

  const std::string& sql() const { return sql_; }

  // Resets every statement of the connection that stands at a row; a caller that still steps through one of
  // them gets an error instead of its rows from the start again.
  static void cut_short_all(Connection& connection);

 protected:
  void bind_integer(int index, std::int64_t value) override;
  void bind_text(int index, std::string_view value) override;
  void bind_bytes(int index, std::string_view value) override;
  void bind_null(int index) override;

 private:
  enum class State { ready, used, cut_short };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  void require(int code);
  void note_at_row();

  Connection* connection_;
  std::string sql_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  std::int64_t changes_ = 0;
  State state_ = State::ready;
  bool listed_ = false;
  StatementSqlite* next_at_row_ = nullptr;
};

}  // namespace wf::sqlite
