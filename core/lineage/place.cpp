#include "core/lineage/place.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/definition/access.hpp"

namespace wf {

namespace {

// Runs of neighbours as "first…last".
std::string ranges(const std::vector<std::int64_t>& list, std::size_t most) {
  std::string out;
  std::size_t shown = 0;
  for (std::size_t i = 0; i < list.size(); ++shown) {
    if (shown == most) return out + ",…";
    std::size_t last = i;
    while (last + 1 < list.size() && list[last + 1] == list[last] + 1) ++last;
    if (!out.empty()) out += ',';
    out += last == i ? cat(list[i]) : cat(list[i], "…", list[last]);
    i = last + 1;
  }
  return out;
}

std::string step_text(const PlaceStep& step, const std::string& items) {
  if (!step.items.plain()) return items;
  return step.member.starts_with('/') ? step.member : cat(".", step.member);
}

// A step of one item, or to a member, as a reference has it.
std::string written(const PlaceStep& step) {
  return step.items.plain() ? step.member : cat(step.items.list().front());
}

Reference reference_to(const PlaceStep& step) { return {{}, {}, {written(step)}}; }

Type type_inside(const Type& type, const PlaceStep& step) {
  auto found = accessed_type(without_optional(type), reference_to(step));
  const Type* inside = std::get_if<Type>(&found);
  return inside == nullptr ? Type(Kind::json) : *inside;
}

struct ValueInside {
  Type type;
  Json value;
};

ValueInside value_at(const Type& type, const Json& value, const ValuePlace& place, std::size_t depth) {
  bool at_end = depth == place.size() || (place[depth].items.plain() && place[depth].member.starts_with('/'));
  if (at_end) return {type, value};
  const PlaceStep& step = place[depth];
  Type inner = type_inside(type, step);
  if (step.items.single()) {
    const Json* inside = value_inside(value, reference_to(step));
    return inside == nullptr ? ValueInside{inner, {}} : value_at(inner, *inside, place, depth + 1);
  }
  Json all = Json::array();
  for (std::int64_t item : step.items.list()) {
    const Json* inside = value_inside(value, reference_to(place_step(Elements(item))));
    if (inside == nullptr) continue;
    ValueInside one = value_at(inner, *inside, place, depth + 1);
    if (all.as_array().empty()) inner = one.type;
    all.push(std::move(one.value));
  }
  return {Type::list(inner), std::move(all)};
}

// Whether the text leads to something in the value; the steps on the way.
bool follow(const Json& value, std::string_view text, ValuePlace& place) {
  if (text.empty()) return true;
  std::size_t end = text.find_first_of(text[0] == '[' ? "]" : ".[", 1);
  if (text[0] == '[') {
    if (end == std::string_view::npos) return false;
    std::string_view index = text.substr(1, end - 1);
    const Json* item = value_inside(value, {{}, {}, {std::string(index)}});
    place.push_back(place_step(index));
    if (item != nullptr && follow(*item, text.substr(end + 1), place)) return true;
    place.pop_back();
    return false;
  }
  // A key may have dots and brackets of its own.
  while (value.is_object()) {
    std::string_view key = text.substr(1, end == std::string_view::npos ? end : end - 1);
    if (const Json* member = value.find(key)) {
      place.push_back(place_step(key));
      if (follow(*member, text.substr(key.size() + 1), place)) return true;
      place.pop_back();
    }
    if (end == std::string_view::npos) return false;
    end = text.find_first_of(".[", end + 1);
  }
  return false;
}

}  // namespace

Elements::Elements(std::vector<std::int64_t> ascending)
    : list_(std::make_shared<const std::vector<std::int64_t>>(std::move(ascending))) {}

bool Elements::contains(std::int64_t element) const {
  return std::binary_search(list_->begin(), list_->end(), element);
}

bool Elements::meets(const Elements& other) const {
  const auto& [fewer, more] =
      list_->size() < other.list_->size() ? std::pair(this, &other) : std::pair(&other, this);
  return std::any_of(fewer->list_->begin(), fewer->list_->end(),
                     [&more = more](std::int64_t element) { return more->contains(element); });
}

std::string Elements::text() const {
  constexpr std::size_t k_most_ranges = 4;
  return plain() ? std::string() : cat("[", ranges(*list_, k_most_ranges), "]");
}

std::string Elements::key() const {
  return plain() ? std::string() : cat("[", ranges(*list_, list_->size()), "]");
}

bool PlaceStep::meets(const PlaceStep& other) const {
  return items.meets(other.items) && member == other.member;
}

PlaceStep place_step(std::string_view written) {
  std::optional<std::int64_t> index = parse_int(written);
  if (index && *index >= 0 && cat(*index) == written) return {Elements(*index), {}};
  return {Elements(), std::string(written)};
}

PlaceStep place_step(const Elements& items) { return {items, {}}; }

std::string place_text(const ValuePlace& place) {
  std::string text;
  for (const PlaceStep& step : place) text += step_text(step, step.items.text());
  return text;
}

std::string place_key(const ValuePlace& place) {
  std::string key;
  for (const PlaceStep& step : place) key += step_text(step, step.items.key());
  return key;
}

bool overlap(const ValuePlace& one, const ValuePlace& other) {
  std::size_t common = std::min(one.size(), other.size());
  return std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(common), other.begin(),
                    [](const PlaceStep& a, const PlaceStep& b) { return a.meets(b); });
}

ValuePlace behind(const ValuePlace& first, const ValuePlace& rest) {
  ValuePlace all = first;
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

std::optional<ValuePlace> in_part(const ValuePlace& place, const ValuePlace& part) {
  if (!overlap(place, part)) return std::nullopt;
  if (place.size() <= part.size()) return ValuePlace();
  return ValuePlace(place.begin() + static_cast<std::ptrdiff_t>(part.size()), place.end());
}

ValuePlace place_at(const Json& value, std::string_view text) {
  ValuePlace place;
  return follow(value, text, place) ? place : ValuePlace();
}

std::string inner_text(const ValuePlace& place, const Json& value, std::string_view inside) {
  ValuePlace inner = place_at(value, inside);
  auto next = inner.begin();
  ValuePlace all;
  for (const PlaceStep& step : place) {
    bool one = step.items.single() || next == inner.end();
    // Of a set of items the value is a list of its own.
    all.push_back(one ? step
                      : place_step(Elements(
                            step.items.list()[static_cast<std::size_t>((next++)->items.list().front())])));
  }
  all.insert(all.end(), next, inner.end());
  return place_text(all);
}

Placed placed(const std::string& type, const Json& value, const ValuePlace& place) {
  if (place.empty()) return {type, value};
  std::variant<Type, TypeError> parsed = parse_type(type);
  const Type* known = std::get_if<Type>(&parsed);
  ValueInside found = value_at(known == nullptr ? Type(Kind::json) : *known, value, place, 0);
  return {found.type.text(), std::move(found.value)};
}

ValuePlace shortest(ValuePlace place, const Json& value) {
  if (place.empty() || place.back().items.plain()) return place;
  const Json* list = &value;
  for (std::size_t i = 0; list != nullptr && i + 1 < place.size(); ++i)
    list = place[i].items.single() ? value_inside(*list, reference_to(place[i])) : nullptr;
  bool all =
      list != nullptr && list->is_array() && list->as_array().size() == place.back().items.list().size();
  if (all && place.back().items.list().size() > 1) place.pop_back();
  return place;
}

}  // namespace wf
