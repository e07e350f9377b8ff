#include "core/store/sqlite/migrations.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/store/codes.hpp"
#include "core/store/sqlite/schema.hpp"

namespace wf::sqlite {

namespace {

// Schema 1 was that of wf 0.1.0, which recorded less than this wf reads: no way leads from it.
constexpr std::int64_t k_first_schema = 2;
// What makes the first one, and then what leads from each to the next.
constexpr std::array<std::string_view, 6> k_migrations{k_schema_2, k_schema_3, k_schema_4,
                                                       k_schema_5, k_schema_6, k_schema_7};

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

std::int64_t newest_schema() { return k_first_schema - 1 + static_cast<std::int64_t>(k_migrations.size()); }

SchemaState inspect_schema(Database& database, const std::string& file) {
  std::int64_t version = schema_version(database);
  require_ours(database, file);
  if (version > newest_schema()) {
    throw Error(codes::k_store_newer,
                cat("the store '", file, "' has schema ", version, ", and this wf knows schemas up to ",
                    newest_schema()),
                "use the newer wf that wrote it");
  }
  if (version > 0 && version < k_first_schema) {
    throw Error(codes::k_store_older,
                cat("the store '", file, "' was made by wf 0.1.0, which recorded less than this wf reads"),
                "keep it for that wf, and name another folder with --store, WF_STORE or the setting 'store'");
  }
  return version < newest_schema() ? SchemaState::older : SchemaState::current;
}

void migrate(Database& database, const std::string& file) {
  while (inspect_schema(database, file) == SchemaState::older) {
    Transaction transaction(database, Transaction::Mode::write);
    std::int64_t version = schema_version(database);  // another process may have been first
    if (version < newest_schema()) {
      std::int64_t next = std::max(version + 1, k_first_schema);
      database.execute(std::string(k_migrations[static_cast<std::size_t>(next - k_first_schema)]));
      database.execute(cat("PRAGMA application_id = ", k_application_id, "; PRAGMA user_version = ", next));
    }
    transaction.commit();
  }
}

}  // namespace wf::sqlite
