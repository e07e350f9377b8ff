// Pieces of JSON Schema.
#pragma once
#include <initializer_list>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/text.hpp"

namespace wf {

inline Json object(std::initializer_list<Json::Member> members) { return Json(Json::Object(members)); }
inline Json array(std::initializer_list<Json> items) { return Json(Json::Array(items)); }
// The same for a mapping of which nothing need be said.
inline Json or_null(Json mapping) {
  for (auto& [key, value] : mapping.as_object())
    if (key == "type") value = array({std::move(value), "null"});
  return mapping;
}
// What stands under that name in `$defs`.
inline Json definition(std::string_view name) { return object({{"$ref", cat("#/$defs/", name)}}); }

}  // namespace wf
