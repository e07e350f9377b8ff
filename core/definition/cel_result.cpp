// From a value back to canonical Json.
#include <algorithm>

#include "core/base/text.hpp"
#include "core/definition/access.hpp"
#include "core/definition/cel_value.hpp"
#include "core/definition/codes.hpp"
#include "core/definition/reference.hpp"
#include "core/definition/union_value.hpp"
#include "core/definition/value.hpp"

namespace wf::cel {

namespace {

// A ValueError is a value that is none of the type, and says where.
using Written = std::variant<Json, Fault, ValueError>;

// Whether a value of this kind may become one of the type: an int is a float where one is wanted.
bool takes(const Type& type, Kind kind) {
  switch (type.kind()) {
    case wf::Kind::boolean:
      return kind == Kind::boolean;
    case wf::Kind::integer:
      return kind == Kind::integer;
    case wf::Kind::floating:
      return kind == Kind::floating || kind == Kind::integer;
    case wf::Kind::string:
    case wf::Kind::enumeration:
      return kind == Kind::string;
    case wf::Kind::datetime:
      return kind == Kind::timestamp;
    case wf::Kind::duration:
      return kind == Kind::duration;
    case wf::Kind::list:
      return kind == Kind::list;
    case wf::Kind::map:
    case wf::Kind::record:
      return kind == Kind::map;
    case wf::Kind::json:
      return kind != Kind::content;
    default:
      return kind == Kind::content;
  }
}

// The Json of a value where `type` is wanted; whether it is one that the type allows is seen later.
class Writer {
 public:
  explicit Writer(Budget& budget) : budget_(budget) {}

  Written write(const Value& value, const Type& given) {
    const Type& type = without_optional(given);
    Kind kind = value.kind();
    if (!budget_.spend(1)) return Budget::spent();
    if (value.is_fault()) return value.as<Fault>();
    if (kind == Kind::null) return Json();
    if (type.kind() == wf::Kind::one_of) return write_member(value, type);
    if (!takes(type, kind)) return misfit(value, type);
    switch (kind) {
      case Kind::boolean:
        return Json(value.as<bool>());
      case Kind::integer: {
        std::int64_t number = value.as<std::int64_t>();
        return type.kind() == wf::Kind::floating ? Json(static_cast<double>(number)) : Json(number);
      }
      case Kind::floating:
        return Json(value.as<double>() == 0 ? 0.0 : value.as<double>());
      case Kind::string:
        return write_text(value.as<std::string>());
      case Kind::timestamp:
        return Json(format_datetime(value.as<Instant>()));
      case Kind::duration: {
        std::int64_t nanos = value.as<Duration>().nanos;
        return type.kind() == wf::Kind::json ? Json(format_duration(nanos)) : Json(nanos);
      }
      case Kind::list:
        return write_list(value, type);
      case Kind::map:
        return write_map(value, type);
      default:
        return *value.as<View>().json;
    }
  }

 private:
  Written misfit(const Value& value, const Type& type) {
    constexpr std::size_t k_shown = 60;
    if (type.kind() == wf::Kind::json) return Fault{"json cannot hold a file or folder", {}, {}};
    Written json = write(value, Type(wf::Kind::json));
    const Json* found = std::get_if<Json>(&json);
    std::string got(found == nullptr ? kind_name(value.kind())
                                     : cut_to_width(found->compact(), k_shown, "…"));
    return ValueError{{}, cat("expected ", type.text(), ", got ", got), {}};
  }

  // As the one member that takes it; an int is a float only where no member is int.
  Written write_member(const Value& value, const Type& type) {
    std::vector<std::size_t> takers;
    for (std::size_t i = 0; i < type.types().size(); ++i) {
      if (takes(type.types()[i], value.kind())) takers.push_back(i);
    }
    auto is_float = [&](std::size_t i) { return type.types()[i].kind() == wf::Kind::floating; };
    if (value.kind() == Kind::integer && takers.size() > 1)
      takers.erase(std::remove_if(takers.begin(), takers.end(), is_float), takers.end());
    if (takers.size() == 1) return write_as(value, type, takers.front());
    Written written = misfit(value, type);
    std::size_t found = 0;
    for (std::size_t member : takers) {
      Written one = write_as(value, type, member);
      if (!std::holds_alternative<Json>(one)) continue;
      written = std::move(one);
      ++found;
    }
    if (found < 2) return written;
    return ValueError{{}, cat("several members of ", type.text(), " would take it"), {}};
  }

