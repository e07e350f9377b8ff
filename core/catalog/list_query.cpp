#include "core/catalog/list_query.hpp"

#include <algorithm>

#include "core/base/json.hpp"
#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"

namespace wf {

namespace {

constexpr std::size_t k_digest_bytes = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Of the key and of what makes two queries the same: not the limit, so that pages may differ in size.
std::string cursor_digest(std::string_view list, const ListRequest& request, std::string_view key) {
  std::vector<std::string> filters;
  for (const Filter& filter : request.filters)
    filters.push_back(Json::array().push(filter.name).push(filter.text).compact());
  std::sort(filters.begin(), filters.end());
  Json query = Json::array();
  query.push(list).push(request.project).push(request.domain).push(request.order).push(key);
  for (const std::string& filter : filters) query.push(filter);
  return std::string(sha256(query.compact()).view().substr(0, k_digest_bytes));
}

// Each value after the letter of its kind.
std::string key_text(const SqlValue& value) {
  if (const auto* id = std::get_if<Uuid>(&value)) return cat('u', id->text());
  if (const auto* number = std::get_if<std::int64_t>(&value)) return cat('i', *number);
  return cat('s', std::get<std::string>(value));
}

Json key_json(const Key& key) {
  Json json = Json::array();
  for (const SqlValue& value : key) json.push(key_text(value));
  return json;
}

std::optional<SqlValue> key_value(char kind, std::string_view text) {
  if (text.empty() || text.front() != kind) return std::nullopt;
  text.remove_prefix(1);
  std::optional<SqlValue> value;
  if (kind == 's') value = std::string(text);
  if (kind == 'u') value = Uuid::parse(text);
  if (kind == 'i') value = parse_int(text);
  return value;
}

[[noreturn]] void refuse_cursor(const std::string& cursor, std::string_view why) {
  throw Error(
      codes::k_bad_page_cursor, cat("--cursor '", cursor.substr(0, 80), "' ", why),
      "give it with the same filters and the same order as the page it came with, or leave it out to begin "
      "anew");
}

Key parse_key(const std::string& cursor, const std::string& text, std::string_view kinds) try {
  Key key;
  Json json = Json::parse(text, "a cursor");
  for (const Json& item : json.as_array()) {
    auto value = key.size() < kinds.size() ? key_value(kinds[key.size()], item.as_string()) : std::nullopt;
    if (!value) refuse_cursor(cursor, "is damaged");
    key.push_back(*value);
  }
  if (key.size() != kinds.size()) refuse_cursor(cursor, "is damaged");
  return key;
} catch (const std::exception&) {
  refuse_cursor(cursor, "is damaged");
}

}  // namespace

Sql& Sql::add(std::string_view text) {
  text_ += text;
  return *this;
}

Sql& Sql::add(std::string_view text, const SqlValue& value) {
  values_.push_back(value);
  for (std::size_t at = 0; at < text.size(); ++at) {
    text_ += text[at];
    bool alone = text[at] == '?' && (at + 1 == text.size() || !is_digit(text[at + 1]));
    if (alone) text_ += std::to_string(values_.size());
  }
  return *this;
}

Sql& Sql::add_terms(std::span<const Term> terms, std::span<const Filter> filters) {
  for (const Filter& filter : filters) {
    for (const Term& term : terms) {
      if (term.filter == filter.name) add(" AND ").add(term.sql, filter.value);
    }
  }
  return *this;
}

Sql& Sql::add_order(const Order& order, const Key& after, std::int64_t limit) {
  if (!after.empty()) {
    std::string columns;
    for (std::string_view column : order.columns) columns += cat(columns.empty() ? "" : ", ", column);
    add(cat(" AND (", columns, order.direction == Sorted::up ? ") > (" : ") < ("));
    for (std::size_t i = 0; i < after.size(); ++i) add(i == 0 ? "?" : ", ?", after[i]);
    add(")");
  }
  for (std::size_t i = 0; i < order.columns.size(); ++i) {
    add(i == 0 ? " ORDER BY " : ", ").add(order.columns[i]);
    if (order.direction == Sorted::down) add(" DESC");
  }
  return add(" LIMIT ?", limit);
}

Statement& Sql::prepare(Database& database) const { return database.statement(text_).bind_values(values_); }

const Order& order_of(std::span<const Order> orders, const std::string& name) {
  auto found =
      std::find_if(orders.begin(), orders.end(), [&](const Order& order) { return order.name == name; });
  return found == orders.end() ? orders.front() : *found;
}

const Filter* find_filter(const ListRequest& request, std::string_view name) {
  auto found = std::find_if(request.filters.begin(), request.filters.end(),
                            [&](const Filter& filter) { return filter.name == name; });
  return found == request.filters.end() ? nullptr : &*found;
}

std::string write_cursor(std::string_view list, const ListRequest& request, const Key& key) {
  std::string text = key_json(key).compact();
  return to_hex(cursor_digest(list, request, text) + text);
}

Key read_cursor(std::string_view list, const ListRequest& request, const Order& order) {
  if (request.cursor.empty()) return {};
  std::optional<std::string> raw = from_hex(request.cursor);
  if (!raw || raw->size() < k_digest_bytes) refuse_cursor(request.cursor, "is no cursor of a list");
  std::string text = raw->substr(k_digest_bytes);
  if (raw->substr(0, k_digest_bytes) != cursor_digest(list, request, text))
    refuse_cursor(request.cursor, "is of another list or query");
  return parse_key(request.cursor, text, order.kinds);
}

}  // namespace wf
