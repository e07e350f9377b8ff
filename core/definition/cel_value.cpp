#include "core/definition/cel_value.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/text.hpp"
#include "core/definition/codes.hpp"
#include "core/definition/union_value.hpp"
#include "core/definition/value.hpp"

namespace wf::cel {

namespace {

const Type& plain(const Type& type) { return type.kind() == wf::Kind::optional ? type.element() : type; }

// The type of an element or a member; that of the whole where the type says nothing about it.
const Type& element_type(const Type& type) {
  const Type* found = item_type(type);
  return found == nullptr ? type : *found;
}

const Type& value_type(const Type& type, std::string_view key) {
  const Type* found = member_type(type, key);
  return found == nullptr ? type : *found;
}

bool is_content(const Type& type) {
  return type.is_content();
}

Value read_text(const Type& type, const std::string& text, Budget& budget) {
  if (!budget.spend(text.size())) return {Budget::spent()};
  if (type.kind() != wf::Kind::datetime) return {text};
  if (auto instant = parse_datetime(text)) return {*instant};
  return {Fault{cat(in_quotes(text), " is no datetime"), {}, {}}};
}

// A value of a union is that of its member. To find it, all of the value may be looked at.
Value read_member(const Type& type, const Json& json, Budget& budget) {
  MemberValue found = member_of(type, json);
  if (found.value == nullptr) return {Fault{cat("the value is no ", type.text()), {}, {}}};
  return read_value(type.types()[found.member], *found.value, budget);
}

// The number line, exactly: an int is compared with a float without rounding either.
std::partial_ordering order_mixed(std::int64_t left, double right) {
  if (std::isnan(right)) return std::partial_ordering::unordered;
  if (right >= 0x1p63) return std::partial_ordering::less;
  if (right < -0x1p63) return std::partial_ordering::greater;
  auto whole = static_cast<std::int64_t>(right);
  if (left != whole) return left <=> whole;
  return 0.0 <=> right - std::trunc(right);
}

std::partial_ordering order_numbers(const Value& left, const Value& right) {
  const auto* a = std::get_if<std::int64_t>(&left.data);
  const auto* b = std::get_if<std::int64_t>(&right.data);
  if (a != nullptr && b != nullptr) return *a <=> *b;
  if (a != nullptr) return order_mixed(*a, right.as<double>());
  if (b != nullptr) return 0 <=> order_mixed(*b, left.as<double>());
  return left.as<double>() <=> right.as<double>();
}

bool is_number(Kind kind) { return kind == Kind::integer || kind == Kind::floating; }

// The key that a float stands for, where it is a whole number.
Value key_of(const Value& value) {
  const auto* number = std::get_if<double>(&value.data);
  if (number == nullptr || *number < -0x1p63 || *number >= 0x1p63 || *number != std::trunc(*number))
    return value;
  return {static_cast<std::int64_t>(*number)};
}

bool key_less(const Value& left, const Value& right) {
  if (left.data.index() != right.data.index()) return left.data.index() < right.data.index();
  return order(left, right) == std::partial_ordering::less;
}

Value equal_lists(const Value& left, const Value& right, Budget& budget) {
  std::size_t size = size_of(left);
  if (size != size_of(right)) return {false};
  for (std::size_t i = 0; i < size; ++i) {
    Value same = equal(element_at(left, i, budget), element_at(right, i, budget), budget);
    if (same.is_fault() || !same.as<bool>()) return same;
  }
  return {true};
}

Value equal_maps(const Value& left, const Value& right, Budget& budget) {
  if (size_of(left) != size_of(right)) return {false};
  auto a = entries_of(left, budget);
  if (auto* fault = std::get_if<Fault>(&a)) return {std::move(*fault)};
  auto b = entries_of(right, budget);
  if (auto* fault = std::get_if<Fault>(&b)) return {std::move(*fault)};
  const Map& first = *std::get<0>(a);
  const Map& second = *std::get<0>(b);
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (key_less(first[i].first, second[i].first) || key_less(second[i].first, first[i].first))
      return {false};
    Value same = equal(first[i].second, second[i].second, budget);
    if (same.is_fault() || !same.as<bool>()) return same;
  }
  return {true};
}

}  // namespace

std::string_view kind_name(Kind kind) {
  constexpr std::array<std::string_view, 12> k_names{"null",     "bool", "int", "float", "string", "datetime",
                                                     "duration", "list", "map", "file",  "json",   "nothing"};
  return k_names[static_cast<std::size_t>(kind)];
}

std::string in_quotes(std::string_view text) { return cat("'", cut_to_width(text, 60, "…"), "'"); }

Kind Value::kind() const {
  constexpr std::array<Kind, 11> k_kinds{Kind::null,   Kind::boolean,   Kind::integer,  Kind::floating,
                                         Kind::string, Kind::timestamp, Kind::duration, Kind::content,
                                         Kind::list,   Kind::map,       Kind::none};
  const auto* view = std::get_if<View>(&data);
  if (view == nullptr) return k_kinds[data.index()];
  if (view->json->is_array()) return Kind::list;
  return is_content(*view->type) ? Kind::content : Kind::map;
}

bool Budget::spend(std::size_t units) {
  bool enough = left_ >= 0 && units <= static_cast<std::size_t>(left_);
  left_ = enough ? left_ - static_cast<std::int64_t>(units) : -1;
  return enough;
}

Fault Budget::spent() {
  return {"the expression costs more than is allowed", "compute it in a task", codes::k_expression_budget};
}

bool Budget::is_spent(const Value& value) {
  const auto* fault = std::get_if<Fault>(&value.data);
  return fault != nullptr && fault->code == codes::k_expression_budget;
}

