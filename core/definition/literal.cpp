#include "core/definition/literal.hpp"

#include <cmath>
#include <unordered_set>

#include "core/base/text.hpp"
#include "core/definition/core_schema.hpp"
#include "core/definition/reference.hpp"
#include "core/definition/union_value.hpp"

namespace wf {

bool check_fields(Decoder& decoder, YamlId mapping, const Type& record) {
  bool good = true;
  std::unordered_set<std::string_view> given;
  decoder.tree.each_member(mapping, [&](YamlId key, YamlId) {
    if (!decoder.tree.is_scalar(key)) return;
    std::string_view name = decoder.tree.text(key);
    given.insert(name);
    if (member_type(record, name) != nullptr) return;
    good = false;
    Decoder::Near near = decoder.near(name, record.names().size(), [&] { return record.names(); });
    decoder.error(key, {codes::k_bad_value, cat("the record has no field '", name, "'"), record.text(),
                        std::move(near.hint)});
  });
  for (std::size_t i = 0; i < record.names().size(); ++i) {
    const std::string& name = record.names()[i];
    if (record.types()[i].kind() == Kind::optional || given.contains(name)) continue;
    good = false;
    decoder.error(mapping, {codes::k_bad_value, cat("the field '", name, "' is missing"), record.text(),
                            cat("add '", name, ": …'; it is ", record.types()[i].text())});
  }
  return good;
}

std::string LiteralReader::text_of(YamlId at) const {
  std::string_view text = decoder_.tree.text(at);
  if (dollar_ == Dollar::escaped) {
    auto parsed = parse_text(text);
    if (auto* unescaped = std::get_if<std::string>(&parsed)) return std::move(*unescaped);
  }
  return std::string(text);
}

std::optional<Json> LiteralReader::resolve(YamlId at) {
  if (decoder_.tree.kind(at) == YamlKind::null) return Json();
  if (!decoder_.tree.is_plain(at)) return Json(text_of(at));
  auto value = resolve_plain(decoder_.tree.text(at));
  if (auto* fault = std::get_if<ScalarFault>(&value)) {
    bool integer = *fault == ScalarFault::integer_range;
    decoder_.error(at, {codes::k_number_range,
                        cat("'", decoder_.tree.text(at), "' is outside the range of ",
                            integer ? "64-bit integers" : "double precision"),
                        integer ? "an integer between -2^63 and 2^63-1" : "a number below 1.8e308, or .inf",
                        "quote it if text was meant"});
    return std::nullopt;
  }
  Json& json = std::get<Json>(value);
  return json.is_string() ? Json(text_of(at)) : std::move(json);
}

std::optional<Json> LiteralReader::checked(YamlId at, const Type& type, const Json& json) {
  ValueResult result = value_from_json(type, json, {});
  if (auto* value = std::get_if<Json>(&result)) return std::move(*value);
  return report(at, type, std::get<ValueError>(std::move(result)));
}

std::nullopt_t LiteralReader::report(YamlId at, const Type& type, ValueError fault) {
  std::string hint = std::move(fault.hint);
  bool former = decoder_.tree.is_scalar(at) && is_former_boolean(decoder_.tree.text(at));
  if (former && type.kind() == Kind::boolean)
    hint = "write true or false: yes, no, on and off are text in YAML 1.2";
  std::string where = fault.path.empty() ? "" : cat("at ", fault.path, ": ");
  decoder_.error(at, {codes::k_bad_value, where + fault.message, type.text(), std::move(hint)});
  return std::nullopt;
}

std::optional<Json> LiteralReader::read_scalar(YamlId at, const Type& type) {
  // A text may look like a number: 1.10 stays "1.10" where a string is expected.
  if (type.kind() == Kind::string && decoder_.tree.is_scalar(at)) return checked(at, type, Json(text_of(at)));
  if (type.is_content() && decoder_.tree.is_scalar(at)) return content_(at, type, text_of(at));
  if (decoder_.tree.kind(at) == YamlKind::sequence || decoder_.tree.kind(at) == YamlKind::mapping) {
    decoder_.error(
        at, {codes::k_bad_value, cat("expected ", type.text(), ", got ", kind_name(decoder_.tree.kind(at))),
             type.text()});
    return std::nullopt;
  }
  std::optional<Json> json = resolve(at);
  if (!json) return std::nullopt;
  return checked(at, type, *json);
}

std::optional<Json> LiteralReader::read(YamlId at, const Type& type) {
  YamlKind kind = decoder_.tree.kind(at);
  switch (type.kind()) {
    case Kind::optional:
      return kind == YamlKind::null ? Json() : read(at, type.element());
    case Kind::json:
      return read_untyped(at);
    case Kind::one_of:
      return read_union(at, type);
    case Kind::list:
      return kind == YamlKind::sequence ? read_list(at, type) : refuse_shape(at, type, "a list: [a, b]");
    case Kind::map:
    case Kind::record:
      if (kind != YamlKind::mapping) return refuse_shape(at, type, "a mapping: {key: value}");
      return type.kind() == Kind::map ? read_map(at, type) : read_record(at, type);
    default:
      return read_scalar(at, type);
  }
}

std::nullopt_t LiteralReader::refuse_shape(YamlId at, const Type& type, std::string_view wanted) {
  decoder_.error(
      at, {codes::k_bad_value, cat("expected ", type.text(), ", got ", kind_name(decoder_.tree.kind(at))),
           std::string(wanted)});
  return std::nullopt;
}

// By the core schema, as an inputs file is read: what a text means must not hang on the member it might be
// for.
std::optional<Json> LiteralReader::read_union(YamlId at, const Type& type) {
  std::optional<Json> json = LiteralReader(decoder_, dollar_, content_, Floats::any).read_untyped(at);
  if (!json) return std::nullopt;
  ContentResolver any_text = [](const Type& content, const std::string&) -> ValueResult {
    const Digest nothing;
    return content.kind() == Kind::directory ? directory_value(nothing) : file_value(nothing);
  };
  ValueResult result = value_from_json(type, *json, any_text);
  if (auto* fault = std::get_if<ValueError>(&result)) return report(at, type, std::move(*fault));
  MemberValue found = member_of(type, std::get<Json>(result));
  const Type& member = type.types()[found.member];
  if (!member.has_content()) return std::get<Json>(std::move(result));
  std::optional<Json> value = read(at, member);
  if (!value) return std::nullopt;
  return union_value(type, found.member, std::move(*value));
}

std::optional<Json> LiteralReader::read_list(YamlId at, const Type& type) {
  Json::Array items;
  bool complete = true;
  decoder_.tree.each_item(at, [&](YamlId item) {
    auto value = read(item, type.element());
    complete = complete && value;
    if (value) items.push_back(std::move(*value));
  });
  if (!complete) return std::nullopt;
  return Json(std::move(items));
}

std::optional<Json> LiteralReader::read_map(YamlId at, const Type& type) {
  Json::Object members;
  bool complete = true;
  decoder_.tree.each_member(at, [&](YamlId key, YamlId item) {
    if (!decoder_.tree.is_scalar(key)) return;
    auto value = read(item, type.element());
    complete = complete && value;
    if (value) members.emplace_back(decoder_.tree.text(key), std::move(*value));
  });
  if (!complete) return std::nullopt;
  return Json(std::move(members));
}

std::optional<Json> LiteralReader::read_record(YamlId at, const Type& type) {
  Json::Object members;
  bool complete = check_fields(decoder_, at, type);
  decoder_.tree.each_member(at, [&](YamlId key, YamlId item) {
    const Type* field = decoder_.tree.is_scalar(key) ? member_type(type, decoder_.tree.text(key)) : nullptr;
    if (field == nullptr) return;
    auto value = read(item, *field);
    complete = complete && value;
    if (value) members.emplace_back(decoder_.tree.text(key), std::move(*value));
  });
  if (!complete) return std::nullopt;
  return std::get<Json>(
      value_from_canonical(type, Json(std::move(members))));  // with null for what is absent
}

std::optional<Json> LiteralReader::read_untyped(YamlId at) {
  YamlKind kind = decoder_.tree.kind(at);
  if (kind == YamlKind::sequence) return read_untyped_list(at);
  if (kind == YamlKind::mapping) return read_untyped_map(at);
  if (kind == YamlKind::scalar && decoder_.tree.is_plain(at) && is_former_boolean(decoder_.tree.text(at))) {
    decoder_.warning(at, {codes::k_ambiguous_scalar,
                          cat("'", decoder_.tree.text(at), "' is text here, not a boolean"),
                          {},
                          "write true or false, or quote the text"});
  }
  std::optional<Json> json = resolve(at);
  if (floats_ == Floats::finite && json && json->is_double() && !std::isfinite(json->as_double())) {
    decoder_.error(at,
                   {codes::k_bad_value, "json values have no infinities and no NaN", {}, "write it as text"});
    return std::nullopt;
  }
  return json;
}

std::optional<Json> LiteralReader::read_untyped_list(YamlId at) {
  Json::Array items;
  bool complete = true;
  decoder_.tree.each_item(at, [&](YamlId item) {
    auto value = read_untyped(item);
    complete = complete && value;
    if (value) items.push_back(std::move(*value));
  });
  if (!complete) return std::nullopt;
  return Json(std::move(items));
}

std::optional<Json> LiteralReader::read_untyped_map(YamlId at) {
  Json::Object members;
  bool complete = true;
  decoder_.tree.each_member(at, [&](YamlId key, YamlId item) {
    if (!decoder_.tree.is_scalar(key)) return;
    auto value = read_untyped(item);
    complete = complete && value;
    if (value) members.emplace_back(decoder_.tree.text(key), std::move(*value));
  });
  if (!complete) return std::nullopt;
  return Json(std::move(members));
}

}  // namespace wf
