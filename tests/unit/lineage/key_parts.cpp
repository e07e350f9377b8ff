#include "core/catalog/key_parts.hpp"

#include <doctest/doctest.h>

using namespace wf;

namespace {

KeyParts parts(const char* text) { return {Json::parse(text, "parts")}; }

}  // namespace

TEST_CASE("key parts: what differs is told by its place") {
  KeyParts before =
      parts(R"({"interface":{"inputs":{"k":"int"},"outputs":{"y":"file"}},"command":{"script":"a"},
    "sources":{"a.py":{"digest":"1"},"b.py":{"digest":"2"}},"env":{},"version":"","inputs":{"k":1,"t":{"$blob":"x"}}})");
  KeyParts after =
      parts(R"({"interface":{"inputs":{"k":"float"},"outputs":{"y":"file"}},"command":{"script":"a"},
    "sources":{"a.py":{"digest":"3"},"c.py":{"digest":"2"}},"env":{"A":"1"},"version":"2","inputs":{"k":1,"t":{"$blob":"y"}}})");
  CHECK(compare(before, before).empty());
  std::vector<KeyDifference> found = compare(before, after);
  std::vector<std::string> places;
  for (const KeyDifference& difference : found) places.push_back(difference.place());
  CHECK(places == std::vector<std::string>{"interface.inputs.k", "sources.a.py", "sources.b.py",
                                           "sources.c.py", "env.A", "version", "inputs.t"});
  CHECK_FALSE(found[2].after);
  CHECK_FALSE(found[3].before);
  CHECK(found[6].before == Json::parse(R"({"$blob":"x"})", "a value"));
  CHECK(to_json(found).as_array().at(3).at("before").is_null());
  CHECK(to_json(found).as_array().at(3).at("change") == Json("added"));
}

TEST_CASE("key parts: an ignored part differs from one that counts, as a whole") {
  std::vector<KeyDifference> found =
      compare(parts(R"({"command":null})"), parts(R"({"command":{"script":"a"}})"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].place() == "command");
}
