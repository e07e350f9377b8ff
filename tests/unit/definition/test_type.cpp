#include <doctest/doctest.h>

#include "core/definition/type.hpp"

using namespace wf;

namespace {

Type type(const char* text) { return std::get<Type>(parse_type(text)); }
TypeError fault(const char* text) { return std::get<TypeError>(parse_type(text)); }

}  // namespace

TEST_CASE("the values of an enum are text") {
  CHECK(type("enum<é|b>").values() == std::vector<std::string>{"b", "é"});
  CHECK(fault("enum<b|\xff>").message.find("malformed") != std::string::npos);
}

TEST_CASE("types have one canonical text") {
  const char* vectors[][2] = {{"int", "int"},
                              {" list < int > ", "list<int>"},
                              {"list[int]", "list<int>"},
                              {"map<list<file>?>", "map<list<file>?>"},
                              {"map[list[file]]", "map<list<file>>"},
                              {"int?", "int?"},
                              {"int | null", "int?"},
                              {"int??", "int?"},
                              {"enum<b|a|b>", "enum<a|b>"},
                              {"enum[x-1|1.10]?", "enum<1.10|x-1>?"},
                              {"json", "json"},
                              {"directory", "directory"},
                              {"datetime", "datetime"},
                              {"duration", "duration"}};
  for (auto& [text, canonical] : vectors) {
    CAPTURE(text);
    CHECK(type(text).text() == canonical);
    CHECK(type(canonical) == type(text));
  }
}

TEST_CASE("what is no type says where and why") {
  CHECK(fault("strin").hint == "did you mean 'string'?");
  CHECK(fault("list").offset == 4);
  CHECK(fault("list<int").offset == 8);
  CHECK(fault("list<int]").offset == 8);
  CHECK(fault("int int").offset == 4);
  CHECK(fault("").offset == 0);
  CHECK(fault("enum<>").offset == 5);
  CHECK(fault("enum").offset == 4);
  CHECK(fault("int|float").fault == TypeFault::arrives_later);
  CHECK(fault("dataset").fault == TypeFault::arrives_later);
  CHECK(fault("list<record>").fault == TypeFault::arrives_later);
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "list<";
  CHECK(fault(deep.c_str()).fault == TypeFault::malformed);
}

TEST_CASE("assignable is inclusion of values") {
  auto fits = [](const char* from, const char* to) { return assignable(type(from), type(to)); };
  CHECK(fits("int", "int"));
  CHECK(fits("int", "int?"));
  CHECK(fits("int?", "int?"));
  CHECK(fits("enum<a>", "enum<a|b>"));
  CHECK(fits("enum<a>", "string?"));
  CHECK(fits("list<enum<a>>", "list<string>"));
  CHECK(fits("map<int>", "map<int?>"));
  CHECK(fits("list<int>", "json"));
  CHECK(fits("int?", "json"));
  CHECK_FALSE(fits("int", "float"));
  CHECK_FALSE(fits("int?", "int"));
  CHECK_FALSE(fits("enum<a|c>", "enum<a|b>"));
  CHECK_FALSE(fits("string", "enum<a>"));
  CHECK_FALSE(fits("list<file>", "json"));
  CHECK_FALSE(fits("file", "directory"));
  CHECK_FALSE(fits("list<int>", "map<int>"));
  CHECK_FALSE(fits("json", "int"));
}

TEST_CASE("kinds of types") {
  CHECK(type("int?").is_scalar());
  CHECK(type("enum<a|b>").is_scalar());
  CHECK_FALSE(type("json").is_scalar());
  CHECK_FALSE(type("file").is_scalar());
  CHECK(type("map<list<file>>").has_content());
  CHECK_FALSE(type("json").has_content());
  CHECK(type("list<file>?").is_content_collection());
  CHECK_FALSE(type("list<list<file>>").is_content_collection());
}
