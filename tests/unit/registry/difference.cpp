#include "core/registry/difference.hpp"

#include <doctest/doctest.h>

using namespace wf;

namespace {
std::string lines(const std::string& before, const std::string& after) {
  return render(difference(Json::parse(before, "before"), Json::parse(after, "after")));
}
}  // namespace

TEST_CASE("added, removed and changed members are told apart") {
  CHECK(lines(R"({"a":1,"b":{"c":2,"d":3}})", R"({"b":{"c":4,"e":5},"f":null})") ==
        "- a: 1\n- b.d: 3\n~ b.c: 2 -> 4\n+ b.e: 5\n+ f: null\n");
  CHECK(lines(R"({"a":[1,{"x":1.0}]})", R"({"a":[1,{"x":1.0}]})").empty());
  CHECK(lines("1", "1.0") == "~ (the whole): 1 -> 1.0\n");
}

TEST_CASE("named elements are compared by name, others by position") {
  CHECK(lines(R"([{"name":"a","v":1},{"name":"b","v":1}])", R"([{"name":"b","v":2},{"name":"c"}])") ==
        "- a: {\"name\":\"a\",\"v\":1}\n~ b.v: 1 -> 2\n+ c: {\"name\":\"c\"}\n");
  CHECK(lines("[1,2,3,4]", "[1,9,2,3,4]") == "+ [1]: 9\n");
  CHECK(lines("[1,2,3]", "[1,3]") == "- [1]: 2\n");
  CHECK(lines("[1,2,3]", "[1,7,3]") == "~ [1]: 2 -> 7\n");
}

TEST_CASE("changes carry the line of the definition they lead to") {
  auto changes = difference(Json::parse(R"({"tasks":{"t":{"command":["a","b"],"old":1}}})", "before"),
                            Json::parse(R"({"tasks":{"t":{"command":["a","c"],"new":1}}})", "after"));
  locate(changes, "tasks:\n  t:\n    command:\n      - a\n      - b\n    old: 1\n",
         "tasks:\n  t:\n    new: 1\n    command: [a,\n      c]\n");
  REQUIRE(changes.size() == 3);
  CHECK(path_text(changes[0]) == "tasks.t.old");
  CHECK(changes[0].before_line == 6);
  CHECK(changes[0].after_line == 0);
  CHECK(changes[1].before_line == 5);
  CHECK(changes[1].after_line == 5);
  CHECK(changes[2].after_line == 3);
}
