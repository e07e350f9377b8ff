#include "core/definition/value.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/definition/core_schema.hpp"
#include "core/definition/reference.hpp"
#include "core/definition/union_value.hpp"

namespace wf {

namespace {

constexpr double k_infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t k_max_shown = 60;
constexpr std::size_t k_max_type_shown = 200;

std::string cut(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::string shown(const Json& json) {
  if (json.is_double()) return value_to_text(Type(Kind::floating), json);
  return cut(json.compact(), k_max_shown);
}

ValueError expected(const Type& type, std::string_view got, std::string hint = {}) {
  return {{}, cat("expected ", cut(type.text(), k_max_type_shown), ", got ", got), std::move(hint)};
}

std::string quoted(std::string_view text) { return shown(Json(text)); }

// --- scalars from text -------------------------------------------------------------------------------------

ValueResult integer_from_text(const Type& type, std::string_view text) {
  bool plus = text.starts_with('+') && !text.starts_with("+-");
  if (auto value = parse_int(plus ? text.substr(1) : text)) return Json(*value);
  return expected(type, quoted(text), "write a decimal integer between -2^63 and 2^63-1");
}

ValueResult float_from_text(const Type& type, std::string_view text) {
  if (text == "inf" || text == "+inf") return Json(k_infinity);
  if (text == "-inf") return Json(-k_infinity);
  if (text == "nan") return Json(std::numeric_limits<double>::quiet_NaN());
  auto value = resolve_plain(text);
  bool decimal = text.find_first_of("xXo") == std::string_view::npos;
  if (const Json* json = std::get_if<Json>(&value); json != nullptr && decimal) {
    if (json->is_double()) return *json;
    if (json->is_int()) return Json(static_cast<double>(json->as_int()));
  }
  return expected(type, quoted(text), "write a number such as 0.5, 1e-3, inf or nan");
}

ValueResult datetime_from_text(const Type& type, std::string_view text) {
  if (auto instant = parse_datetime(text)) return Json(format_datetime(*instant));
  return expected(type, quoted(text), "write RFC 3339 with a zone: 2026-01-31T10:20:30Z");
}

ValueResult duration_from_text(const Type& type, std::string_view text) {
  if (auto nanos = parse_duration(text)) return Json(*nanos);
  return expected(type, quoted(text), "write a sum of terms such as 1h30m, 250ms or 1.5s");
}

ValueResult string_from_text(const Type& type, std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return expected(type, "text with the character U+0000");
  if (find_invalid_utf8(text) != std::string_view::npos) return expected(type, "bytes that are not UTF-8");
  return Json(text);
}

ValueResult enum_from_text(const Type& type, std::string_view text) {
  if (std::find(type.names().begin(), type.names().end(), text) != type.names().end()) return Json(text);
  return expected(type, quoted(text), did_you_mean(text, type.names()));
}

// --- JSON as people and tasks write it ---------------------------------------------------------------------

ValueResult float_from_json(const Type& type, const Json& json) {
  if (json.is_double()) {
    if (std::isnan(json.as_double())) return Json(std::numeric_limits<double>::quiet_NaN());
    return json.as_double() == 0 ? Json(0.0) : json;
  }
  if (json.is_int()) return Json(static_cast<double>(json.as_int()));
  if (json.is_string()) {
    const std::string& text = json.as_string();
    if (text == "inf" || text == "-inf" || text == "nan") return float_from_text(type, text);
  }
  return expected(type, shown(json));
}

ValueError inside(ValueError error, std::string_view step) {
  error.path = cat(step, error.path);
  return error;
}

template <typename Convert>
ValueResult convert_list(const Type& type, const Json& json, const Convert& convert) {
  if (!json.is_array()) return expected(type, shown(json));
  Json::Array items;
  items.reserve(json.as_array().size());
  for (const Json& item : json.as_array()) {
    ValueResult result = convert(type.element(), item);
    if (auto* error = std::get_if<ValueError>(&result)) {
      return inside(std::move(*error), cat("[", std::int64_t(items.size()), "]"));
    }
    items.push_back(std::move(std::get<Json>(result)));
  }
  return Json(std::move(items));
}

template <typename Convert>
ValueResult convert_map(const Type& type, const Json& json, const Convert& convert) {
  if (!json.is_object()) return expected(type, shown(json));
  Json::Object members;
  members.reserve(json.as_object().size());
  for (const auto& [key, value] : json.as_object()) {
    ValueResult result = convert(type.element(), value);
    if (auto* error = std::get_if<ValueError>(&result)) return inside(std::move(*error), step_text(key));
    members.emplace_back(key, std::move(std::get<Json>(result)));
  }
  return Json(std::move(members));
}

// A member that the type has not; missing ones count as null, which only an optional one takes.
template <typename Convert>
ValueResult convert_record(const Type& type, const Json& json, const Convert& convert) {
  if (!json.is_object()) return expected(type, shown(json));
  std::unordered_map<std::string_view, const Json*> given;
  for (const auto& [key, value] : json.as_object()) given.emplace(key, &value);
  Json::Object members;
  members.reserve(type.names().size());
  for (std::size_t i = 0; i < type.names().size(); ++i) {
    const std::string& name = type.names()[i];
    auto found = given.find(name);
    bool missing = found == given.end();
    if (missing && type.types()[i].kind() != Kind::optional) {
      return ValueError{{}, cat("the field '", name, "' is missing"), cat("it is ", type.types()[i].text())};
    }
    ValueResult result = missing ? ValueResult(Json()) : convert(type.types()[i], *found->second);
    if (auto* error = std::get_if<ValueError>(&result)) return inside(std::move(*error), step_text(name));
    members.emplace_back(name, std::move(std::get<Json>(result)));
    if (!missing) given.erase(found);
  }
  for (const auto& [key, value] : json.as_object()) {
    if (given.contains(key))
      return ValueError{{}, cat("there is no field ", quoted(key)), did_you_mean(key, type.names())};
  }
  return Json(std::move(members));
}

// The one member that takes what is given; none and several are errors.
template <typename Convert>
ValueResult convert_union(const Type& type, const std::string& got, const Convert& convert) {
  std::optional<std::size_t> member;
  Json accepted;
  for (std::size_t i = 0; i < type.types().size(); ++i) {
    ValueResult result = convert(type.types()[i]);
    if (std::holds_alternative<ValueError>(result)) continue;
    if (member) {
      return ValueError{{},
                        cat(got, " could be ", cut(type.types()[*member].text(), k_max_type_shown), " or ",
                            cut(type.types()[i].text(), k_max_type_shown), ": exactly one member of ",
                            cut(type.text(), k_max_type_shown), " must accept it"),
                        "write what only one of them accepts, or bind a value that has the type of one"};
    }
    member = i;
    accepted = std::move(std::get<Json>(result));
  }
  if (!member) return expected(type, got);
  return union_value(type, *member, std::move(accepted));
}

ValueResult canonical_union(const Type& type, const Json& json) {
  if (!is_tag(json)) {
    return convert_union(type, shown(json),
                         [&](const Type& member) { return value_from_canonical(member, json); });
  }
  MemberValue tagged = read_tag(type, json);
  if (tagged.value == nullptr) return expected(type, shown(json));
  ValueResult result = value_from_canonical(type.types()[tagged.member], *tagged.value);
  if (auto* error = std::get_if<ValueError>(&result)) return std::move(*error);
  return union_value(type, tagged.member, std::move(std::get<Json>(result)));
}

bool is_out_of_range(std::string_view text) {
  return std::holds_alternative<ScalarFault>(resolve_plain(trim(text)));
}

// What is begun as JSON is told where it goes wrong; of the rest a parser has nothing helpful to say.
ValueError no_json(const Type& type, std::string_view text, const Error& error) {
  if (is_out_of_range(text)) return expected(type, cat(text, ", which is out of range"));
  if (text.find_first_of("[{\"") == 0)
    return {{}, cat("expected ", cut(type.text(), k_max_type_shown), " as JSON: ", error.message()), {}};
  return expected(type, quoted(text),
                  "write JSON: [1, 2] for a list, {\"key\": 1} for a map, \"text\" for a text");
}

// What is JSON, or was to be a list, a map or a number, is no text.
ValueResult member_from_text(const Type& type, std::string_view text) {
  try {
    return value_from_json(type, Json::parse(text, "the text"), {});
  } catch (const Error& error) {
    bool compound = !type.is_scalar() && text.find_first_of("[{") == 0;
    if (compound || is_out_of_range(text)) return no_json(type, text, error);
  }
  return convert_union(type, quoted(text), [&](const Type& member) { return value_from_text(member, text); });
}

ValueResult union_from_text(const Type& type, std::string_view text) {
  ValueResult result = member_from_text(type, text);
  auto is_text = [](const Type& member) {
    return member.kind() == Kind::string || member.kind() == Kind::enumeration;
  };
  bool may_quote = !text.starts_with('"') && std::any_of(type.types().begin(), type.types().end(), is_text);
  auto* fault = std::get_if<ValueError>(&result);
  if (fault != nullptr && fault->hint.empty() && may_quote)
    fault->hint = "if text was meant, put it in double quotes";
  return result;
}

// What may stand inside `json` at any depth: numbers that JSON has, text without NUL.
std::optional<ValueError> check_plain_json(const Json& json) {
  if (json.is_double() && !std::isfinite(json.as_double())) {
    return ValueError{{}, "json values have no infinities and no NaN", "write them as text"};
  }
  if (json.is_string() && json.as_string().find('\0') != std::string::npos) {
    return ValueError{{}, "the text contains the character U+0000", {}};
  }
  std::size_t index = 0;
  if (json.is_array()) {
    for (const Json& item : json.as_array()) {
      if (auto error = check_plain_json(item))
        return inside(std::move(*error), cat("[", std::int64_t(index), "]"));
      ++index;
    }
  }
  if (json.is_object()) {
    for (const auto& [key, value] : json.as_object()) {
      if (auto error = check_plain_json(value)) return inside(std::move(*error), step_text(key));
    }
  }
  return std::nullopt;
}

ValueResult plain_json(const Json& json) {
  if (auto error = check_plain_json(json)) return *error;
  return json;
}

// --- canonical JSON ----------------------------------------------------------------------------------------

ValueResult canonical_float(const Type& type, const Json& json) {
  if (json.is_double()) return json;
  const Json* special = json.is_object() && json.as_object().size() == 1 ? json.find("$f") : nullptr;
  if (special != nullptr && special->is_string()) return float_from_text(type, special->as_string());
  return expected(type, shown(json));
}

ValueResult canonical_content(const Type& type, const Json& json) {
  const char* key = type.kind() == Kind::directory ? "$tree" : "$blob";
  const Json* digest = json.is_object() && json.as_object().size() == 1 ? json.find(key) : nullptr;
  bool valid = digest != nullptr && digest->is_string() && digest->as_string().starts_with("sha256:") &&
               Digest::parse(digest->as_string());
  if (valid) return json;
  return expected(type, shown(json));
}

ValueResult canonical_datetime(const Type& type, const Json& json) {
  if (!json.is_string()) return expected(type, shown(json));
  ValueResult value = datetime_from_text(type, json.as_string());
  if (auto* text = std::get_if<Json>(&value); text != nullptr && !(*text == json)) {
    return expected(type, shown(json), "canonical datetimes are in UTC");
  }
  return value;
}

}  // namespace

Json file_value(const Digest& digest) { return Json(Json::Object{{"$blob", digest.text()}}); }
Json directory_value(const Digest& digest) { return Json(Json::Object{{"$tree", digest.text()}}); }

std::optional<Json> content_value_from_canonical_text(const Type& type, std::string_view text) {
  constexpr std::string_view k_end = "\"}";
  if (!type.is_content()) return std::nullopt;
  bool file = type.kind() != Kind::directory;
  std::string_view begin = file ? R"({"$blob":")" : R"({"$tree":")";
  if (!text.starts_with(begin) || !text.ends_with(k_end)) return std::nullopt;
  std::string_view digest = text.substr(begin.size(), text.size() - begin.size() - k_end.size());
  if (!digest.starts_with("sha256:") || !Digest::parse(digest)) return std::nullopt;
  Json value = Json::object();
  value.add(file ? "$blob" : "$tree", digest);
  return value;
}

std::optional<Digest> content_digest(const Json& value) {
  if (!value.is_object() || value.as_object().size() != 1) return std::nullopt;
  const auto& [key, digest] = value.as_object().front();
  if ((key != "$blob" && key != "$tree") || !digest.is_string()) return std::nullopt;
  return Digest::parse(digest.as_string());
}

ValueResult value_from_text(const Type& type, std::string_view text) {
  switch (type.kind()) {
    case Kind::integer:
      return integer_from_text(type, text);
    case Kind::floating:
      return float_from_text(type, text);
    case Kind::boolean:
      if (text == "true" || text == "false") return Json(text == "true");
      return expected(type, quoted(text), "write true or false");
    case Kind::string:
      return string_from_text(type, text);
    case Kind::datetime:
      return datetime_from_text(type, text);
    case Kind::duration:
      return duration_from_text(type, text);
    case Kind::enumeration:
      return enum_from_text(type, text);
    case Kind::optional:
      if (text == "null") return Json();
      return value_from_text(type.element(), text);
    case Kind::one_of:
      return union_from_text(type, text);
    default:
      break;
  }
  try {
    return value_from_json(type, Json::parse(text, "the text"), {});
  } catch (const Error& error) {
    return no_json(type, text, error);
  }
}

ValueResult value_from_output_text(const Type& type, std::string_view text) {
  bool verbatim = type.kind() == Kind::string || type.kind() == Kind::enumeration;
  if (verbatim && text.ends_with('\n')) text.remove_suffix(1);
  if (type.kind() == Kind::optional) {
    bool null = text == "null" || trim(text) == "null";
    return null ? ValueResult(Json()) : value_from_output_text(type.element(), text);
  }
  if (type.kind() == Kind::one_of) {
    return convert_union(type, quoted(trim(text)),
                         [&](const Type& member) { return value_from_output_text(member, text); });
  }
  return value_from_text(type, verbatim ? text : trim(text));
}

std::string value_to_text(const Type& type, const Json& value) {
  switch (type.kind()) {
    case Kind::optional:
      return value_to_text(type.element(), value);
    case Kind::one_of: {
      MemberValue found = member_of(type, value);
      return value_to_text(type.types()[found.member], *found.value);
    }
    case Kind::boolean:
      return value.as_bool() ? "true" : "false";
    case Kind::integer:
      return std::to_string(value.as_int());
    case Kind::duration:
      return format_duration(value.as_int());
    case Kind::floating:
      if (std::isnan(value.as_double())) return "nan";
      if (std::isinf(value.as_double())) return value.as_double() > 0 ? "inf" : "-inf";
      return wf::canonical_float(value.as_double());
    default:
      return value.is_string() ? value.as_string() : value.canonical();
  }
}

namespace {

ValueResult convert_json(const Type& type, const Json& json, const ContentResolver& content) {
  auto convert = [&](const Type& element, const Json& item) { return convert_json(element, item, content); };
  switch (type.kind()) {
    case Kind::json:
      return plain_json(json);
    case Kind::optional:
      return json.is_null() ? ValueResult(Json()) : convert(type.element(), json);
    case Kind::list:
      return convert_list(type, json, convert);
    case Kind::map:
      return convert_map(type, json, convert);
    case Kind::record:
      return convert_record(type, json, convert);
    case Kind::one_of:
      return convert_union(type, shown(json), [&](const Type& member) { return convert(member, json); });
    case Kind::floating:
      return float_from_json(type, json);
    case Kind::integer:
      if (json.is_int()) return json;
      break;
    case Kind::boolean:
      if (json.is_bool()) return json;
      break;
    case Kind::file:
    case Kind::directory:
    case Kind::dataset:
      if (json.is_string() && content) return content(type, json.as_string());
      break;
    default:
      if (json.is_string()) return value_from_text(type, json.as_string());
      if (type.kind() == Kind::duration && json.is_int())
        return expected(type, shown(json), cat("write its unit, too: ", json.as_int(), "s"));
      return expected(type, shown(json), "quote it if text was meant");
  }
  return expected(type, shown(json));
}

}  // namespace

// Sorted: the order a task happened to write members in is no part of a value, in the store or out of it.
ValueResult value_from_json(const Type& type, const Json& json, const ContentResolver& content) {
  ValueResult result = convert_json(type, json, content);
  if (auto* value = std::get_if<Json>(&result)) value->sort_keys();
  return result;
}

ValueResult value_from_canonical(const Type& type, const Json& json) {
  auto convert = [](const Type& element, const Json& item) { return value_from_canonical(element, item); };
  switch (type.kind()) {
    case Kind::floating:
      return canonical_float(type, json);
    case Kind::duration:
      return json.is_int() ? ValueResult(json) : expected(type, shown(json));
    case Kind::datetime:
      return canonical_datetime(type, json);
    case Kind::file:
    case Kind::directory:
    case Kind::dataset:
      return canonical_content(type, json);
    case Kind::optional:
      return json.is_null() ? ValueResult(Json()) : convert(type.element(), json);
    case Kind::list:
      return convert_list(type, json, convert);
    case Kind::map:
      return convert_map(type, json, convert);
    case Kind::record:
      return convert_record(type, json, convert);
    case Kind::one_of:
      return canonical_union(type, json);
    default:
      return value_from_json(type, json, {});
  }
}

}  // namespace wf
