// In what order files were written to.
#include <doctest/doctest.h>
#include <fcntl.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/base/write_watch.hpp"

using namespace wf;

namespace {

// Two folders with an open file each.
struct Writers {
  Writers() {
    std::string pattern = "/tmp/wf-writes-XXXXXX";
    root = ::mkdtemp(pattern.data());
    for (const char* name : {"a", "b"}) make_folder(cat(root, "/", name));
  }
  ~Writers() { std::filesystem::remove_all(root); }

  void open(WriteWatch& watch) {
    for (std::size_t i = 0; i < 2; ++i) watch.add(i, folder(i), WriteWatch::Files::to_come);
    for (std::size_t i = 0; i < 2; ++i) {
      files[i] = open_file(folder(i) + "/out", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
      watch.add_files(i);
    }
  }
  std::string folder(std::size_t i) const { return cat(root, i == 0 ? "/a" : "/b"); }
  void write(std::size_t i, std::string_view text) { write_all(files[i].get(), text, "out"); }

  std::string root;
  std::array<Fd, 2> files;
};

// "a3 b6": the folder and how far its file had got, in order.
std::string order(WriteWatch& watch) {
  std::string text;
  std::int64_t last_us = 0;
  for (const WriteWatch::Growth& growth : watch.take()) {
    text += cat(text.empty() ? "" : " ", growth.folder == 0 ? "a" : "b", growth.end);
    CHECK(growth.time_us > last_us);
    last_us = growth.time_us;
  }
  return text;
}

}  // namespace

TEST_CASE("writes of two files in the order in which they were made") {
  SystemClock clock;
  WriteWatch watch(clock, {"out", "err"});
  Writers writers;
  for (int use = 0; use < 2; ++use) {  // the folders are used again, and the files emptied
    writers.open(watch);
    CHECK(order(watch).empty());
    for (std::size_t i : {0U, 0U, 1U, 0U, 1U}) writers.write(i, "line\n");
    CHECK(order(watch) == "a10 b5 a15 b10");
    writers.write(1, "no end");
    CHECK(order(watch) == "b16");
    CHECK(order(watch).empty());
    for (std::uint64_t i = 0; i < 2; ++i) watch.remove(i);
    writers.write(0, "unheard\n");
    CHECK(order(watch).empty());
  }
}

TEST_CASE("writes that are not one line each are spread evenly") {
  SystemClock clock;
  WriteWatch watch(clock, {"out", "err"});
  Writers writers;
  writers.open(watch);
  for (int i = 0; i < 2; ++i) {
    writers.write(0, "two\nlines\n");
    writers.write(1, "half");
    writers.write(1, "line\n");
  }
  CHECK(order(watch) == "a10 b9 a20 b18");
}

TEST_CASE("a file that is emptied begins anew") {
  SystemClock clock;
  WriteWatch watch(clock, {"out", "err"});
  Writers writers;
  writers.open(watch);
  writers.write(0, "line\n");
  CHECK(order(watch) == "a5");
  Fd emptied = open_file(writers.folder(0) + "/out", O_WRONLY | O_TRUNC);
  CHECK(order(watch) == "a0");
}

TEST_CASE("more writes than the kernel keeps notices of") {
  SystemClock clock;
  WriteWatch watch(clock, {"out", "err"});
  Writers writers;
  writers.open(watch);
  for (int i = 0; i < 20'000; ++i) writers.write(0, "x\n");
  for (int i = 0; i < 20'000; ++i) writers.write(1, "x\n");
  const std::string seen = order(watch);
  CHECK(seen.find("a40000") != std::string::npos);
  CHECK(seen.find("b40000") != std::string::npos);
}
