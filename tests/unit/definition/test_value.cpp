#include <doctest/doctest.h>

#include <cstring>

#include "core/definition/core_schema.hpp"
#include "core/definition/value.hpp"

using namespace wf;

namespace {

Type type(const char* text) { return std::get<Type>(parse_type(text)); }

std::string canonical(const ValueResult& result) {
  if (const auto* error = std::get_if<ValueError>(&result)) return "! " + error->path + error->message;
  return std::get<Json>(result).canonical();
}

std::string from_text(const char* kind, const char* text) {
  return canonical(value_from_text(type(kind), text));
}
std::string from_json(const char* kind, const char* json) {
  return canonical(value_from_json(type(kind), Json::parse(json, "test"), {}));
}

std::string assigned(const char* from, const char* to, std::string_view value) {
  Json read = std::get<Json>(value_from_canonical(type(from), Json::parse(value, "test")));
  return canonical(assigned_value(type(from), type(to), read));
}

}  // namespace

TEST_CASE("frozen: scalars from text to canonical JSON and back") {
  const char* vectors[][4] = {
      {"int", "+7", "7", "7"},
      {"int", "-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
      {"float", "1", "1.0", "1.0"},
      {"float", "1e3", "1000.0", "1000.0"},
      {"float", "-0", "0.0", "0.0"},
      {"float", "-inf", R"({"$f":"-inf"})", "-inf"},
      {"float", "nan", R"({"$f":"nan"})", "nan"},
      {"bool", "true", "true", "true"},
      {"string", "no", R"("no")", "no"},
      {"string", "a\"\n\u00e9", "\"a\\\"\\n\u00e9\"", "a\"\n\u00e9"},
      {"enum<a|b>", "b", R"("b")", "b"},
      {"datetime", "2024-01-01T02:00:00.500+02:00", R"("2024-01-01T00:00:00.5Z")", "2024-01-01T00:00:00.5Z"},
      {"duration", "60s", "60000000000", "1m"},
      {"duration", "1h30m", "5400000000000", "1h30m"},
      {"int?", "null", "null", ""}};
  for (auto& [kind, text, json, back] : vectors) {
    CAPTURE(kind);
    CAPTURE(text);
    CHECK(from_text(kind, text) == json);
    ValueResult value = value_from_canonical(type(kind), Json::parse(json, "test"));
    CHECK(canonical(value) == json);
    if (*back != '\0') CHECK(value_to_text(type(kind), std::get<Json>(value)) == back);
  }
}

TEST_CASE("frozen: floats as RFC 8785 writes them, plus a fraction") {
  const std::pair<std::uint64_t, const char*> vectors[] = {{0x0000000000000000, "0.0"},
                                                           {0x8000000000000000, "0.0"},
                                                           {0x0000000000000001, "5e-324"},
                                                           {0x8000000000000001, "-5e-324"},
                                                           {0x7fefffffffffffff, "1.7976931348623157e+308"},
                                                           {0xffefffffffffffff, "-1.7976931348623157e+308"},
                                                           {0x4340000000000000, "9007199254740992.0"},
                                                           {0xc340000000000000, "-9007199254740992.0"},
                                                           {0x4430000000000000, "295147905179352830000.0"},
                                                           {0x44b52d02c7e14af5, "9.999999999999997e+22"},
                                                           {0x44b52d02c7e14af6, "1e+23"},
                                                           {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
                                                           {0x444b1ae4d6e2ef4e, "999999999999999700000.0"},
                                                           {0x444b1ae4d6e2ef4f, "999999999999999900000.0"},
                                                           {0x444b1ae4d6e2ef50, "1e+21"},
                                                           {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
                                                           {0x3eb0c6f7a0b5ed8d, "0.000001"},
                                                           {0x41b3de4355555553, "333333333.3333332"},
                                                           {0x41b3de4355555554, "333333333.33333325"},
                                                           {0x41b3de4355555555, "333333333.3333333"},
                                                           {0x41b3de4355555556, "333333333.3333334"},
                                                           {0x41b3de4355555557, "333333333.33333343"},
                                                           {0xbecbf647612f3696, "-0.0000033333333333333333"},
                                                           {0x43143ff3c1cb0959, "1424953923781206.2"}};
  for (const auto& [bits, text] : vectors) {
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    CHECK(Json(value).canonical() == text);
  }
}

TEST_CASE("values that are none are refused with their path") {
  CHECK(from_text("int", "1.0").starts_with("! "));
  CHECK(from_text("int", "+-1").starts_with("! "));
  CHECK(from_text("int", "9223372036854775808").starts_with("! "));
  CHECK(from_text("float", "0x10").starts_with("! "));
  CHECK(from_text("bool", "yes").starts_with("! "));
  CHECK(from_text("datetime", "2024-01-01T00:00:00").starts_with("! "));
  CHECK(from_text("datetime", "2024-06-30T23:59:60Z").starts_with("! "));
  CHECK(from_text("duration", "5").starts_with("! "));
  CHECK(from_json("list<int>", R"([1,2,"x"])") == R"(! [2]expected int, got "x")");
  CHECK(from_json("map<list<int>>", R"({"a":[true]})") == "! .a[0]expected int, got true");
  CHECK(from_json("string", "1.1").starts_with("! "));
  CHECK(from_json("int", "1.0").starts_with("! "));
  CHECK(from_json("float", "1") == "1.0");
  CHECK(from_json("list<duration>", R"(["5m","300s"])") == "[300000000000,300000000000]");
  CHECK(from_json("json", R"({"b":1,"a":[1.0,null]})") == R"({"a":[1.0,null],"b":1})");
}

TEST_CASE("records hold all their fields") {
  const char* kind = "{record:{a:int,b:list<duration>?}}";
  CHECK(from_json(kind, R"({"a":1})") == R"({"a":1,"b":null})");
  CHECK(from_json(kind, R"({"b":["1m"],"a":1})") == R"({"a":1,"b":[60000000000]})");
  CHECK(from_json(kind, R"({"b":["1m"]})") == "! the field 'a' is missing");
  CHECK(from_json(kind, R"({"a":1,"c\n":2})") == R"(! there is no field "c\n")");
  CHECK(from_json(kind, R"({"a":1,"b":["1m",2]})").starts_with("! .b[1]expected duration, got 2"));
  CHECK(from_json("map<{record:{a:int}}>", R"({"x y":{"a":"1"}})") == R"(! ["x y"].aexpected int, got "1")");
  CHECK(from_json(kind, "[1]").starts_with("! expected"));
}

TEST_CASE("the text for a union is what it is as JSON, and only what is no JSON is text") {
  const char* const vectors[][2] = {{"duration|string", R"("5m")"},
                                    {"datetime|string", R"("2026-01-31T10:20:30Z")"},
                                    {"enum<a|b>|string", R"("a")"},
                                    {"float|string", R"("nan")"},
                                    {"float|string", "nan"},
                                    {"duration|string", "5m"}};
  for (const auto& [kind, text] : vectors) CHECK(from_text(kind, text).find(" could be ") != std::string::npos);
  for (const char* text : {"true", "null", "5.0", "1e5", "9223372036854775808", "1e999", "[1]"})
    CHECK(from_text("int|string", text).starts_with("! expected int|string, got "));
  CHECK(from_text("duration|string", R"("x")") == R"("x")");
  CHECK(from_text("int|string", "[1") == R"("[1")");
  CHECK(from_text("list<string>|string", "hello") == R"("hello")");
  CHECK(from_text("list<string>|string", R"("[")") == R"("[")");
  CHECK(from_text("list<string>|string", R"(["a"])") == R"(["a"])");
  CHECK(from_text("list<string>|string", R"(["a")").starts_with("! expected list<string>|string as JSON: "));
}

TEST_CASE("frozen: exactly one member of a union accepts, and is told apart where it must be") {
  CHECK(from_json("int|float", "1").starts_with("! 1 could be float or int"));
  CHECK(from_json("int|float", "1.5") == "1.5");
  CHECK(from_json("int|string", "5") == "5");
  CHECK(from_json("int|string", R"("5")") == R"("5")");
  CHECK(from_text("int|string", "5") == "5");
  CHECK(from_text("int|string", R"("5")") == R"("5")");
  CHECK(from_text("int|float", "1").starts_with("! 1 could be float or int"));
  CHECK(from_text("int|string", "five") == R"("five")");
  CHECK(from_text("int|string|null", "null") == "null");
  CHECK(from_text("int|string|null", R"("null")") == R"("null")");
  CHECK(from_json("int|string", "true") == "! expected int|string, got true");
  CHECK(from_json("list<int>|list<float>", "[]").starts_with("! [] could be"));
  CHECK(from_json("duration|int", R"("1m")") == R"({"$as":{"duration":60000000000}})");
  CHECK(from_json("duration|int", "60") == R"({"$as":{"int":60}})");
  CHECK(from_json("map<int>|bool", R"({"$as":1})") == R"({"$as":{"map<int>":{"$as":1}}})");
  for (const char* json : {R"({"$as":{"duration":60000000000}})", R"({"$as":{"int":60}})"}) {
    CHECK(canonical(value_from_canonical(type("duration|int"), Json::parse(json, "test"))) == json);
  }
  CHECK(canonical(value_from_canonical(type("duration|int"), Json::parse("60", "test"))).starts_with("! "));
  CHECK(canonical(value_from_canonical(type("int|bool"), Json::parse(R"({"$as":{"x":1}})", "test"))).starts_with("! "));
  Json tagged = Json::parse(R"({"$as":{"duration":60000000000}})", "test");
  CHECK(value_to_text(type("duration|int"), tagged) == "1m");
  CHECK(value_to_json(type("duration|int"), tagged, nullptr).canonical() == R"("1m")");
  CHECK(assigned("duration", "duration|int", "60") == R"({"$as":{"duration":60}})");
  CHECK(assigned("duration|int", "bool|duration|int", tagged.canonical()) == tagged.canonical());
}

TEST_CASE("what becomes json is what a task would read") {
  CHECK(assigned("list<duration|int>", "json", R"([{"$as":{"duration":60000000000}}])") == R"(["1m"])");
  CHECK(assigned("duration", "json", "60000000000") == R"("1m")");
  CHECK(assigned("{record:{d:duration,n:int?}}", "{record:{d:json,n:json?}}", R"({"d":1000000000,"n":1})") ==
        R"({"d":"1s","n":1})");
  CHECK(assigned("map<list<duration>>", "map<json>?", R"({"a":[1000000000]})") == R"({"a":["1s"]})");
  CHECK(assigned("float", "json", "1.5") == "1.5");
  CHECK(assigned("float", "json", R"({"$f":"inf"})") == "! json values have no infinities and no NaN");
  CHECK(assigned("map<list<float>>", "map<json>", R"({"a":[1.5,{"$f":"nan"}]})") ==
        "! .a[1]json values have no infinities and no NaN");
  CHECK(assigned("map<float>", "bool|map<json>", R"({"a b":{"$f":"inf"}})").starts_with("! .a bjson"));
}

TEST_CASE("the text of an output is read as its member of a union reads it") {
  auto output = [](const char* kind, const char* text) {
    return canonical(value_from_output_text(type(kind), text));
  };
  CHECK(output("int", " 7 \n") == "7");
  CHECK(output("string", "a\n\n") == "\"a\\n\"");
  CHECK(output("bool|datetime", "true\n") == "true");
  CHECK(output("enum<a|b>|int?", "b\n") == R"("b")");
  CHECK(output("int?", "null\n") == "null");
}

TEST_CASE("files and directories have their own form") {
  Digest digest = sha256("x");
  CHECK(content_digest(file_value(digest)) == digest);
  CHECK(content_digest(directory_value(digest)) == digest);
  CHECK_FALSE(content_digest(Json("x")).has_value());
  CHECK(canonical(value_from_canonical(type("directory"), file_value(digest))).starts_with("! "));
  Json list(Json::Array{file_value(digest), file_value(sha256("y"))});
  auto contents = contents_of(type("list<file>"), list);
  REQUIRE(contents.size() == 2);
  CHECK(contents[1].path == "[1]");
  Json shown = value_to_json(type("list<file>"), list, [](const Digest& d) { return d.short_hex(); });
  CHECK(shown.as_array()[0].as_string() == digest.short_hex());
}

TEST_CASE("plain scalars follow the core schema of YAML 1.2") {
  auto plain = [](const char* text) { return std::get<Json>(resolve_plain(text)).canonical(); };
  CHECK(plain("010") == "10");
  CHECK(plain("0o10") == "8");
  CHECK(plain("0x1F") == "31");
  CHECK(plain("-0x1F") == R"("-0x1F")");
  CHECK(plain("1_000") == R"("1_000")");
  CHECK(plain("yes") == R"("yes")");
  CHECK(plain("True") == "true");
  CHECK(plain("tRue") == R"("tRue")");
  CHECK(plain("1.") == "1.0");
  CHECK(plain(".5") == "0.5");
  CHECK(plain("+12e03") == "12000.0");
  CHECK(plain(".") == R"(".")");
  CHECK(plain("1e") == R"("1e")");
  CHECK(plain("-.INF") == R"({"$f":"-inf"})");
  CHECK(plain("+.nan") == R"("+.nan")");
  CHECK(plain("12:30:45") == R"("12:30:45")");
  CHECK(plain("2001-01-01") == R"("2001-01-01")");
  CHECK(plain("1e-999") == "0.0");
  CHECK(std::get<ScalarFault>(resolve_plain("9223372036854775808")) == ScalarFault::integer_range);
  CHECK(std::get<ScalarFault>(resolve_plain("1e999")) == ScalarFault::float_range);
}