  Written write_as(const Value& value, const Type& type, std::size_t member) {
    Written json = write(value, type.types()[member]);
    if (!std::holds_alternative<Json>(json)) return json;
    ValueResult checked = value_from_canonical(type.types()[member], std::get<Json>(json));
    if (auto* error = std::get_if<ValueError>(&checked)) return std::move(*error);
    std::get<Json>(checked).sort_keys();
    return union_value(type, member, std::move(std::get<Json>(checked)));
  }

  Written write_text(const std::string& text) {
    if (!budget_.spend(text.size())) return Budget::spent();
    return Json(text);
  }

  Written write_list(const Value& list, const Type& type) {
    Json::Array items;
    for (std::size_t i = 0; i < size_of(list); ++i) {
      Written item = write(element_at(list, i, budget_), *item_type(type));
      if (!std::holds_alternative<Json>(item)) return inside(std::move(item), cat("[", i, "]"));
      items.push_back(std::move(std::get<Json>(item)));
    }
    return Json(std::move(items));
  }

  Written write_map(const Value& map, const Type& type) {
    auto entries = entries_of(map, budget_);
    if (auto* fault = std::get_if<Fault>(&entries)) return std::move(*fault);
    Json::Object members;
    for (const auto& [key, value] : *std::get<0>(entries)) {
      if (key.kind() != Kind::string) {
        return Fault{cat("a map whose keys are ", kind_name(key.kind()), " stays inside the expression"),
                     "give it keys that are strings",
                     {}};
      }
      const auto& name = key.as<std::string>();
      const Type* wanted = member_type(type, name);
      if (wanted == nullptr)
        return ValueError{{}, cat("there is no field ", in_quotes(name)), field_hint(type, name)};
      Written item = write(value, *wanted);
      if (!std::holds_alternative<Json>(item)) return inside(std::move(item), step_text(name));
      members.emplace_back(name, std::move(std::get<Json>(item)));
    }
    return Json(std::move(members));
  }

  static Written inside(Written fault, std::string_view step) {
    if (auto* error = std::get_if<ValueError>(&fault)) error->path = cat(step, error->path);
    return fault;
  }

  Budget& budget_;
};

}  // namespace

std::variant<Json, Fault> written(const Value& value, const Type& type, Budget& budget) {
  Written json = Writer(budget).write(value, type);
  if (auto* fault = std::get_if<Fault>(&json)) return std::move(*fault);
  const Json* found = std::get_if<Json>(&json);
  ValueResult checked = found != nullptr ? value_from_canonical(type, *found)
                                         : ValueResult(std::get<ValueError>(std::move(json)));
  if (auto* fault = std::get_if<ValueError>(&checked)) {
    std::string where = fault->path.empty() ? std::string() : cat(fault->path, ": ");
    return Fault{cat("the value does not fit: ", where, fault->message), std::move(fault->hint),
                 codes::k_expression_type};
  }
  std::get<Json>(checked).sort_keys();
  return std::get<Json>(std::move(checked));
}

std::variant<std::optional<std::string>, Fault> text_of(const Value& value, Budget& budget) {
  // JSON has no text for every float.
  const Type type(value.kind() == Kind::floating ? wf::Kind::floating : wf::Kind::json);
  std::variant<Json, Fault> json = written(value, type, budget);
  if (auto* fault = std::get_if<Fault>(&json)) return std::move(*fault);
  const Json& found = std::get<Json>(json);
  return found.is_null() ? std::nullopt : std::optional(value_to_text(type, found));
}

}  // namespace wf::cel
