// Pieces of JSON Schema.
#pragma once
#include <initializer_list>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/text.hpp"

namespace wf {

inline Json object(std::initializer_list<Json::Member> members) { return Json(Json::Object(members)); }
inline Json array(std::initializer_list<Json> items) { return Json(Json::Array(items)); }
// What stands under that name in `$defs`.
inline Json definition(std::string_view name) { return object({{"$ref", cat("#/$defs/", name)}}); }

}  // namespace wf
