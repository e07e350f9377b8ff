// Which member of a union a canonical value belongs to.
#pragma once
#include <cstddef>

#include "core/base/json.hpp"
#include "core/definition/type.hpp"

namespace wf {

struct MemberValue {
  std::size_t member = k_no_member;
  const Json* value = nullptr;
};

// The canonical value of a union from that of its member: tagged, {"$as":{"<member>":value}}, when another
// member would read it as its own.
Json union_value(const Type& type, std::size_t member, Json value);
// The member, and its own value, of a canonical value of the union.
MemberValue member_of(const Type& type, const Json& value);

// Whether it looks like {"$as":…}; and what such a thing says, empty when it names no member.
bool is_tag(const Json& json);
MemberValue read_tag(const Type& type, const Json& json);

}  // namespace wf
