// What the machine's own zone database cannot show: none at all, damaged files, and rules that no place uses
// now.
#include "core/base/time_zone.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

using wf::TimeZone;

struct Folder {
  std::string path;
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "wf-zones-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path + "/" + name, std::ios::binary) << bytes;
  }
};

// A file of version 2 without a single change: UTC until the rule begins, which it does at once.
std::string zone_file(const std::string& rule) {
  std::string counts("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4", 24);
  std::string part =
      "TZif2" + std::string(15, '\0') + counts + std::string(6, '\0') + std::string("UTC\0", 4);
  return part + part + "\n" + rule + "\n";
}

TimeZone::Fault fault_of(const std::variant<TimeZone, TimeZone::Trouble>& result) {
  return std::get<TimeZone::Trouble>(result).fault;
}

}  // namespace

TEST_CASE("without a database only UTC is known") {
  CHECK(fault_of(TimeZone::load("Europe/Berlin", "/nowhere/zoneinfo")) == TimeZone::Fault::no_database);
  CHECK(std::get<TimeZone>(TimeZone::load("UTC", "/nowhere/zoneinfo")).offset_at(0) == 0);
}

TEST_CASE("a damaged zone file is refused") {
  Folder folder;
  std::string whole = zone_file("CET-1CEST,M3.5.0,M10.5.0/3");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    folder.write("Cut", whole.substr(0, size));
    CHECK(fault_of(TimeZone::load("Cut", folder.path)) == TimeZone::Fault::damaged);
  }
  for (const char* rule : {"CET", "1", "CET-1CEST", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
                           "<CET-1", "CET-1CEST,M3.5.0,M10.5.0,M1.1.1"}) {
    folder.write("Bad", zone_file(rule));
    CHECK(fault_of(TimeZone::load("Bad", folder.path)) == TimeZone::Fault::damaged);
  }
}

TEST_CASE("rules by the day of the year, and for ever") {
  Folder folder;
  folder.write("Julian", zone_file("AAA3BBB,J60/0,J300"));
  folder.write("Zero", zone_file("<-03>3<-02>,59/0,299"));
  folder.write("None", zone_file("<+0545>-5:45"));
  auto at = [&](const std::string& name, std::int64_t instant) {
    return std::get<TimeZone>(TimeZone::load(name, folder.path)).offset_at(instant);
  };
  // 2023-03-01 03:00 UTC is day 60 (J) and day 59 (from 0); in the leap year 2024 J60 is 1 March and 59 is 29
  // February.
  CHECK(at("Julian", 1'677'639'599) == -10800);
  CHECK(at("Julian", 1'677'639'600) == -7200);
  CHECK(at("Julian", 1'709'261'999) == -10800);
  CHECK(at("Julian", 1'709'262'000) == -7200);
  CHECK(at("Zero", 1'677'639'600) == -7200);
  CHECK(at("Zero", 1'709'175'599) == -10800);
  CHECK(at("Zero", 1'709'175'600) == -7200);
  CHECK(at("None", 253'402'300'799) == 20700);
}
