#include "core/definition/read_type.hpp"

#include <algorithm>
#include <unordered_set>

#include "core/base/text.hpp"
#include "core/definition/draft.hpp"

namespace wf {

namespace {

constexpr std::string_view k_type_examples = "a type such as int or list<file>, or {record: {field: int}}";

std::optional<Type> read_text(Decoder& decoder, YamlId at) {
  std::string_view text = decoder.tree.text(at);
  auto parsed = parse_type(text);
  if (auto* type = std::get_if<Type>(&parsed)) return std::move(*type);
  auto& fault = std::get<TypeError>(parsed);
  decoder.error_inside(at, fault.offset, std::max<std::size_t>(1, text.size() - fault.offset),
                       {codes::k_bad_type, cat("'", text, "': ", fault.message), {}, std::move(fault.hint)});
  return std::nullopt;
}

std::optional<Type> check_depth(Decoder& decoder, YamlId at, Type type) {
  if (type.depth() <= k_max_type_depth) return type;
  decoder.error(
      at,
      {codes::k_bad_type, "the type is nested more than 16 levels deep", {}, "use json for data that deep"});
  return std::nullopt;
}

// The members of a mapping from names to types; `check(key, type)` says whether one is good.
template <typename Check>
std::optional<std::vector<Type::Member>> read_members(Decoder& decoder, YamlId mapping,
                                                      std::string_view expected, Check check) {
  if (!decoder.expect(mapping, YamlKind::mapping, expected)) return std::nullopt;
  std::vector<Type::Member> members;
  std::unordered_set<std::string_view> seen;
  bool good = true;
  decoder.tree.each_member(mapping, [&](YamlId key, YamlId value) {
    if (!decoder.tree.is_scalar(key) || !seen.insert(decoder.tree.text(key)).second) return;
    std::optional<Type> type = read_type(decoder, value);
    good = type && check(key, value, *type) && good;
    if (type) members.emplace_back(decoder.tree.text(key), std::move(*type));
  });
  if (members.empty() && good) {
    decoder.error(mapping, {codes::k_bad_type, "nothing is named here", std::string(expected)});
    return std::nullopt;
  }
  if (!good) return std::nullopt;
  return members;
}

}  // namespace

std::optional<Type> read_record_type(Decoder& decoder, YamlId fields) {
  auto members =
      read_members(decoder, fields, "a mapping from fields to their types",
                   [&](YamlId key, YamlId, const Type&) { return check_name(decoder, key, "a field"); });
  if (!members) return std::nullopt;
  return check_depth(decoder, fields, Type::record(std::move(*members)));
}

std::optional<std::vector<Type::Member>> read_columns(Decoder& decoder, YamlId columns) {
  return read_members(decoder, columns, "a mapping from columns to their types",
                      [&](YamlId key, YamlId value, const Type& type) {
                        if (decoder.tree.text(key).empty())
                          decoder.error(key, {codes::k_bad_type, "a column has a name", {}, "give it one"});
                        else if (!type.is_scalar())
                          decoder.error(value, {codes::k_bad_type,
                                                cat("a column holds scalars, and ", type.text(), " is none"),
                                                "int, float, bool, string, datetime, duration, enum or T?"});
                        else
                          return true;
                        return false;
                      });
}

std::optional<Type> read_type(Decoder& decoder, YamlId at) {
  if (decoder.tree.is_scalar(at)) return read_text(decoder, at);
  if (!decoder.expect(at, YamlKind::mapping, k_type_examples)) return std::nullopt;
  YamlMember record = find_member(decoder.tree, at, "record");
  if (record.key == k_no_yaml || decoder.tree[at].count != 2) {
    decoder.error(at, {codes::k_bad_type, "a mapping is a type only as {record: {field: T}}",
                       std::string(k_type_examples),
                       "write other types as text; the long form with 'type:' is for inputs and outputs"});
    return std::nullopt;
  }
  return read_record_type(decoder, record.value);
}

}  // namespace wf
