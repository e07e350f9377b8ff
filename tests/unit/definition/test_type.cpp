#include <doctest/doctest.h>

#include "core/definition/fit.hpp"
#include "core/definition/type.hpp"

using namespace wf;

namespace {

Type type(const char* text) { return std::get<Type>(parse_type(text)); }
TypeError fault(const char* text) { return std::get<TypeError>(parse_type(text)); }

}  // namespace

TEST_CASE("the values of an enum are text") {
  CHECK(type("enum<é|b>").names() == std::vector<std::string>{"b", "é"});
  CHECK(fault("enum<b|\xff>").message.find("malformed") != std::string::npos);
  CHECK(fault("dataset<csv,{\xff:int}>").message == "a name is missing here");
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
                              {"duration", "duration"},
                              {"{record: {b: int, a: list[string]?}}", "{record:{a:list<string>?,b:int}}"},
                              {"list<{ record:{x:file} }>?", "list<{record:{x:file}}>?"},
                              {"string|int", "int|string"},
                              {"int?|string|int|null", "int|string|null"},
                              {"list<int|null>", "list<int?>"},
                              {"int|int", "int"},
                              {"file[image/png]", "file<image/png>"},
                              {"dataset", "dataset"},
                              {"dataset<csv>", "dataset<csv>"},
                              {"dataset<{x: int}>", "dataset<{x:int}>"},
                              {"list<dataset<parquet, {\"b c\": int, a: string?}>>",
                               "list<dataset<parquet,{a:string?,\"b c\":int}>>"}};
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
  CHECK(fault("int|").offset == 4);
  CHECK(fault("null").message == "null alone is no type");
  CHECK(fault("int|json").offset == 0);
  CHECK(fault("list<record>").offset == 5);
  CHECK(fault("{record: {}}").message == "a name is missing here");
  CHECK(fault("{record: {A: int}}").message == "'A' cannot name a field");
  CHECK(fault("{record: {a: int, a: int}}").message == "'a' stands here twice");
  CHECK(fault("{recrod: {a: int}}").message == "'record' is missing here");
  CHECK(fault("{record: {a: int}").offset == 17);
  CHECK(fault("file<png>").message == "'png' is no media type");
  CHECK(fault("dataset<excel>").message == "there is no format 'excel'");
  CHECK(fault("dataset<csv,{a:file}>").message == "a column holds scalars");
  CHECK(fault("dataset<csv,{\"a:int}>").message == "a name is missing here");
  for (const char* level : {"list<", "{record: {a: ", "int|{record:{a:list<"}) {
    std::string deep;
    for (int i = 0; i < 1000; ++i) deep += level;
    CHECK(fault(deep.c_str()).message == "the type is nested more than 16 levels deep");
  }
}

TEST_CASE("what may turn out to fit") {
  auto part = [](const char* from, const char* to) { return fit(type(from), type(to)) == Fit::part; };
  CHECK(part("string", "enum<a>"));
  CHECK(part("list<string>", "list<enum<a>>"));
  CHECK(part("string?", "enum<a>?"));
  CHECK(part("string|int", "enum<a>|int"));
  CHECK(part("file", "file<image/png>"));
  CHECK(part("dataset", "dataset<csv>"));
  CHECK(part("dataset<csv>", "dataset<csv,{a:int}>"));
  CHECK(part("dataset", "dataset<csv,{a:int}>"));
  CHECK(part("{record:{a:int,b:int}}", "{record:{a:int}}"));
  CHECK(part("{record:{a:string,b:int}}", "{record:{a:enum<x>}}"));
  CHECK(fit(type("string"), type("string|enum<a>")) == Fit::whole);
  CHECK(fit(type("{record:{a:int,b:int}}"), type("{record:{a:int}}|{record:{a:int,b:int}}")) == Fit::whole);
  CHECK(fit(type("string"), type("enum<a>|enum<b>")) == Fit::none);
  CHECK(fit(type("{record:{a:int,b:int}}"), type("{record:{a:int}}|{record:{b:int}}")) == Fit::none);
  CHECK(fit(type("dataset<csv,{a:int}>"), type("dataset<csv,{a:int,b:int}>")) == Fit::none);
  CHECK(fit(type("dataset<csv>"), type("dataset<parquet,{a:int}>")) == Fit::none);
}

TEST_CASE("what fits whatever the value is, and what never does") {
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
  CHECK_FALSE(fits("list<file>", "json"));
  CHECK_FALSE(fits("file", "directory"));
  CHECK_FALSE(fits("list<int>", "map<int>"));
  CHECK_FALSE(fits("json", "int"));
  CHECK(fits("{record:{a:enum<x>,b:int}}", "{record:{a:string,b:int?}}"));
  CHECK(fits("{record:{a:int}}", "json"));
  CHECK_FALSE(fits("{record:{a:int}}", "{record:{a:int,b:int?}}"));
  CHECK_FALSE(fits("{record:{a:int}}", "map<int>"));
  CHECK_FALSE(fits("{record:{a:file}}", "json"));
  CHECK(fits("int", "int|float"));
  CHECK(fits("int|string", "int|string|null"));
  CHECK(fits("int|string", "bool|int|string"));
  CHECK(fits("enum<a>|string", "string"));
  CHECK(fits("int|string", "json"));
  CHECK_FALSE(fits("int|float", "int|string"));
  CHECK_FALSE(fits("enum<a>", "string|enum<a|b>"));
  CHECK_FALSE(fits("int|string", "int"));
  CHECK_FALSE(fits("int|string|null", "int|string"));
  CHECK(fits("file<image/png>", "file"));
  CHECK_FALSE(fits("file<image/png>", "file<image/gif>"));
  CHECK(fits("dataset<csv,{a:int,b:string}>", "dataset<csv,{a:int?}>"));
  CHECK(fits("dataset<csv,{a:int}>", "dataset"));
  CHECK_FALSE(fits("dataset<csv>", "dataset<parquet>"));
  CHECK_FALSE(fits("dataset<csv>", "file"));
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
