// One SQLite connection with wf's settings.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/store/sqlite/statement.hpp"

namespace wf::sqlite {

class DatabaseSqlite final : public Database {
 public:
  // `flags` as sqlite3_open_v2 takes them; `uri` a file: address or a path.
  DatabaseSqlite(const std::string& uri, std::string file, int flags);
  ~DatabaseSqlite() override;
  DatabaseSqlite(const DatabaseSqlite&) = delete;
  DatabaseSqlite& operator=(const DatabaseSqlite&) = delete;

  Statement& statement(std::string_view sql) override;
  void execute(const std::string& sql) override;
  void begin_write() override;
  void begin_read() override;
  void commit() override;
  void rollback() noexcept override;

 private:
  // Where a text was last seen in memory: literals are found without hashing them.
  struct Seen {
    const char* data = nullptr;
    std::size_t size = 0;
    StatementSqlite* statement = nullptr;
  };

  void require(int code, std::string_view sql);
  void harden();
  enum class Fold { no, yes };
  int fold_log_at_close(Fold fold) noexcept;
  void announce_commit();
  StatementSqlite& find_or_prepare(std::string_view sql);

  Connection connection_;
  std::string log_;  // the path of the write-ahead log
  std::array<Seen, 256> seen_;
  std::unordered_map<std::string_view, std::unique_ptr<StatementSqlite>> statements_;  // keys: their own text
};

}  // namespace wf::sqlite
