#include "core/store/database.hpp"

#include <doctest/doctest.h>

#include "core/base/codes.hpp"
#include "core/store/codes.hpp"
#include "core/store/sqlite/file_system.hpp"
#include "tests/unit/store/fresh_store.hpp"

using namespace wf;
using namespace wf::test;

namespace {
std::int64_t number(Database& database, std::string_view sql) {
  Statement& statement = database.statement(sql);
  ResetLater reset(statement);
  return statement.bind().step() ? statement.integer(0) : -1;
}
}  // namespace

TEST_CASE("the same text gives the same statement, and a reused address another") {
  FreshStore fresh;
  std::string text = "SELECT 1";
  Statement* one = &fresh.database().statement(text);
  CHECK(one == &fresh.database().statement(std::string("SELECT 1")));
  text.back() = '2';
  CHECK(number(fresh.database(), text) == 2);
  text.back() = '1';
  CHECK(&fresh.database().statement(text) == one);
}

TEST_CASE("values come back as they were bound") {
  FreshStore fresh;
  Statement& row = fresh.database().statement("SELECT ?1, ?2, ?3, ?4, ?5, ?6");
  Digest digest = sha256("x");
  Uuid id = new_uuid4();
  std::optional<std::int64_t> nothing;
  REQUIRE(row.bind(INT64_MIN, std::string("a\0b", 3), digest, id, nothing, "").step());
  CHECK(row.integer(0) == INT64_MIN);
  CHECK(row.text(1) == std::string_view("a\0b", 3));
  CHECK(row.digest(2) == digest);
  CHECK(row.uuid(3) == id);
  CHECK(!row.optional_integer(4).has_value());
  CHECK(row.optional_string(5) == "");
  CHECK(code_of([&] { static_cast<void>(row.digest(3)); }) == codes::k_store_corrupt.id);
}

TEST_CASE("a transaction that is not committed leaves nothing") {
  FreshStore fresh;
  {
    Transaction transaction(fresh.database(), Transaction::Mode::write);
    fresh.database().execute("DELETE FROM domain");
  }
  CHECK(number(fresh.database(), "SELECT count(*) FROM domain") == 3);
}

TEST_CASE("a row left standing does not hold the next transaction on an old snapshot") {
  FreshStore fresh;
  Statement& left = fresh.database().statement("SELECT name FROM domain");
  REQUIRE(left.bind().step());
  auto other = open_sqlite(fresh.store->database_path(), Access::read_write);
  {
    Transaction transaction(*other, Transaction::Mode::write);
    other->execute("DELETE FROM project");
    transaction.commit();
  }
  Transaction transaction(fresh.database(), Transaction::Mode::write);
  CHECK(number(fresh.database(), "SELECT count(*) FROM project") == 0);
  CHECK(code_of([&] { left.step(); }) == codes::k_internal.id);
  CHECK(left.bind().step());
}

TEST_CASE("errors name the file and the place in the statement") {
  FreshStore fresh;
  try {
    fresh.database().statement("SELECT nonsense FROM domain");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code().id == codes::k_store_query.id);
    CHECK(error.message().find(fresh.store->database_path()) != std::string::npos);
    CHECK(error.message().find("at 'nonsense FROM domain'") != std::string::npos);
  }
}

TEST_CASE("a newer schema, another program's file and no database are refused") {
  FreshStore fresh;
  std::string path = fresh.store->database_path();
  auto refusal = [&] { return code_of([&] { open_sqlite(path, Access::create); }); };
  fresh.database().execute("PRAGMA user_version = 99");
  CHECK(refusal() == codes::k_store_newer.id);
  fresh.database().execute("PRAGMA user_version = 2; PRAGMA application_id = 7");
  CHECK(refusal() == codes::k_not_a_store.id);
  path = fresh.write("text.db", std::string(4096, 'x'));
  CHECK(refusal() == codes::k_not_a_store.id);
  path = fresh.folder + "/absent.db";
  CHECK(code_of([&] { open_sqlite(path, Access::read_write); }) == codes::k_store_not_found.id);
}

TEST_CASE("a reader cannot write") {
  FreshStore fresh;
  fresh.reopen(Access::read_only);
  CHECK(code_of([&] { fresh.database().execute("DELETE FROM domain"); }) == codes::k_store_read_only.id);
}

TEST_CASE("network file systems are known by their number") {
  CHECK(sqlite::network_file_system(0x6969) == "NFS");
  CHECK(sqlite::network_file_system(0xffffffffff534d42UL) == "CIFS");
  CHECK(!sqlite::network_file_system(0xef53).has_value());
}
