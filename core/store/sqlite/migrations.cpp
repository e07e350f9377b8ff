#include "core/store/sqlite/migrations.hpp"

#include <array>

#include "core/base/text.hpp"
#include "core/store/codes.hpp"
#include "core/store/sqlite/schema.hpp"

namespace wf::sqlite {

namespace {

// Migration i leads from schema i to schema i + 1.
constexpr std::array<std::string_view, 1> k_migrations{k_schema_1};

std::int64_t pragma(Database& database, std::string_view sql) {
  Statement& statement = database.statement(sql);
  ResetLater reset(statement);
  return statement.bind().step() ? statement.integer(0) : 0;
}

std::int64_t schema_version(Database& database) { return pragma(database, "PRAGMA user_version"); }

void require_ours(Database& database, const std::string& file) {
  std::int64_t id = pragma(database, "PRAGMA application_id");
  if (id == k_application_id) return;
  bool is_empty = pragma(database, "SELECT count(*) FROM sqlite_schema") == 0;
  if (id == 0 && is_empty && schema_version(database) == 0) return;  // an empty file: nothing to lose
  throw Error(codes::k_not_a_store, cat("'", file, "' is an SQLite database of another program"),
              "name another folder with --store");
}

}  // namespace

std::int64_t newest_schema() { return static_cast<std::int64_t>(k_migrations.size()); }

SchemaState inspect_schema(Database& database, const std::string& file) {
  std::int64_t version = schema_version(database);
  require_ours(database, file);
  if (version > newest_schema()) {
    throw Error(codes::k_store_newer,
                cat("the store '", file, "' has schema ", version, ", and this wf knows schemas up to ",
                    newest_schema()),
                "use the newer wf that wrote it");
  }
  return version < newest_schema() ? SchemaState::older : SchemaState::current;
}

void migrate(Database& database, const std::string& file) {
  while (inspect_schema(database, file) == SchemaState::older) {
    Transaction transaction(database, Transaction::Mode::write);
    std::int64_t version = schema_version(database);  // another process may have been first
    if (version < newest_schema()) {
      database.execute(std::string(k_migrations[static_cast<std::size_t>(version)]));
      database.execute(
          cat("PRAGMA application_id = ", k_application_id, "; PRAGMA user_version = ", version + 1));
    }
    transaction.commit();
  }
}

}  // namespace wf::sqlite
