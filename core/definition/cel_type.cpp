#include "core/definition/cel_type.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "core/base/text.hpp"
#include "core/definition/fit.hpp"

namespace wf::cel {

namespace {

constexpr std::array<std::pair<wf::Kind, Kind>, 6> k_scalars{{{wf::Kind::integer, Kind::integer},
                                                              {wf::Kind::floating, Kind::floating},
                                                              {wf::Kind::boolean, Kind::boolean},
                                                              {wf::Kind::string, Kind::string},
                                                              {wf::Kind::datetime, Kind::timestamp},
                                                              {wf::Kind::duration, Kind::duration}}};

bool is_number(const StaticType& type) { return type.kind == Kind::integer || type.kind == Kind::floating; }

bool has_order(Kind kind) {
  return kind == Kind::boolean || kind == Kind::string || kind == Kind::timestamp || kind == Kind::duration;
}

StaticType of_kind(Kind kind) {
  StaticType type;
  type.kind = kind;
  return type;
}

std::optional<StaticType> common_text(StaticType left, const StaticType& right) {
  std::vector<std::string> values;
  if (!left.values.empty() && !right.values.empty()) {
    std::set_union(left.values.begin(), left.values.end(), right.values.begin(), right.values.end(),
                   std::back_inserter(values));
  }
  left.values = std::move(values);
  left.literal = left.literal || right.literal;
  return left;
}

}  // namespace

StaticType list_type(StaticType element) {
  StaticType type = of_kind(Kind::list);
  type.element = std::make_shared<const StaticType>(std::move(element));
  return type;
}

StaticType map_type(StaticType key, StaticType element) {
  StaticType type = of_kind(Kind::map);
  type.key = std::make_shared<const StaticType>(std::move(key));
  type.element = std::make_shared<const StaticType>(std::move(element));
  return type;
}

StaticType static_type(const Type& type) {
  for (const auto& [declared, kind] : k_scalars) {
    if (declared == type.kind()) return of_kind(kind);
  }
  switch (type.kind()) {
    case wf::Kind::enumeration: {
      StaticType text = of_kind(Kind::string);
      text.values = type.names();
      return text;
    }
    case wf::Kind::optional: {
      StaticType element = static_type(type.element());
      element.nullable = element.kind != Kind::dyn;
      return element;
    }
    case wf::Kind::list:
      return list_type(static_type(type.element()));
    case wf::Kind::map:
      return map_type(of_kind(Kind::string), static_type(type.element()));
    case wf::Kind::record: {
      StaticType record = map_type(of_kind(Kind::string), {});
      record.declared = type;
      return record;
    }
    case wf::Kind::file:
    case wf::Kind::directory:
    case wf::Kind::dataset: {
      StaticType content = of_kind(Kind::content);
      content.declared = type;
      return content;
    }
    default:
      return {};  // json: known at run time
  }
}

Type declared_type(const StaticType& type, Literals literals) {
  if (type.nullable) {
    StaticType element = type;
    element.nullable = false;
    return Type::optional(declared_type(element, literals));
  }
  bool any_text = type.values.empty() || (type.literal && literals == Literals::strings);
  if (type.kind == Kind::string && !any_text) return Type::enumeration(type.values);
  if (type.kind == Kind::content || type.is_record()) return type.declared;
  if (type.kind == Kind::list) return Type::list(declared_type(*type.element, literals));
  if (type.kind == Kind::map) return Type::map(declared_type(*type.element, literals));
  for (const auto& [declared, kind] : k_scalars) {
    if (kind == type.kind) return Type(declared);
  }
  return Type(wf::Kind::json);
}

std::string type_text(const StaticType& type) {
  if (type.kind == Kind::null) return "null";
  if (type.kind == Kind::list && type.element->kind == Kind::none) return "list";
  if (type.kind != Kind::map || type.is_record()) return declared_type(type, Literals::strings).text();
  if (type.key->kind == Kind::none) return "map";
  if (type.key->kind == Kind::string)
    return cat("map<", type_text(*type.element), type.nullable ? ">?" : ">");
  return cat("map of ", kind_name(type.key->kind), " to ", type_text(*type.element));
}

bool comparable(const StaticType& left, const StaticType& right) {
  if (left.is_open() || right.is_open()) return true;
  if (left.kind == Kind::null || right.kind == Kind::null) {
    return left.kind == right.kind || left.nullable || right.nullable;
  }
  if (is_number(left) && is_number(right)) return true;
  if (left.kind != right.kind) return false;
  switch (left.kind) {
    case Kind::list:
      return comparable(*left.element, *right.element);
    case Kind::map:
      return comparable(*left.key, *right.key) && comparable(*left.element, *right.element);
    case Kind::content:
      return left.declared.kind() == right.declared.kind();
    default:
      return true;
  }
}

bool orderable(const StaticType& left, const StaticType& right) {
  auto may_have = [](const StaticType& type) {
    return type.is_open() || is_number(type) || has_order(type.kind);
  };
  if (left.is_open() || right.is_open()) return may_have(left) && may_have(right);
  return (is_number(left) && is_number(right)) || (left.kind == right.kind && has_order(left.kind));
}

std::optional<StaticType> common_type(const StaticType& left, const StaticType& right) {
  if (left.kind == Kind::none) return right;
  if (right.kind == Kind::none) return left;
  if (left.faulty || right.faulty) return left.faulty ? left : right;
  if (left.kind == Kind::dyn || right.kind == Kind::dyn) return StaticType();
  if (left.kind == Kind::null && right.kind != Kind::null) return common_type(right, left);
  StaticType common = left;
  if (right.kind == Kind::null) {
    common.nullable = left.kind != Kind::null;
    return common;
  }
  if (left.kind != right.kind) return std::nullopt;
  common.nullable = left.nullable || right.nullable;
  if (left.kind == Kind::string) return common_text(std::move(common), right);
  bool same = left.declared == right.declared;
  if (left.kind == Kind::content && !same) return std::nullopt;
  if (!same) common.declared = Type();  // two records of different fields: a map of anything
  if (!left.element) return common;
  std::optional<StaticType> element = common_type(*left.element, *right.element);
  std::optional<StaticType> key = left.key ? common_type(*left.key, *right.key) : StaticType();
  if (!element || !key) return std::nullopt;
  common.element = std::make_shared<const StaticType>(std::move(*element));
  if (left.key) common.key = std::make_shared<const StaticType>(std::move(*key));
  return common;
}

bool fits(const StaticType& type, const Type& wanted) {
  if (type.is_open()) return true;
  if (wanted.kind() == wf::Kind::optional) {
    StaticType element = type;
    element.nullable = false;
    return type.kind == Kind::null || fits(element, wanted.element());
  }
  if (type.kind == Kind::null) return wanted.kind() == wf::Kind::json;
  if (type.kind == Kind::map && !type.key->is_open() && type.key->kind != Kind::string) return false;
  bool same = (type.kind == Kind::list && wanted.kind() == wf::Kind::list) ||
              (type.kind == Kind::map && !type.is_record() && wanted.kind() == wf::Kind::map);
  if (same && !type.nullable) return fits(*type.element, wanted.element());
  bool open_text = type.kind == Kind::string && type.values.empty() && !type.nullable;
  if (open_text && wanted.kind() == wf::Kind::enumeration) return true;  // as a string that is handed over
  // What is written out is known now: it is no text that may turn out to be one of an enum's.
  return assignable(declared_type(type, Literals::enums), wanted) ||
         wf::fit(declared_type(type, Literals::strings), wanted) == Fit::whole;
}

}  // namespace wf::cel
