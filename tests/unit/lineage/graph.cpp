#include "core/lineage/graph.hpp"

#include <doctest/doctest.h>

using namespace wf;

TEST_CASE("elements: text and key") {
  CHECK(Elements().text().empty());
  CHECK(Elements(3).text() == "[3]");
  CHECK(Elements({0, 1, 2, 3}).text() == "[0…3]");
  CHECK(Elements({0, 1, 4, 7, 8}).text() == "[0…1,4,7…8]");
  CHECK(Elements({0, 2, 4, 6, 8, 10}).text() == "[0,2,4,6,…]");
  CHECK(Elements({0, 2, 4, 6, 8, 10}).key() == "[0,2,4,6,8,10]");
  CHECK(Elements({0, 2, 4}).contains(2));
  CHECK_FALSE(Elements({0, 2, 4}).contains(3));
}

TEST_CASE("graph: a vertex and an edge stand once") {
  Graph graph;
  Graph::Added one = graph.add("one", ContentVertex{});
  Graph::Added two = graph.add("two", ContentVertex{});
  CHECK(one.is_new);
  CHECK_FALSE(graph.add("one", ContentVertex{}).is_new);
  graph.connect({one.id, two.id, Certainty::matched, "same bytes as", {}, {}});
  graph.connect({one.id, two.id, Certainty::matched, "same bytes as", {}, {}});
  graph.connect({one.id, two.id, Certainty::matched, "same bytes as", {}, "[1]"});
  CHECK(graph.edges().size() == 2);
  CHECK(graph.edges_from(one.id).size() == 2);
  CHECK(graph.edges_to(two.id).size() == 2);
  CHECK(graph.find("two") == two.id);
  CHECK_FALSE(graph.find("three"));
}

TEST_CASE("graph: as JSON") {
  Graph graph;
  graph.roots.push_back(graph.add("content:x", ContentVertex{"a.txt", Digest{}, 5, false}).id);
  Json json = to_json(graph);
  CHECK(json.at("roots").as_array().at(0).as_string() == "content:x");
  CHECK(json.at("nodes").as_array().at(0).at("kind").as_string() == "file");
  CHECK(json.at("edges").as_array().empty());
  CHECK_FALSE(json.at("truncated").as_bool());
}
