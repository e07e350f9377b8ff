#include "core/definition/canonical_members.hpp"

#include "core/base/text.hpp"
#include "core/definition/codes.hpp"

namespace wf::canonical {

[[noreturn]] void damaged(std::string_view what) {
  throw Error(codes::k_bad_version, cat("a registered version is damaged: ", what),
              "run 'wf store check --contents'");
}

const std::string& text_of(const Json& json) {
  if (!json.is_string()) damaged("a text is missing");
  return json.as_string();
}

const Json::Object& members_of(const Json& json) {
  if (!json.is_object()) damaged("an object is missing");
  return json.as_object();
}

const Json::Array& items_of(const Json& json) {
  if (!json.is_array()) damaged("a list is missing");
  return json.as_array();
}

const Json& member(const Json& json, std::string_view key) {
  const Json* found = json.find(key);
  if (found == nullptr) damaged(cat("'", key, "' is missing"));
  return *found;
}

std::vector<std::string> strings(const Json* json) {
  std::vector<std::string> out;
  if (json == nullptr) return out;
  for (const Json& item : items_of(*json)) out.push_back(text_of(item));
  return out;
}

std::int64_t count(const Json& json) {
  if (!json.is_int()) damaged("a number is missing");
  return json.as_int();
}

std::optional<Decimal> decimal(const Json* json) {
  if (json == nullptr) return std::nullopt;
  auto found = Decimal::parse(text_of(*json));
  if (!found) damaged(cat("'", json->as_string(), "' is no decimal"));
  return found;
}

std::optional<std::int64_t> optional_count(const Json* json) {
  return json == nullptr ? std::nullopt : std::optional(count(*json));
}

const Json& member_or_nothing(const Json& json, std::string_view key) {
  static const Json k_nothing = Json::object();
  const Json* found = json.find(key);
  return found == nullptr ? k_nothing : *found;
}

}  // namespace wf::canonical
