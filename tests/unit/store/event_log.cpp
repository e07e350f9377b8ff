#include "core/store/event_log.hpp"

#include <doctest/doctest.h>

#include "tests/unit/store/fresh_store.hpp"

using namespace wf;
using namespace wf::test;

namespace {

Json object(std::string key, Json value) {
  Json json = Json::object();
  json.add(std::move(key), std::move(value));
  return json;
}

std::string problems(Database& database) { return join(verify_events(database), "\n"); }

// A store with a run stream of three events that the store's stream vouches for.
struct Chained : FreshStore {
  Chained() {
    run = new_uuid4();
    Transaction transaction(database(), Transaction::Mode::write);
    EventWriter writer(database());
    StreamHead head;
    for (int i = 0; i < 3; ++i) head = writer.append(run_stream(run), EventType::node_succeeded, i, object("i", i));
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
  Event event;
  event.stream = std::string("a\"b");
  event.seq = 7;
  event.type += 't';
  event.at_us = -5;
  event.data = object("k", 1.0);
  Json json = Json::object();
  json.add("type", "t");
  json.add("stream", "a\"b");
  json.add("seq", 7);
  json.add("data", event.data);
  json.add("at", -5);
  Digest previous = sha256("p");
  CHECK(event_hash(previous, event) == sha256(cat("wf-event-1\n", previous.view(), json.canonical())));
}

TEST_CASE("streams are gap-free and read in the order of arrival") {
  Chained fresh;
  CHECK(problems(fresh.database()).empty());
  std::vector<std::int64_t> positions;
  read_events(fresh.database(), 1, 2, [&](const Event& event) {
    positions.push_back(event.pos);
    CHECK(event.stream == run_stream(fresh.run));
    return true;
  });
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
    CHECK(is_found("event 3, which the store's stream vouches for, is missing"));
  }
  SUBCASE("another history") {
    fresh.database().execute("DELETE FROM event WHERE stream LIKE 'run:%'");
    Transaction transaction(fresh.database(), Transaction::Mode::write);
    EventWriter writer(fresh.database());
    for (int i = 0; i < 3; ++i) writer.append(run_stream(fresh.run), EventType::node_failed, i, Json::object());
    transaction.commit();
    CHECK(is_found("is not the one"));
  }
}
