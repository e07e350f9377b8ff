#include "core/store/event_log.hpp"

#include <doctest/doctest.h>

#include "core/store/event_check.hpp"
#include "tests/unit/store/fresh_store.hpp"

using namespace wf;
using namespace wf::test;

namespace {

Json object(std::string key, Json value) {
  Json json = Json::object();
  json.add(std::move(key), std::move(value));
  return json;
}

std::string problems(Database& database) {
  std::string text;
  for (const EventFinding& finding : verify_events(database).findings) {
    text += cat(finding.object(), ": ", finding.problem, '\n');
  }
  return text;
}

// A store with a run stream of three events that the store's stream vouches for.
struct Chained : FreshStore {
  Chained() {
    run = new_uuid4();
    Transaction transaction(database(), Transaction::Mode::write);
    EventWriter writer(database());
    StreamHead head;
    for (int i = 0; i < 3; ++i)
      head = writer.append(run_stream(run), EventType::node_succeeded, i, object("i", i));
    Json anchor = object("run", run.text());
    anchor.add("seq", head.seq);
    anchor.add("hash", head.hash.hex());
    writer.append(std::string(k_store_stream), EventType::run_closed, 9, anchor);
    transaction.commit();
  }
  Uuid run;
};

}  // namespace

TEST_CASE("the hash is that of the documented text") {
  Json data = object("k", 1.0);
  std::string text = data.canonical();
  Json json = Json::object();
  json.add("type", "t");
  json.add("stream", "a\"b");
  json.add("seq", 7);
  json.add("data", data);
  json.add("at", -5);
  Digest previous = sha256("p");
  CHECK(event_hash(previous, {"a\"b", 7, "t", -5, text}) ==
        sha256(cat("wf-event-1\n", previous.view(), json.canonical())));
}

TEST_CASE("streams are gap-free and read in the order of arrival") {
  Chained fresh;
  CHECK(problems(fresh.database()).empty());
  std::vector<std::int64_t> positions;
  for (const Event& event : read_events(fresh.database(), {1, 2})) {
    positions.push_back(event.pos);
    CHECK(event.stream == run_stream(fresh.run));
  }
  CHECK(positions == std::vector<std::int64_t>{2, 3});
}

TEST_CASE("a changed, a removed and a cut-off event are found and named") {
  Chained fresh;
  auto is_found = [&](std::string_view problem) {
    std::string found = problems(fresh.database());
    return found.find(run_stream(fresh.run)) != std::string::npos && found.find(problem) != std::string::npos;
  };
  SUBCASE("changed") {
    fresh.database().execute("UPDATE event SET data = '{\"i\":7}' WHERE pos = 3");
    CHECK(is_found("seq 2): its hash does not fit its content and the event before it"));
  }
  SUBCASE("removed") {
    fresh.database().execute("DELETE FROM event WHERE pos = 3");
    CHECK(is_found("events are missing"));
  }
  SUBCASE("cut off") {
    fresh.database().execute("DELETE FROM event WHERE pos = 4");
    CHECK(is_found("seq 3: the store's stream vouches for it, and it is missing"));
  }
  SUBCASE("another history") {
    Digest before = read_events(fresh.database(), {2, 1}).at(0).hash;
    std::string data = R"({"i":7})";
    Digest forged = event_hash(before, {run_stream(fresh.run), 3, "node.succeeded", 2, data});
    fresh.database().statement("UPDATE event SET data = ?1, hash = ?2 WHERE pos = 4").bind(data, forged).run();
    CHECK(is_found("it is not the one"));
  }
}
