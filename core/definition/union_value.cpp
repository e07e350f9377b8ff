#include "core/definition/union_value.hpp"

#include "core/definition/value.hpp"

namespace wf {

namespace {

constexpr std::string_view k_member_tag = "$as";

bool accepts_canonical(const Type& type, const Json& value) {
  return std::holds_alternative<Json>(value_from_canonical(type, value));
}

}  // namespace

bool is_tag(const Json& json) {
  return json.is_object() && json.as_object().size() == 1 && json.as_object().front().first == k_member_tag;
}

MemberValue read_tag(const Type& type, const Json& json) {
  const Json& inner = json.as_object().front().second;
  if (!inner.is_object() || inner.as_object().size() != 1) return {};
  const auto& [text, value] = inner.as_object().front();
  for (std::size_t i = 0; i < type.types().size(); ++i) {
    if (type.types()[i].text() == text) return {i, &value};
  }
  return {};
}

Json union_value(const Type& type, std::size_t member, Json value) {
  bool ambiguous = is_tag(value);
  for (std::size_t i = 0; i < type.types().size() && !ambiguous; ++i)
    ambiguous = i != member && accepts_canonical(type.types()[i], value);
  if (!ambiguous) return value;
  Json tagged = Json::object().add(type.types()[member].text(), std::move(value));
  return Json::object().add(std::string(k_member_tag), std::move(tagged));
}

MemberValue member_of(const Type& type, const Json& value) {
  if (is_tag(value)) return read_tag(type, value);
  for (std::size_t i = 0; i < type.types().size(); ++i) {
    if (accepts_canonical(type.types()[i], value)) return {i, &value};
  }
  return {};
}

}  // namespace wf
