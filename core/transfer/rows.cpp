#include "core/transfer/rows.hpp"

#include <algorithm>
#include <optional>

#include "core/base/text.hpp"
#include "core/store/codes.hpp"
#include "core/transfer/codes.hpp"
#include "core/transfer/tables.hpp"

namespace wf::transfer {

namespace {

constexpr std::string_view k_hex = "hex";

CellKind kind_of(std::string_view declared) {
  if (declared == "INTEGER") return CellKind::integer;
  return declared == "BLOB" ? CellKind::bytes : CellKind::text;
}

SqlValue bound(const Cell& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* raw = std::get_if<Raw>(&value)) return Bytes{raw->bytes};
  return std::nullopt;
}

bool is_plain_text(const std::string& text) {
  return find_invalid_utf8(text) == std::string_view::npos && text.find('\0') == std::string::npos;
}

Json cell_json(const Cell& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* raw = std::get_if<Raw>(&value)) return to_hex(raw->bytes);
  const auto& text = std::get<std::string>(value);
  if (is_plain_text(text)) return text;
  return Json::object().add(std::string(k_hex), to_hex(text));
}

[[noreturn]] void wrong_value(const Shape& shape, const std::string& column) {
  throw Error(
      codes::k_bundle_wrong,
      cat("a row of '", shape.table, "' has a value of another kind as its '", escape_terminal(column), "'"),
      "make the bundle again with 'wf export'");
}

Cell cell_from_json(CellKind kind, const Json& json, const Shape& shape, const std::string& column) {
  if (kind == CellKind::integer && json.is_int()) return json.as_int();
  if (kind == CellKind::text && json.is_string()) return json.as_string();
  const Json* hex = kind == CellKind::text ? json.find(k_hex) : &json;
  if (kind == CellKind::integer || hex == nullptr || !hex->is_string()) wrong_value(shape, column);
  std::optional<std::string> bytes = from_hex(hex->as_string());
  if (!bytes) wrong_value(shape, column);
  if (kind == CellKind::text) return *std::move(bytes);
  return Raw{*std::move(bytes)};
}

}  // namespace

std::size_t Shape::place_of(std::string_view column) const {
  auto found = std::find_if(columns.begin(), columns.end(),
                            [&](const ColumnShape& one) { return one.name == column; });
  return static_cast<std::size_t>(found - columns.begin());
}

std::string Shape::names(std::string_view prefix) const {
  std::vector<std::string> all;
  for (const ColumnShape& one : columns) all.push_back(cat(prefix, one.name));
  return join(all, ", ");
}

std::string Shape::key(std::string_view prefix) const {
  std::vector<std::string> all;
  for (const ColumnShape& one : columns) {
    if (one.in_key) all.push_back(cat(prefix, one.name));
  }
  return join(all, ", ");
}

Shape shape_of(Database& database, std::string_view table) {
  Statement& rows = database.statement("SELECT name, type, pk FROM pragma_table_info(?1) ORDER BY cid");
  rows.bind(table);
  return {std::string(table), rows_of(rows, [](const Statement& row) {
            return ColumnShape{row.string(0), kind_of(row.text(1)), row.integer(2) > 0};
          })};
}

Shape without(Shape shape, std::string_view column) {
  std::erase_if(shape.columns, [&](const ColumnShape& one) { return one.name == column; });
  return shape;
}

Row read_row(const Statement& at, const Shape& shape) {
  Row row;
  row.reserve(shape.columns.size());
  for (int i = 0; const ColumnShape& column : shape.columns) {
    if (at.is_null(i))
      row.emplace_back();
    else if (column.kind == CellKind::integer)
      row.emplace_back(at.integer(i));
    else if (column.kind == CellKind::text)
      row.emplace_back(at.string(i));
    else
      row.emplace_back(Raw{std::string(at.bytes(i))});
    ++i;
  }
  return row;
}

