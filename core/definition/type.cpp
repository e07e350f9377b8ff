#include "core/definition/type.hpp"

#include <algorithm>

#include "core/definition/fit.hpp"

namespace wf {

namespace {

bool is_collection(Kind kind) { return kind == Kind::list || kind == Kind::map; }

}  // namespace

Type::Type(Kind kind, Parts parts) : kind_(kind), parts_(std::make_shared<const Parts>(std::move(parts))) {}

const Type::Parts& Type::parts() const {
  static const Parts k_none;
  return parts_ ? *parts_ : k_none;
}

const std::vector<std::string>& Type::names() const { return parts().names; }
const std::vector<Type>& Type::types() const { return parts().types; }
const std::string& Type::word() const { return parts().word; }

Type Type::optional(Type element) {
  if (element.kind_ == Kind::optional) return element;
  return {Kind::optional, {{}, {std::move(element)}, {}}};
}

Type Type::list(Type element) { return {Kind::list, {{}, {std::move(element)}, {}}}; }
Type Type::map(Type element) { return {Kind::map, {{}, {std::move(element)}, {}}}; }

Type Type::enumeration(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return {Kind::enumeration, {std::move(values), {}, {}}};
}

Type Type::with_members(Kind kind, std::vector<Member> members, std::string word) {
  std::sort(members.begin(), members.end(),
            [](const Member& a, const Member& b) { return a.first < b.first; });
  Parts parts;
  parts.word = std::move(word);
  for (auto& [name, type] : members) {
    parts.names.push_back(std::move(name));
    parts.types.push_back(std::move(type));
  }
  return {kind, std::move(parts)};
}

Type Type::record(std::vector<Member> fields) { return with_members(Kind::record, std::move(fields), {}); }

Type Type::dataset(std::string format, std::vector<Member> columns) {
  if (format.empty() && columns.empty()) return Type(Kind::dataset);
  return with_members(Kind::dataset, std::move(columns), std::move(format));
}

Type Type::file(std::string media_type) {
  if (media_type.empty()) return Type(Kind::file);
  return {Kind::file, {{}, {}, std::move(media_type)}};
}

Type Type::one_of(std::vector<Type> members) {
  bool nullable = false;
  std::vector<std::pair<std::string, Type>> flat;
  for (const Type& member : members) {
    nullable = nullable || member.kind_ == Kind::optional;
    const Type& solid = without_optional(member);
    std::vector<Type> inside = solid.kind_ == Kind::one_of ? solid.types() : std::vector<Type>{solid};
    for (Type& one : inside) flat.emplace_back(one.text(), std::move(one));
  }
  auto by_text = [](const auto& a, const auto& b) { return a.first < b.first; };
  auto equal = [](const auto& a, const auto& b) { return a.first == b.first; };
  std::sort(flat.begin(), flat.end(), by_text);
  flat.erase(std::unique(flat.begin(), flat.end(), equal), flat.end());
  Parts parts;
  for (auto& [text, type] : flat) parts.types.push_back(std::move(type));
  Type type = parts.types.size() == 1 ? parts.types.front() : Type(Kind::one_of, std::move(parts));
  return nullable ? optional(std::move(type)) : type;
}

bool Type::operator==(const Type& other) const {
  if (kind_ != other.kind_) return false;
  if (parts_ == other.parts_) return true;
  return names() == other.names() && word() == other.word() && types() == other.types();
}

bool Type::is_scalar() const {
  if (kind_ == Kind::optional || kind_ == Kind::one_of)
    return std::all_of(types().begin(), types().end(), [](const Type& type) { return type.is_scalar(); });
  return kind_ <= Kind::duration || kind_ == Kind::enumeration;
}

bool Type::is_content() const {
  return kind_ == Kind::file || kind_ == Kind::directory || kind_ == Kind::dataset;
}

bool Type::has_content() const {
  return is_content() ||
         std::any_of(types().begin(), types().end(), [](const Type& type) { return type.has_content(); });
}

bool Type::is_content_collection() const {
  if (kind_ == Kind::optional) return element().is_content_collection();
  return is_collection(kind_) && element().is_content();
}

bool Type::has(Kind kind) const {
  return kind_ == kind ||
         std::any_of(types().begin(), types().end(), [&](const Type& type) { return type.has(kind); });
}

bool Type::has_union() const { return has(Kind::one_of); }
bool Type::has_json() const { return has(Kind::json); }

std::size_t Type::depth() const {
  std::size_t deepest = 0;
  for (const Type& type : types()) deepest = std::max(deepest, type.depth());
  bool level = !types().empty() && kind_ != Kind::optional && kind_ != Kind::one_of;
  return deepest + (level ? 1 : 0);
}

const Type& without_optional(const Type& type) {
  return type.kind() == Kind::optional ? type.element() : type;
}

const Type* type_of_shape(const Type& type, Shape shape) {
  const Type& solid = without_optional(type);
  auto fits = [&](const Type& one) {
    if (one.kind() == Kind::json) return true;
    if (shape == Shape::list) return one.kind() == Kind::list;
    return one.kind() == Kind::map || one.kind() == Kind::record;
  };
  if (solid.kind() != Kind::one_of) return fits(solid) ? &solid : nullptr;
  const Type* found = nullptr;
  for (const Type& member : solid.types()) {
    if (!fits(member)) continue;
    if (found != nullptr) return nullptr;
    found = &member;
  }
  return found;
}

const Type* item_type(const Type& type) {
  const Type* list = type_of_shape(type, Shape::list);
  return list == nullptr || list->kind() == Kind::json ? list : &list->element();
}

const Type* member_type(const Type& type, std::string_view key) {
  const Type* holder = type_of_shape(type, Shape::mapping);
  if (holder == nullptr || holder->kind() == Kind::json) return holder;
  if (holder->kind() == Kind::map) return &holder->element();
  const std::vector<std::string>& names = holder->names();
  auto found = std::lower_bound(names.begin(), names.end(), key);
  if (found == names.end() || *found != key) return nullptr;
  return &holder->types()[static_cast<std::size_t>(found - names.begin())];
}

namespace {

// The members of `to` are to be among those of `from`, by name, and to take their values.
Fit members_fit(const Type& from, const Type& to) {
  std::size_t at = 0;
  Fit least = Fit::whole;
  for (std::size_t i = 0; i < to.names().size(); ++i) {
    while (at < from.names().size() && from.names()[at] < to.names()[i]) ++at;
    if (at == from.names().size() || from.names()[at] != to.names()[i]) return Fit::none;
    least = std::min(least, fit(from.types()[at], to.types()[i]));
  }
  return least;
}

Fit records_fit(const Type& from, const Type& to) {
  Fit members = members_fit(from, to);
  return from.names() == to.names() ? members : std::min(members, Fit::part);
}

// What says less than is expected: whether it is so is seen in the bytes.
Fit words_fit(const Type& from, const Type& to) {
  if (to.word().empty() || from.word() == to.word()) return Fit::whole;
  return from.word().empty() ? Fit::part : Fit::none;
}

Fit datasets_fit(const Type& from, const Type& to) {
  bool says_columns = !from.names().empty() || to.names().empty();
  return std::min(words_fit(from, to), says_columns ? members_fit(from, to) : Fit::part);
}

Fit enumerations_fit(const Type& from, const Type& to) {
  bool all = std::includes(to.names().begin(), to.names().end(), from.names().begin(), from.names().end());
  return all ? Fit::whole : Fit::none;
}

// Both are of one kind, and not equal.
Fit fit_in_kind(const Type& from, const Type& to) {
  switch (to.kind()) {
    case Kind::enumeration:
      return enumerations_fit(from, to);
    case Kind::list:
    case Kind::map:
      return fit(from.element(), to.element());
    case Kind::record:
      return records_fit(from, to);
    case Kind::dataset:
      return datasets_fit(from, to);
    case Kind::file:
      return words_fit(from, to);
    default:
      return Fit::none;
  }
}

}  // namespace

std::size_t assignable_member(const Type& from, const Type& to) {
  std::size_t found = k_no_member;
  Fit best = Fit::none;
  for (std::size_t i = 0; i < to.types().size(); ++i) {
    Fit one = fit(from, to.types()[i]);
    if (one == Fit::none || one < best) continue;
    found = one == best ? k_no_member : i;
    best = one;
  }
  return found;
}

Fit fit(const Type& from, const Type& to) {
  if (from == to) return Fit::whole;
  if (to.kind() == Kind::json) return from.has_content() ? Fit::none : Fit::whole;
  if (to.kind() == Kind::optional) return fit(without_optional(from), to.element());
  if (from.kind() == Kind::one_of) {
    Fit least = Fit::whole;
    for (const Type& member : from.types()) least = std::min(least, fit(member, to));
    return least;
  }
  if (to.kind() == Kind::one_of) {
    std::size_t member = assignable_member(from, to);
    return member == k_no_member ? Fit::none : fit(from, to.types()[member]);
  }
  if (from.kind() == Kind::enumeration && to.kind() == Kind::string) return Fit::whole;
  if (from.kind() == Kind::string && to.kind() == Kind::enumeration) return Fit::part;
  return from.kind() == to.kind() ? fit_in_kind(from, to) : Fit::none;
}

bool assignable(const Type& from, const Type& to) { return fit(from, to) != Fit::none; }

}  // namespace wf