Value read_value(const Type& given, const Json& json, Budget& budget) {
  const Type& type = plain(given);
  if (!budget.spend(1)) return {Budget::spent()};
  if (type.kind() == wf::Kind::one_of && !json.is_null()) return read_member(type, json, budget);
  if (json.is_bool()) return {json.as_bool()};
  if (json.is_double()) return {json.as_double()};
  if (json.is_string()) return read_text(type, json.as_string(), budget);
  if (json.is_array() || json.is_object()) return {View{&type, &json}};
  if (!json.is_int()) return {};
  if (type.kind() == wf::Kind::duration) return {Duration{json.as_int()}};
  if (type.kind() == wf::Kind::floating) return {static_cast<double>(json.as_int())};
  return {json.as_int()};
}

std::size_t size_of(const Value& collection) {
  if (const auto* list = std::get_if<std::shared_ptr<const List>>(&collection.data)) return (*list)->size();
  if (const auto* map = std::get_if<std::shared_ptr<const Map>>(&collection.data)) return (*map)->size();
  const Json& json = *collection.as<View>().json;
  return json.is_array() ? json.as_array().size() : json.as_object().size();
}

Value element_at(const Value& list, std::size_t index, Budget& budget) {
  if (!budget.spend(1)) return {Budget::spent()};
  if (const auto* own = std::get_if<std::shared_ptr<const List>>(&list.data)) return (**own)[index];
  const View& view = list.as<View>();
  return read_value(element_type(*view.type), view.json->as_array()[index], budget);
}

std::optional<Value> find_key(const Value& map, const Value& key, Budget& budget) {
  if (const auto* own = std::get_if<std::shared_ptr<const Map>>(&map.data)) {
    Value wanted = key_of(key);
    auto found =
        std::lower_bound((*own)->begin(), (*own)->end(), wanted,
                         [](const auto& entry, const Value& other) { return key_less(entry.first, other); });
    if (found == (*own)->end() || key_less(wanted, found->first)) return std::nullopt;
    return found->second;
  }
  const View& view = map.as<View>();
  if (key.kind() != Kind::string) return std::nullopt;
  if (!budget.spend(view.json->as_object().size())) return Value{Budget::spent()};
  const Json* found = view.json->find(key.as<std::string>());
  if (found == nullptr) return std::nullopt;
  return read_value(value_type(*view.type, key.as<std::string>()), *found, budget);
}

Value make_map(Map entries) {
  for (const auto& [key, value] : entries) {
    Kind kind = key.kind();
    if (kind == Kind::boolean || kind == Kind::integer || kind == Kind::string) continue;
    return {Fault{cat("a key of a map cannot be ", kind_name(kind)), "keys are strings, ints or bools", {}}};
  }
  auto less = [](const auto& left, const auto& right) { return key_less(left.first, right.first); };
  std::sort(entries.begin(), entries.end(), less);
  auto twice = std::adjacent_find(entries.begin(), entries.end(),
                                  [&](const auto& left, const auto& right) { return !less(left, right); });
  if (twice != entries.end()) {
    const auto* text = std::get_if<std::string>(&twice->first.data);
    return {Fault{text == nullptr ? "two keys of the map are equal"
                                  : cat("the map has the key ", in_quotes(*text), " twice"),
                  {},
                  {}}};
  }
  return {std::make_shared<const Map>(std::move(entries))};
}

std::variant<std::shared_ptr<const Map>, Fault> entries_of(const Value& map, Budget& budget) {
  if (const auto* own = std::get_if<std::shared_ptr<const Map>>(&map.data)) return *own;
  const View& view = map.as<View>();
  Map entries;
  for (const auto& [key, item] : view.json->as_object()) {
    if (!budget.spend(key.size() + 1)) return Budget::spent();
    entries.emplace_back(Value{key}, read_value(value_type(*view.type, key), item, budget));
    if (entries.back().second.is_fault()) return entries.back().second.as<Fault>();
  }
  Value made = make_map(std::move(entries));
  if (made.is_fault()) return made.as<Fault>();
  return made.as<std::shared_ptr<const Map>>();
}

std::optional<std::partial_ordering> order(const Value& left, const Value& right) {
  Kind kind = left.kind();
  if (is_number(kind) && is_number(right.kind())) return order_numbers(left, right);
  if (kind != right.kind()) return std::nullopt;
  switch (kind) {
    case Kind::boolean:
      return left.as<bool>() <=> right.as<bool>();
    case Kind::string:  // by bytes of UTF-8, which is by code points
      return left.as<std::string>().compare(right.as<std::string>()) <=> 0;
    case Kind::timestamp: {
      const auto& a = left.as<Instant>();
      const auto& b = right.as<Instant>();
      return a.seconds != b.seconds ? a.seconds <=> b.seconds : a.nanos <=> b.nanos;
    }
    case Kind::duration:
      return left.as<Duration>() <=> right.as<Duration>();
    default:
      return std::nullopt;
  }
}

Value equal(const Value& left, const Value& right, Budget& budget) {
  if (left.is_fault()) return left;
  if (right.is_fault()) return right;
  Kind kind = left.kind();
  std::size_t cost = kind == Kind::string ? left.as<std::string>().size() : 0;
  if (!budget.spend(cost + 1)) return {Budget::spent()};
  if (auto ordering = order(left, right)) return {*ordering == std::partial_ordering::equivalent};
  if (kind != right.kind()) return {false};
  if (kind == Kind::list) return equal_lists(left, right, budget);
  if (kind == Kind::map) return equal_maps(left, right, budget);
  if (kind == Kind::content) return {*left.as<View>().json == *right.as<View>().json};
  return {true};  // null
}

}  // namespace wf::cel
