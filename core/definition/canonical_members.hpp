// Members of a canonical form. Whoever wrote it was checked then; what is missing or malformed now is damage, over which
// all of these throw Error(k_bad_version).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/definition/model.hpp"

namespace wf::canonical {

[[noreturn]] void damaged(std::string_view what);
const std::string& text_of(const Json& json);
const Json::Object& members_of(const Json& json);
const Json::Array& items_of(const Json& json);
const Json& member(const Json& json, std::string_view key);
// An object without members where there is none.
const Json& member_or_nothing(const Json& json, std::string_view key);
std::int64_t count(const Json& json);
// Of nullptr nothing.
std::vector<std::string> strings(const Json* json);
std::optional<std::int64_t> optional_count(const Json* json);
std::optional<Decimal> decimal(const Json* json);

// What a task or a node says of its attempts; nullptr: nothing.
AttemptPolicyPtr read_attempts(const Json& json);

}  // namespace wf::canonical
