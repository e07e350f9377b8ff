// What values are made of: to JSON for people and tasks, from one type to another, and the content inside.
#include <cmath>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/definition/dataset.hpp"
#include "core/definition/fit.hpp"
#include "core/definition/union_value.hpp"
#include "core/definition/value.hpp"

namespace wf {

namespace {

// What a compound value is made of: elements, members, or the value that it is as one of several.
struct Part {
  enum class Kind : std::uint8_t { whole, item, member };
  Kind kind;
  const Type& type;
  const Json& value;
  std::size_t index = 0;
  std::string_view key = {};
  std::string step() const {
    if (kind == Kind::whole) return "";
    return kind == Kind::item ? cat("[", index, "]") : cat(".", key);
  }
};

// Calls `visit(part)` for each part of a value that is not null; false for a value without parts.
template <typename Visit>
bool each_part(const Type& type, const Json& value, const Visit& visit) {
  switch (type.kind()) {
    case Kind::optional:
      visit(Part{Part::Kind::whole, type.element(), value});
      return true;
    case Kind::one_of: {
      MemberValue found = member_of(type, value);
      visit(Part{Part::Kind::whole, type.types()[found.member], *found.value});
      return true;
    }
    case Kind::list:
      for (std::size_t i = 0; i < value.as_array().size(); ++i)
        visit(Part{Part::Kind::item, type.element(), value.as_array()[i], i});
      return true;
    case Kind::map:
    case Kind::record:
      for (std::size_t i = 0; i < value.as_object().size(); ++i) {
        const auto& [key, member] = value.as_object()[i];
        const Type& inner = type.kind() == Kind::map ? type.element() : type.types()[i];
        visit(Part{Part::Kind::member, inner, member, i, key});
      }
      return true;
    default:
      return false;
  }
}

// Where the first float stands that JSON has no number for.
std::optional<std::string> first_non_finite(const Type& type, const Json& value) {
  if (value.is_double() && !std::isfinite(value.as_double())) return "";
  std::optional<std::string> found;
  if (value.is_null()) return found;
  each_part(type, value, [&](const Part& part) {
    std::optional<std::string> inside = found ? std::nullopt : first_non_finite(part.type, part.value);
    if (inside) found = cat(part.step(), *inside);
  });
  return found;
}

Json float_to_json(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

}  // namespace

Json value_to_json(const Type& type, const Json& value,
                   const std::function<std::string(const Digest&)>& path_of) {
  if (value.is_null()) return value;
  if (type.is_content()) return path_of(content_digest(value).value());
  if (type.kind() == Kind::floating) return float_to_json(value.as_double());
  if (type.kind() == Kind::duration) return format_duration(value.as_int());
  Json out = value.is_array() ? Json::array() : Json::object();
  bool compound = each_part(type, value, [&](const Part& part) {
    Json inner = value_to_json(part.type, part.value, path_of);
    if (part.kind == Part::Kind::item)
      out.push(std::move(inner));
    else if (part.kind == Part::Kind::member)
      out.add(std::string(part.key), std::move(inner));
    else
      out = std::move(inner);
  });
  return compound ? out : value;
}

namespace {

// What json holds instead of a value of another type: what a task would read.
ValueResult json_of(const Type& type, const Json& value) {
  if (auto where = first_non_finite(type, value))
    return ValueError{std::move(*where), "json values have no infinities and no NaN", "write them as text"};
  return value_to_json(type, value, {});
}

}  // namespace

ValueResult assigned_value(const Type& from, const Type& to, const Json& value) {
  if (value.is_null() || from == to) return value;
  bool looks_same = !(from.has_union() || to.has_union() || to.has_json());
  if (looks_same && fit(from, to) == Fit::whole) return value;
  if (from.kind() == Kind::optional) return assigned_value(from.element(), to, value);
  if (to.kind() == Kind::optional) return assigned_value(from, to.element(), value);
  if (to.kind() == Kind::json) return json_of(from, value);
  if (from.kind() == Kind::one_of) {
    MemberValue found = member_of(from, value);
    return assigned_value(from.types()[found.member], to, *found.value);
  }
  if (to.kind() == Kind::one_of) {
    std::size_t member = assignable_member(from, to);
    ValueResult assigned = assigned_value(from, to.types()[member], value);
    if (auto* own = std::get_if<Json>(&assigned)) return union_value(to, member, std::move(*own));
    return assigned;
  }
  if (to.kind() == Kind::enumeration) return value_from_canonical(to, value);
  Json out = value.is_array() ? Json::array() : Json::object();
  std::optional<ValueError> fault;
  bool compound = each_part(from, value, [&](const Part& part) {
    bool item = part.kind == Part::Kind::item;
    const Type* wanted = item ? item_type(to) : member_type(to, part.key);
    if (fault || wanted == nullptr) return;  // a record may be given with more fields
    ValueResult inner = assigned_value(part.type, *wanted, part.value);
    if (auto* error = std::get_if<ValueError>(&inner)) {
      error->path = cat(part.step(), error->path);
      fault = std::move(*error);
    } else if (item) {
      out.push(std::move(std::get<Json>(inner)));
    } else {
      out.add(std::string(part.key), std::move(std::get<Json>(inner)));
    }
  });
  if (fault) return std::move(*fault);
  return compound ? out : value;
}

Json printed_value(std::string_view type, const Json& value) {
  std::variant<Type, TypeError> parsed = parse_type(type);
  const Type* known = std::get_if<Type>(&parsed);
  ValueResult checked = known == nullptr ? ValueResult(value) : value_from_canonical(*known, value);
  if (known == nullptr || !std::holds_alternative<Json>(checked)) return value;
  return value_to_json(*known, std::get<Json>(checked), [](const Digest& digest) { return digest.text(); });
}

namespace {

void collect_contents(const Type& type, const Json& value, const std::string& path,
                      std::vector<Content>& out) {
  if (value.is_null() || !type.has_content()) return;
  if (type.is_content()) {
    out.push_back({path, content_digest(value).value(), type.kind() == Kind::directory});
    return;
  }
  each_part(type, value,
            [&](const Part& part) { collect_contents(part.type, part.value, cat(path, part.step()), out); });
}

void collect_datasets(const Type& type, const Json& value, const std::string& path,
                      std::vector<DatasetValue>& out) {
  if (value.is_null() || !type.has_content()) return;
  if (type.kind() == Kind::dataset && !type.word().empty())
    out.push_back({path, content_digest(value).value(), type});
  each_part(type, value,
            [&](const Part& part) { collect_datasets(part.type, part.value, cat(path, part.step()), out); });
}

}  // namespace

std::vector<Content> contents_of(const Type& type, const Json& value) {
  std::vector<Content> out;
  collect_contents(type, value, "", out);
  return out;
}

std::vector<DatasetValue> datasets_of(const Type& type, const Json& value) {
  std::vector<DatasetValue> out;
  collect_datasets(type, value, "", out);
  return out;
}

}  // namespace wf
