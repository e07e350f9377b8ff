// Lists by filters, an order and pages: what runs, artifacts, datasets and tags have in common. What can be
// asked of a thing is a table of terms, so that every value is bound and none becomes part of the SQL.
//
// A page ends at the key of its last row, and the next one goes on behind it: whatever is added meanwhile,
// nothing that was there is repeated or left out.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/database.hpp"

namespace wf {

struct Filter {
  std::string name;
  std::string text;  // as it was given: what makes two queries the same
  SqlValue value;
};

struct ListRequest {
  std::string project;
  std::string domain;
  std::vector<Filter> filters = {};  // all must hold
  std::string order = {};            // of the orders there are; "": the first
  std::int64_t limit = -1;           // negative: all
  std::string cursor = {};           // where an earlier page ended; "": from the beginning
};

template <typename Item>
struct Page {
  std::vector<Item> items;
  std::optional<std::string> next;  // the cursor of the next page, when there is more
};

// `?1` and `?2` are the project and the domain; every `?` alone is the filter's value.
struct Term {
  std::string_view filter;
  std::string_view sql;
};

enum class Sorted { up, down };
struct Order {
  std::string_view name;
  std::vector<std::string_view> columns;  // together unique
  std::string_view kinds;                 // of the columns: s text, u id, i integer
  Sorted direction = Sorted::up;
};

struct ListSpec {
  std::string_view name;    // "runs"
  std::string_view select;  // up to and including WHERE of the project and the domain
  std::span<const Term> terms;
  std::span<const Order> orders;
};

using Key = std::vector<SqlValue>;

// SQL that is put together, with the values to bind.
class Sql {
 public:
  // Begins with the project and the domain as ?1 and ?2.
  explicit Sql(const ListRequest& request) : values_{request.project, request.domain} {}
  Sql& add(std::string_view text);
  // Every '?' that no digit follows stands for the value.
  Sql& add(std::string_view text, const SqlValue& value);
  // " AND …" for each filter that has a term.
  Sql& add_terms(std::span<const Term> terms, std::span<const Filter> filters);
  Sql& add_order(const Order& order, const Key& after, std::int64_t limit);
  // Bound and ready to step.
  Statement& prepare(Database& database) const;

 private:
  std::string text_;
  std::vector<SqlValue> values_;
};

const Order& order_of(std::span<const Order> orders, const std::string& name);
const Filter* find_filter(const ListRequest& request, std::string_view name);

// An opaque text that holds the key and a digest of the query. Reading it throws Error(k_bad_page_cursor)
// when it is none, or one of another query, or no key of the order: whoever knows the form can make one.
std::string write_cursor(std::string_view list, const ListRequest& request, const Key& key);
Key read_cursor(std::string_view list, const ListRequest& request, const Order& order);

// Drops what is over the limit, and sets `next` if there was any.
template <typename Item, typename KeyOf>
void cut_page(Page<Item>& page, std::string_view list, const ListRequest& request, KeyOf key_of) {
  if (request.limit < 0 || page.items.size() <= static_cast<std::size_t>(request.limit)) return;
  page.items.erase(page.items.begin() + static_cast<std::ptrdiff_t>(request.limit), page.items.end());
  if (!page.items.empty()) page.next = write_cursor(list, request, key_of(page.items.back()));
}

// The rows of a page, and one more when there is more. Nothing of the database is held when it returns.
template <typename Item, typename Read, typename KeyOf>
Page<Item> read_page(Database& database, const ListSpec& spec, const ListRequest& request, Read read,
                     KeyOf key_of) {
  const Order& order = order_of(spec.orders, request.order);
  Sql sql(request);
  sql.add(spec.select).add_terms(spec.terms, request.filters);
  sql.add_order(order, read_cursor(spec.name, request, order), request.limit < 0 ? -1 : request.limit + 1);
  Statement& rows = sql.prepare(database);
  ResetLater reset(rows);
  Page<Item> page;
  while (rows.step()) page.items.push_back(read(rows));
  cut_page(page, spec.name, request, [&](const Item& item) { return key_of(item, order); });
  return page;
}

}  // namespace wf
