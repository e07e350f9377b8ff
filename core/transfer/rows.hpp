// Rows of any table, by what the schema says of it: so that a new column comes along without a word here.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/json.hpp"
#include "core/store/database.hpp"

namespace wf::transfer {

struct Raw {
  std::string bytes;
};
using Cell = std::variant<std::monostate, std::int64_t, std::string, Raw>;  // monostate: NULL
using Row = std::vector<Cell>;

enum class CellKind { integer, text, bytes };
struct ColumnShape {
  std::string name;
  CellKind kind = CellKind::text;
  bool in_key = false;
};

struct Shape {
  std::string table;
  std::vector<ColumnShape> columns;

  std::size_t place_of(std::string_view column) const;  // columns.size(): there is none
  std::string names(std::string_view prefix) const;     // "t.a, t.b"
  std::string key(std::string_view prefix) const;
};
Shape shape_of(Database& database, std::string_view table);
Shape without(Shape shape, std::string_view column);

// The rows that a statement is at, whose columns are those of the shape.
Row read_row(const Statement& at, const Shape& shape);
const Cell& cell(const Shape& shape, const Row& row, std::string_view column);
Cell& cell(const Shape& shape, Row& row, std::string_view column);
std::string text_of(const Cell& value);   // of a text; "" of NULL
std::string bytes_of(const Cell& value);  // of bytes; "" of NULL
std::int64_t integer_of(const Cell& value);

Digest digest_of(const Cell& value);  // throws Error(k_store_corrupt) when it is none
Uuid uuid_of(const Cell& value);      // likewise

// The rows of Selection that its rule names, in the order of their keys or in this one; outside of other uses
// of that connection's statements for the table.
void each_row(Database& source, const Shape& shape, const std::function<void(Row&)>& take,
              std::string_view order = {});

class RowInserter {
 public:
  RowInserter(Database& database, const Shape& shape);
  // False: a row with its key is there already.
  bool insert(const Row& row);

 private:
  Statement* statement_;
};

// Of rows that may be older than a column: without a value it gets its default.
class OldRowInserter {
 public:
  OldRowInserter(Database& database, const Shape& shape) : database_(&database), shape_(shape) {}
  bool insert(const Row& row);

 private:
  Database* database_;
  Shape shape_;
  std::map<std::vector<bool>, RowInserter> inserters_;  // by the columns that a row has
};

// A line of a bundle: members by column, without those that are NULL; bytes as hex digits, and text that is
// no UTF-8 as {"hex": …}.
Json row_json(const Shape& shape, const Row& row);
// Throws Error(k_bundle_newer) for columns that are not known, Error(k_bundle_wrong) for values of another
// kind.
Row row_from_json(const Shape& shape, const Json& json);

}  // namespace wf::transfer
