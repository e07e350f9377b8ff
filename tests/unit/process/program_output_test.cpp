#include <doctest/doctest.h>
#include <signal.h>

#include "core/base/pipe.hpp"
#include "core/base/program_output.hpp"
#include "support.hpp"

namespace wf::test {

namespace {

constexpr std::int64_t k_long_ns = 60'000'000'000;

ProgramOutput said(const std::string& script, const OutputLimits& limits = {1000, k_long_ns}) {
  SpawnRequest request;
  request.argv = {"/bin/sh", "-c", script};
  request.environment = {k_path};
  return program_output(std::move(request), limits);
}

}  // namespace

TEST_CASE("a program's output is what it has written when it exits") {
  ProgramOutput output = said("echo one; echo two >&2; echo three");
  CHECK(output.out == "one\nthree\n");
  CHECK(output.failure.empty());
}

TEST_CASE("what a program leaves behind is not waited for, and goes on") {
  ProgramOutput output = said("sleep 1000 & echo $!");
  CHECK(output.failure.empty());
  auto left = open_pidfd(static_cast<pid_t>(*parse_int(trim(output.out))));
  REQUIRE(left);
  CHECK(!has_ended(*left));
  CHECK(send_signal(*left, SIGKILL));
}

TEST_CASE("what fills a pipe after the exit of a program does not hold up the answer") {
  ProgramOutput output = said("(trap '' PIPE; while echo more >&2; do :; done) & echo one");
  CHECK(output.out == "one\n");
}

TEST_CASE("a program that fails says so by its last line") {
  CHECK(said("echo first >&2; echo last >&2; echo >&2; exit 3").failure == "exited with code 3: last");
  CHECK(said("kill -9 $$").failure == "was killed by signal 9 (SIGKILL)");
  CHECK(said("exit 1").failure == "exited with code 1");
}

TEST_CASE("a program is ended beyond its limits, with all below it") {
  CHECK(said("sleep 1000; :", {1000, 1'000'000}).failure == "did not end within 1ms");
  CHECK(said("yes & sleep 1000", {1000, k_long_ns}).failure == "wrote more than 1000 bytes");
  Pipe stop = make_pipe(Reader::polls);
  write_all(stop.write.get(), "x", "a pipe");
  CHECK(said("sleep 1000; :", {1000, k_long_ns, stop.read.get()}).failure == "was stopped");
}

TEST_CASE("a program that is not there") {
  SpawnRequest request;
  request.argv = {"no-such-program-of-wf"};
  CHECK(program_output(std::move(request), {1000, k_long_ns}).failure.find("cannot execute") == 0);
}

}  // namespace wf::test
