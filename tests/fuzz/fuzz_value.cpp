// A type on the first line, the text of a value on the rest: text → value → canonical → back, and through
// JSON.
#include <algorithm>

#include "core/base/error.hpp"
#include "core/definition/value.hpp"
#include "tests/fuzz/check.hpp"

using namespace wf;

namespace {

const Json* value_in(const ValueResult& result) { return std::get_if<Json>(&result); }

// Content stands as "sha256:…" here.
ValueResult content(const Type& type, const std::string& text) {
  auto digest = Digest::parse(text);
  if (!digest) return ValueError{{}, "no digest", {}};
  return type.kind() == Kind::directory ? directory_value(*digest) : file_value(*digest);
}

void check_value(const Type& type, const Json& value) {
  std::string text = value.canonical();
  ValueResult back = value_from_canonical(type, Json::parse(text, "a value"));
  fuzz::check(value_in(back) != nullptr, "a canonical value is a value of its type");
  fuzz::check_equal(value_in(back)->canonical(), text, "a canonical value leads back to itself");

  printed_value(type.text(), value);
  contents_of(type, value);
  // What a member of a union wrote in one way may be written in another that a second member accepts too.
  if (type.has_union()) return;

  Json outside = value_to_json(type, value, [](const Digest& digest) { return digest.text(); });
  ValueResult read = value_from_json(type, Json::parse(outside.compact(), "a value"), content);
  fuzz::check(value_in(read) != nullptr, "what is written as JSON can be read");
  fuzz::check_equal(value_in(read)->canonical(), text, "what is written as JSON is the same value");

  if (!type.is_scalar() || value.is_null()) return;
  std::string shown = value_to_text(type, value);
  ValueResult again = value_from_text(type, shown);
  fuzz::check(value_in(again) != nullptr, "the text of a value can be read");
  fuzz::check_equal(value_in(again)->canonical(), text, "the text of a value is the same value");
}

void check_type(std::string_view text, const Type& type) {
  std::string canonical = type.text();
  auto again = parse_type(canonical);
  fuzz::check(std::holds_alternative<Type>(again), "the text of a type is a type");
  fuzz::check(std::get<Type>(again) == type, "the text of a type is that type");
  fuzz::check(assignable(type, type), "a type takes its own values");
  fuzz::check(canonical.size() <= 4 * text.size() + 16, "the text of a type does not grow");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  std::size_t end = std::min(text.find('\n'), text.size());
  auto parsed = parse_type(text.substr(0, end));
  if (!std::holds_alternative<Type>(parsed)) {
    fuzz::check(std::get<TypeError>(parsed).offset <= end, "a fault of a type is in its text");
    return 0;
  }
  const Type& type = std::get<Type>(parsed);
  check_type(text.substr(0, end), type);
  std::string_view rest = text.substr(std::min(end + 1, text.size()));
  ValueResult from_text = value_from_text(type, rest);
  if (const Json* value = value_in(from_text)) check_value(type, *value);
  try {
    ValueResult from_json = value_from_json(type, Json::parse(rest, "the input"), content);
    if (const Json* value = value_in(from_json)) check_value(type, *value);
  } catch (const Error&) {  // no JSON
  }
  return 0;
}
