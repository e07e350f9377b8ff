// From a value back to canonical Json.
#include "core/base/text.hpp"
#include "core/definition/cel_value.hpp"
#include "core/definition/codes.hpp"
#include "core/definition/value.hpp"

namespace wf::cel {

namespace {

using Written = std::variant<Json, Fault>;

// The Json that is nearest to a value where `type` is wanted; whether it is one of that type is seen later.
class Writer {
 public:
  explicit Writer(Budget& budget) : budget_(budget) {}

  Written write(const Value& value, const Type& given) {
    const Type& type = given.kind() == wf::Kind::optional ? given.element() : given;
    if (!budget_.spend(1)) return Budget::spent();
    switch (value.kind()) {
      case Kind::null:
        return Json();
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
      case Kind::content:
        if (type.kind() == wf::Kind::json) return Fault{"json cannot hold a file or folder", {}, {}};
        return *value.as<View>().json;
      default:
        return value.as<Fault>();
    }
  }

 private:
  Written write_text(const std::string& text) {
    if (!budget_.spend(text.size())) return Budget::spent();
    return Json(text);
  }

  Written write_list(const Value& list, const Type& type) {
    Json::Array items;
    for (std::size_t i = 0; i < size_of(list); ++i) {
      Written item =
          write(element_at(list, i, budget_), type.kind() == wf::Kind::list ? type.element() : type);
      if (auto* fault = std::get_if<Fault>(&item)) return std::move(*fault);
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
      Written item = write(value, type.kind() == wf::Kind::map ? type.element() : type);
      if (auto* fault = std::get_if<Fault>(&item)) return std::move(*fault);
      members.emplace_back(key.as<std::string>(), std::move(std::get<Json>(item)));
    }
    return Json(std::move(members));
  }

  Budget& budget_;
};

}  // namespace

std::variant<Json, Fault> written(const Value& value, const Type& type, Budget& budget) {
  Written json = Writer(budget).write(value, type);
  if (std::holds_alternative<Fault>(json)) return json;
  ValueResult checked = value_from_canonical(type, std::get<Json>(json));
  if (auto* fault = std::get_if<ValueError>(&checked)) {
    std::string where = fault->path.empty() ? std::string() : cat(fault->path, ": ");
    return Fault{cat("the value does not fit: ", where, fault->message), std::move(fault->hint),
                 codes::k_expression_type};
  }
  std::get<Json>(checked).sort_keys();
  return std::get<Json>(std::move(checked));
}

}  // namespace wf::cel
