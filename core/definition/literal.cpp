#include "core/definition/literal.hpp"

#include <cmath>

#include "core/base/text.hpp"
#include "core/definition/core_schema.hpp"
#include "core/definition/reference.hpp"
#include "core/definition/value.hpp"

namespace wf {

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
  auto& fault = std::get<ValueError>(result);
  std::string hint = std::move(fault.hint);
  bool former = decoder_.tree.is_scalar(at) && is_former_boolean(decoder_.tree.text(at));
  if (former && type.kind() == Kind::boolean)
    hint = "write true or false: yes, no, on and off are text in YAML 1.2";
  decoder_.error(at, {codes::k_bad_value, std::move(fault.message), type.text(), std::move(hint)});
  return std::nullopt;
}

std::optional<Json> LiteralReader::read_scalar(YamlId at, const Type& type) {
  // A text may look like a number: 1.10 stays "1.10" where a string is expected.
  if (type.kind() == Kind::string && decoder_.tree.is_scalar(at)) return checked(at, type, Json(text_of(at)));
  if (type.has_content() && decoder_.tree.is_scalar(at)) return content_(at, type, text_of(at));
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
  if (type.kind() == Kind::optional) {
    if (kind == YamlKind::null) return Json();
    return read(at, type.element());
  }
  if (type.kind() == Kind::json) return read_untyped(at);
  if (type.kind() == Kind::list && kind == YamlKind::sequence) return read_list(at, type);
  if (type.kind() == Kind::map && kind == YamlKind::mapping) return read_map(at, type);
  if (type.kind() == Kind::list || type.kind() == Kind::map) {
    decoder_.error(at, {codes::k_bad_value, cat("expected ", type.text(), ", got ", kind_name(kind)),
                        type.kind() == Kind::list ? "a list: [a, b]" : "a mapping: {key: value}"});
    return std::nullopt;
  }
  return read_scalar(at, type);
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
