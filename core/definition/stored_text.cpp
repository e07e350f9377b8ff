#include "core/definition/stored_text.hpp"

#include "core/definition/value.hpp"

namespace wf {

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
  return scalar ? value_to_text(*known, value) : printed_value(type, value).compact();
}

}  // namespace wf
