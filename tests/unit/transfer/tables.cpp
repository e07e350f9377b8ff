// A new table is not forgotten when parts of a store go to another one.
#include <doctest/doctest.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/transfer/rows.hpp"
#include "core/transfer/selection.hpp"
#include "core/transfer/tables.hpp"
#include "tests/unit/store/fresh_store.hpp"

namespace wf::transfer {

TEST_CASE("every table of the schema has one rule, and every rule a table") {
  test::FreshStore fresh;
  Statement& rows = fresh.database().statement(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY "
      "name");
  rows.bind();
  std::vector<std::string> there = rows_of(rows, [](const Statement& row) { return row.string(0); });
  std::vector<std::string> ruled;
  for (const TableRule& rule : table_rules()) ruled.emplace_back(rule.table);
  std::sort(ruled.begin(), ruled.end());
  CHECK(ruled == there);
}

TEST_CASE("every rule can be asked for its rows") {
  test::FreshStore fresh;
  Selection(fresh.database()).take_everything({});
  for (const TableRule& rule : table_rules()) {
    CAPTURE(rule.table);
    if (rule.from.empty()) continue;
    CHECK_NOTHROW(each_row(fresh.database(), shape_of(fresh.database(), rule.table), [](Row&) {}));
  }
}

// A number that a store gives by itself means something else in another one. Whoever adds a key of that kind,
// or a column that refers to one, says in Taker and BundleRows how it is counted anew, and then adds it here.
TEST_CASE("numbers of a store are known") {
  test::FreshStore fresh;
  std::vector<std::string> numbers;
  for (const TableRule& rule : table_rules()) {
    Shape shape = shape_of(fresh.database(), rule.table);
    for (const ColumnShape& column : shape.columns) {
      if (column.kind == CellKind::integer && column.in_key)
        numbers.push_back(cat(rule.table, '.', column.name));
    }
  }
  std::sort(numbers.begin(), numbers.end());
  std::vector<std::string> known{"attempt.attempt",
                                 "attempt.element",
                                 "attempt_report.attempt",
                                 "attempt_report.element",
                                 "dataset_version.id",
                                 "driver.fence",
                                 "event.pos",
                                 "frame.element",
                                 "launch_plan_activation.seq",
                                 "launch_plan_registration.seq",
                                 "node.element",
                                 "pool_claim.seq",
                                 "registration.seq",
                                 "reuse_pack.pack",
                                 "version_edge.item",
                                 "version_edge.part"};
  CHECK(numbers == known);
}

TEST_CASE("a row goes to JSON and back") {
  Shape shape{"some",
              {{"n", CellKind::integer, true}, {"t", CellKind::text, false}, {"b", CellKind::bytes, false}}};
  for (const std::string& text : {std::string("plain"), std::string("\xff\x00z", 3), std::string()}) {
    Row row{std::int64_t{-7}, text, Raw{std::string("\x00\x01", 2)}};
    Row back = row_from_json(shape, Json::parse(row_json(shape, row).canonical(), "a row"));
    CHECK(integer_of(back[0]) == -7);
    CHECK(text_of(back[1]) == text);
    CHECK(bytes_of(back[2]) == std::string("\x00\x01", 2));
  }
  Row empty = row_from_json(shape, Json::object());
  CHECK(std::holds_alternative<std::monostate>(empty[2]));
  for (const char* wrong : {R"({"x": 1})", R"({"n": "1"})", R"({"n": 1.5})", R"({"t": 1})",
                            R"({"t": {"hex": "0"}})", R"({"b": "zz"})", R"({"b": 1})", R"([])"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(row_from_json(shape, Json::parse(wrong, "a row")), Error);
  }
}

}  // namespace wf::transfer
