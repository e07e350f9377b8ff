#include "core/definition/stored_text.hpp"

#include "core/definition/union_value.hpp"
#include "core/definition/value.hpp"

namespace wf {

namespace {

// Which could be taken for the value of another member.
bool is_text_of_union(const Type& type, const Json& value) {
  if (type.kind() != Kind::one_of) return false;
  std::size_t member = member_of(type, value).member;
  if (member == k_no_member) return false;
  Kind kind = type.types()[member].kind();
  return kind == Kind::string || kind == Kind::enumeration;
}

}  // namespace

Json value_from_store(std::string_view type, std::string_view text, std::string_view what) {
  Json value = Json::parse(text, what);
  // All other values are read as they were written; the type would be looked up for nothing.
  if (text.find(R"("$f")") == std::string_view::npos) return value;
  std::variant<Type, TypeError> parsed = parse_type(type);
  const Type* known = std::get_if<Type>(&parsed);
  ValueResult typed = known == nullptr ? ValueResult(value) : value_from_canonical(*known, value);
  Json* read = std::get_if<Json>(&typed);
  return read == nullptr ? value : std::move(*read);
}

std::string shown_value(std::string_view type, const Json& value) {
  std::variant<Type, TypeError> parsed = parse_type(type);
  const Type* known = std::get_if<Type>(&parsed);
  bool scalar = known != nullptr && known->is_scalar() && !value.is_null();
  if (!scalar) return printed_value(type, value).compact();
  std::string text = value_to_text(*known, value);
  return is_text_of_union(without_optional(*known), value) ? Json(text).compact() : text;
}

}  // namespace wf
