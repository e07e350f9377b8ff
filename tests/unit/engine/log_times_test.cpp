// When logs were written: what is kept of it.
#include <doctest/doctest.h>

#include "core/catalog/log_times.hpp"

using namespace wf;

namespace {

LogTimes many(std::size_t count) {
  LogTimes times;
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::int64_t>(i);
    times.add(
        {i % 3 == 0 ? LogStream::err : LogStream::out, 10 + at * 300, 1'700'000'000'000'000 + at * 1000});
  }
  return times;
}

bool same(const LogTimes& a, const LogTimes& b) {
  if (a.marks().size() != b.marks().size()) return false;
  for (std::size_t i = 0; i < a.marks().size(); ++i) {
    const LogMark& x = a.marks()[i];
    const LogMark& y = b.marks()[i];
    if (x.stream != y.stream || x.end != y.end || x.time_us != y.time_us) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("marks come back as they were packed, in few bytes") {
  for (std::size_t count : {0U, 1U, 2U, 1000U})
    CHECK(same(LogTimes::unpacked(many(count).packed()), many(count)));
  CHECK(many(1).packed().size() <= 10);
  CHECK(many(1001).packed().size() <= 10 + 1000 * 4);
}

TEST_CASE("of too many marks the older ones are thinned out, and the last ones stay") {
  const LogTimes times = many(10 * LogTimes::k_most);
  const auto& marks = times.marks();
  REQUIRE(marks.size() < LogTimes::k_most);
  REQUIRE(marks.size() > LogTimes::k_most / 4);
  CHECK(marks.back().time_us - marks[marks.size() - 2].time_us == 1000);
  CHECK(marks[1].time_us - marks[0].time_us > 1000);
  for (std::size_t i = 1; i < marks.size(); ++i) REQUIRE(marks[i].time_us > marks[i - 1].time_us);
  CHECK(same(LogTimes::unpacked(times.packed()), times));
}

TEST_CASE("what was cut off has no marks any more") {
  LogTimes times;
  CHECK(times.add({LogStream::out, 10, 1}));
  CHECK(times.add({LogStream::err, 20, 2}));
  CHECK(times.add({LogStream::out, 30, 3}));
  CHECK_FALSE(times.add({LogStream::out, 12, 4}));
  REQUIRE(times.marks().size() == 3);
  CHECK(times.marks().back().end == 12);
  CHECK_FALSE(times.add({LogStream::out, 0, 5}));
  CHECK(times.marks().size() == 1);
}

TEST_CASE("bytes that are no marks are left out") {
  const std::string good = many(3).packed();
  for (std::size_t length = 0; length < good.size(); ++length)
    CHECK(LogTimes::unpacked(good.substr(0, length)).marks().size() < 3);
  CHECK(LogTimes::unpacked(std::string(100, '\xff')).marks().empty());
  CHECK(LogTimes::unpacked(good + std::string(9, '\xfe') + "\x01").marks().size() == 3);
  CHECK(LogTimes::unpacked(std::string(5, '\xff') + std::string(7, '\xff') + '\x7f').marks().empty());
}
