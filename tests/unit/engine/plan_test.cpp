// The plan of a workflow, and what a task's cache key is made of.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "core/engine/cache_key.hpp"
#include "core/engine/plan.hpp"
#include "core/engine/run_record.hpp"

namespace wf {
namespace {

Port port(std::string name, Kind kind) { return {name, Type(kind), {}, name, ""}; }

Task task(std::string name) {
  Task task;
  task.name = std::move(name);
  task.inputs = {port("a", Kind::integer), port("b", Kind::integer)};
  task.outputs = {port("x", Kind::integer)};
  task.command = {{Argument(std::string("true"))}};
  task.shell = {"sh", "-eu"};
  return task;
}

Node node(std::string name, std::vector<std::pair<std::string, std::string>> sources) {
  Node node;
  node.name = std::move(name);
  node.task = "t";
  for (auto& [input, source] : sources) node.with.emplace_back(input, Binding{Reference{source, "x", {}}});
  return node;
}

Digest key_of(const Task& task, const std::vector<Json>& values) {
  TaskKey key(task, Environments{"linux/amd64"}.part_of(task));
  std::vector<const Json*> pointers;
  for (const Json& value : values) pointers.push_back(&value);
  return key.key(key.inputs_text(pointers));
}

TEST_CASE("a plan puts every node behind those it waits for, and counts them once") {
  Workflow workflow;
  workflow.tasks = {task("t")};
  workflow.nodes = {node("last", {{"a", "left"}, {"b", "right"}}),
                    node("right", {{"a", "first"}, {"b", "first"}}), node("left", {{"a", "first"}}),
                    node("first", {})};
  Plans plans(workflow, Digest(), {"linux/amd64"});
  const Plan& plan = plans.root();
  std::vector<std::string> order;
  for (const PlanNode& planned : plan.nodes) order.push_back(planned.node->name);
  CHECK(order.front() == "first");
  CHECK(order.back() == "last");
  CHECK(plan.nodes.front().successors.size() == 2);
  CHECK(plan.nodes.back().predecessors == 2);
  CHECK(plan.nodes[1].predecessors == 1);  // two inputs from one node
}

TEST_CASE("parts of a key are separated: moving text from one to the next gives another key") {
  Task one = task("t");
  one.command = {{Argument(std::string("ab"))}, {Argument(std::string("c"))}};
  Task other = task("t");
  other.command = {{Argument(std::string("a"))}, {Argument(std::string("bc"))}};
  CHECK(key_of(one, {Json(1), Json(2)}) != key_of(other, {Json(1), Json(2)}));
  one = other;
  one.cache.version = "1";
  other.cache.version = "2";
  CHECK(key_of(one, {Json(1), Json(2)}) != key_of(other, {Json(1), Json(2)}));
  CHECK(key_of(one, {Json(1), Json(2)}) != key_of(one, {Json(2), Json(1)}));
}

TEST_CASE("the name, the description and the order of inputs are no part of a key") {
  Task one = task("t");
  Task other = task("u");
  other.description = "another";
  std::swap(other.inputs[0], other.inputs[1]);
  CHECK(key_of(one, {Json(1), Json(2)}) == key_of(other, {Json(2), Json(1)}));
}

TEST_CASE("an int and a float are different values") {
  Task task_of_json = task("t");
  task_of_json.inputs = {port("a", Kind::json), port("b", Kind::json)};
  CHECK(key_of(task_of_json, {Json(1), Json(1)}) != key_of(task_of_json, {Json(1.0), Json(1)}));
  CHECK(key_of(task_of_json, {Json(0.0), Json(1)}) == key_of(task_of_json, {Json(-0.0), Json(1)}));
}

TEST_CASE("names of attempts are DNS labels and never the same") {
  Uuid run = *Uuid::parse("01a20000-0000-7000-8000-0123456789ab");
  NodePath path{"a_very_long_name_of_a_node_with_underscores_", 12345};
  std::string name = attempt_name(run, path, 3, 2);
  CHECK(name.size() <= 63);
  CHECK(name.starts_with("wf-0123456789ab-a-very-long-name-"));
  CHECK(name.ends_with("-3-2"));
  CHECK(name.find('_') == std::string::npos);
  CHECK(name != attempt_name(run, {path.node, 12346}, 3, 2));
  CHECK(name != attempt_name(run, path, 3, 3));
  // The digests of these begin with the same 8 digits.
  CHECK(attempt_name(run, {"t", 3470}, 1, 1) != attempt_name(run, {"t", 5826}, 1, 1));
  CHECK(attempt_name(run, {"sub[3].in_it", -1}, 1, 1).starts_with("wf-0123456789ab-in-it-"));
}

}  // namespace
}  // namespace wf