const Cell& cell(const Shape& shape, const Row& row, std::string_view column) {
  return row.at(shape.place_of(column));
}

Cell& cell(const Shape& shape, Row& row, std::string_view column) { return row.at(shape.place_of(column)); }

std::string text_of(const Cell& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string() : *text;
}

std::string bytes_of(const Cell& value) {
  const auto* raw = std::get_if<Raw>(&value);
  return raw == nullptr ? std::string() : raw->bytes;
}

std::int64_t integer_of(const Cell& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number == nullptr ? 0 : *number;
}

namespace {

template <typename Id>
Id id_of(const Cell& value) {
  const auto* raw = std::get_if<Raw>(&value);
  std::optional<Id> id = raw == nullptr ? std::nullopt : Id::from_bytes(raw->bytes);
  if (!id)
    throw Error(codes::k_store_corrupt, "a row has no digest or id where there must be one",
                "run 'wf store check'");
  return *id;
}

}  // namespace

Digest digest_of(const Cell& value) { return id_of<Digest>(value); }
Uuid uuid_of(const Cell& value) { return id_of<Uuid>(value); }

void each_row(Database& source, const Shape& shape, const std::function<void(Row&)>& take,
              std::string_view order) {
  Statement& rows = source.statement(cat("SELECT ", shape.names("t."), " FROM ", table_rule(shape.table).from,
                                         " ORDER BY ", order.empty() ? shape.key("t.") : std::string(order)));
  ResetLater reset(rows);
  rows.bind();
  while (rows.step()) {
    Row row = read_row(rows, shape);
    take(row);
  }
}

RowInserter::RowInserter(Database& database, const Shape& shape) {
  std::vector<std::string> values;
  for (std::size_t i = 1; i <= shape.columns.size(); ++i) values.push_back(cat('?', i));
  statement_ = &database.statement(cat("INSERT INTO ", shape.table, " (", shape.names(""), ") VALUES (",
                                       join(values, ", "), ") ON CONFLICT DO NOTHING"));
}

bool RowInserter::insert(const Row& row) {
  std::vector<SqlValue> values;
  values.reserve(row.size());
  for (const Cell& value : row) values.push_back(bound(value));
  statement_->bind_values(values).run();
  return statement_->changes() > 0;
}

bool OldRowInserter::insert(const Row& row) {
  std::vector<bool> has(row.size());
  Row values;
  for (std::size_t i = 0; i < row.size(); ++i) {
    has[i] = !std::holds_alternative<std::monostate>(row[i]);
    if (has[i]) values.push_back(row[i]);
  }
  auto found = inserters_.find(has);
  if (found == inserters_.end()) {
    Shape present{shape_.table, {}};
    for (std::size_t i = 0; i < has.size(); ++i) {
      if (has[i]) present.columns.push_back(shape_.columns[i]);
    }
    found = inserters_.emplace(std::move(has), RowInserter(*database_, present)).first;
  }
  return found->second.insert(values);
}

Json row_json(const Shape& shape, const Row& row) {
  Json json = Json::object();
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!std::holds_alternative<std::monostate>(row[i])) json.add(shape.columns[i].name, cell_json(row[i]));
  }
  return json;
}

Row row_from_json(const Shape& shape, const Json& json) {
  if (!json.is_object())
    throw Error(codes::k_bundle_wrong, cat("a row of '", shape.table, "' is no object"),
                "make the bundle again");
  Row row(shape.columns.size());
  for (const auto& [column, value] : json.as_object()) {
    std::size_t place = shape.place_of(column);
    if (place == row.size()) {
      throw Error(codes::k_bundle_newer,
                  cat("its rows of '", shape.table, "' have a '", escape_terminal(column),
                      "', which this wf does not know"),
                  "use the newer wf that wrote it");
    }
    row[place] = cell_from_json(shape.columns[place].kind, value, shape, column);
  }
  return row;
}

}  // namespace wf::transfer
