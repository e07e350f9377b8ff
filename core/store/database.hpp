// The metadata store: SQL over typed rows. SQLite implements it; the same SQL text is meant for PostgreSQL.
// One Database is one connection and belongs to one thread at a time.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/uuid.hpp"

namespace wf {

// Raw bytes to bind.
struct Bytes {
  std::string_view view;
  static constexpr bool is_bytes = true;
};

// A value to bind whose kind is known at run time only; nullopt is NULL.
using SqlValue = std::variant<std::int64_t, std::string, Uuid, Digest, Bytes, std::nullopt_t>;

// A prepared statement. Parameters are ?1, ?2, …; columns count from 0.
class Statement {
 public:
  virtual ~Statement() = default;

  // Starts over and binds the arguments in order: integers, text, Digest, Uuid, Bytes, nullopt for NULL.
  template <typename... Args>
  Statement& bind(const Args&... args) {
    reset();
    int index = 0;
    (bind_value(++index, args), ...);
    return *this;
  }

  Statement& bind_values(const std::vector<SqlValue>& values) {
    reset();
    int index = 0;
    for (const SqlValue& value : values) {
      ++index;
      std::visit([this, index](const auto& one) { bind_value(index, one); }, value);
    }
    return *this;
  }

  virtual bool step() = 0;  // true: at a row; false: done
  void run() {              // to the end; for statements that return nothing
    while (step()) {
    }
    reset();
  }
  virtual void reset() = 0;
  // Rows changed by the last run() of an INSERT, UPDATE or DELETE.
  virtual std::int64_t changes() const = 0;

  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  // Valid until the next step or reset.
  virtual std::string_view text(int column) const = 0;
  virtual std::string_view bytes(int column) const = 0;
  Digest digest(int column) const;  // throws Error(k_store_corrupt) when the length is not 32
  Uuid uuid(int column) const;      // likewise 16
  std::string string(int column) const { return std::string(text(column)); }
  std::optional<std::string> optional_string(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;

 protected:
  virtual void bind_integer(int index, std::int64_t value) = 0;
  // Copied: temporaries may be bound.
  virtual void bind_text(int index, std::string_view value) = 0;
  virtual void bind_bytes(int index, std::string_view value) = 0;
  virtual void bind_null(int index) = 0;

 private:
  template <typename T>
  void bind_value(int index, const T& value) {
    if constexpr (std::is_integral_v<T>)
      bind_integer(index, static_cast<std::int64_t>(value));
    else if constexpr (std::is_same_v<T, Digest> || std::is_same_v<T, Uuid>)
      bind_bytes(index, value.view());
    else if constexpr (requires { value.is_bytes; })
      bind_bytes(index, value.view);
    else if constexpr (std::is_same_v<T, std::nullopt_t>)
      bind_null(index);
    else if constexpr (requires { value.has_value(); })
      value ? bind_value(index, *value) : bind_null(index);
    else
      bind_text(index, value);
  }
};

// Resets a statement that was not stepped to its end: left at a row it would hold its snapshot.
class ResetLater {
 public:
  explicit ResetLater(Statement& statement) : statement_(&statement) {}
  ResetLater(const ResetLater&) = delete;
  ResetLater& operator=(const ResetLater&) = delete;
  ~ResetLater() { statement_->reset(); }

 private:
  Statement* statement_;
};

// What `read` makes of each row of a statement that is bound.
template <typename Read>
auto rows_of(Statement& statement, const Read& read) {
  ResetLater reset(statement);
  std::vector<std::decay_t<decltype(read(statement))>> found;
  while (statement.step()) found.push_back(read(statement));
  return found;
}

// Of its first row; nullopt when there is none.
template <typename Read>
auto row_of(Statement& statement, const Read& read) {
  ResetLater reset(statement);
  std::optional<std::decay_t<decltype(read(statement))>> found;
  if (statement.step()) found = read(statement);
  return found;
}

class Database {
 public:
  virtual ~Database() = default;

  // A statement kept for the life of the connection; the same text gives the same object, so it must not be
  // in use. One left at a row is reset when the next transaction begins.
  virtual Statement& statement(std::string_view sql) = 0;
  virtual void execute(const std::string& sql) = 0;  // several statements, no parameters

  // A write transaction takes the write lock at once (BEGIN IMMEDIATE); a read transaction is one snapshot.
  // After a failed fsync no further write transaction begins: what the disk holds is then unknown.
  virtual void begin_write() = 0;
  virtual void begin_read() = 0;
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;
};

// Rolls back unless committed.
class Transaction {
 public:
  enum class Mode { read, write };
  Transaction(Database& database, Mode mode) : database_(&database) {
    mode == Mode::write ? database.begin_write() : database.begin_read();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (database_ != nullptr) database_->rollback();
  }
  void commit() {
    database_->commit();
    database_ = nullptr;
  }

 private:
  Database* database_;
};

// Opens `path` with wf's settings (WAL, synchronous=FULL, busy timeout 60 s, defensive), checks
// application_id and refuses network file systems and newer schemas. `create` makes the file and its schema,
// and runs migrations.
enum class Access { read_only, read_write, create };
std::unique_ptr<Database> open_sqlite(const std::string& path, Access access);

}  // namespace wf
