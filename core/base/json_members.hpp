// How wf writes what may be absent, lists of texts and points in time: alike in everything it prints as JSON.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"

namespace wf {

// Members are never left out: what is absent is null.
template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}
// Of what has a text(): digests and ids.
template <typename T>
Json text_or_null(const std::optional<T>& value) {
  return value ? Json(value->text()) : Json();
}
// Of a text that is empty when it is absent.
Json or_null(const std::string& text);

// RFC 3339 in UTC with six digits of a fraction.
Json time_or_null(const std::optional<std::int64_t>& wall_us);

Json list_json(const std::vector<std::string>& texts);
template <typename Items, typename Render>
Json list_json(const Items& items, const Render& render) {
  Json list = Json::array();
  for (const auto& item : items) list.push(render(item));
  return list;
}

// JSON text for everybody: bytes that are no UTF-8 as "\\xff" in it, and what could command a terminal as
// \u202e, which YAML wants too.
std::string printable(std::string_view json);

// A line of -o jsonl where lines are of several kinds: {"record":…} and the members.
std::string record_line(std::string_view record, const Json& members);

// "node" and "element", which is null but for elements of mapped nodes (−1 here).
void add_node(Json& json, const std::string& node, std::int64_t element);

}  // namespace wf
