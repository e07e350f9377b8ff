#include <doctest/doctest.h>

#include <cstdlib>
#include <map>

#include "core/base/base64.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/definition/image_reference.hpp"
#include "executors/docker/engine.hpp"
#include "executors/docker/exit_file.hpp"
#include "executors/docker/registry_login.hpp"

namespace wf {

namespace {

EngineAddress found(std::map<std::string, std::string> variables) {
  variables.try_emplace("HOME", "/nowhere");
  return find_engine([&](const std::string& name) {
    auto one = variables.find(name);
    return one == variables.end() ? std::nullopt : std::optional(one->second);
  });
}

// What a shim would have written as that.
std::optional<ExitFile> record_of(const std::string& text) {
  std::string folder = "/tmp/wf-exit-XXXXXX";
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  replace_file_durably(folder + "/exit.json", text, 0600);
  auto record = read_exit_file(folder, "program");
  remove_tree(folder);
  return record;
}

}  // namespace

TEST_CASE("an engine is where the docker command would find it") {
  CHECK(found({}).endpoint.unix_socket == "/var/run/docker.sock");
  CHECK(found({{"DOCKER_HOST", "unix:///a/b.sock"}}).endpoint.unix_socket == "/a/b.sock");
  CHECK(found({{"DOCKER_HOST", "tcp://host"}}).endpoint.base == "http://host:2375");
  CHECK(found({{"DOCKER_HOST", "tcp://host"}, {"DOCKER_TLS_VERIFY", "1"}}).endpoint.base == "https://host:2376");
  CHECK(found({{"DOCKER_HOST", "tcp://[::1]:99/"}}).endpoint.base == "http://[::1]:99");
  CHECK(found({{"DOCKER_HOST", "tcp://h:1"}, {"DOCKER_TLS", "1"}}).endpoint.identity == HttpEndpoint::Identity::unchecked);
  CHECK(found({{"DOCKER_CONTEXT", "default"}}).text == "unix:///var/run/docker.sock");
  CHECK_THROWS_AS(found({{"DOCKER_CONTEXT", "none"}}), Error);
  CHECK_THROWS_AS(found({{"DOCKER_HOST", "ssh://host"}}), Error);
}

TEST_CASE("a repository's name says which registry it is from") {
  CHECK(registry_of("python") == "https://index.docker.io/v1/");
  CHECK(registry_of("library/python") == "https://index.docker.io/v1/");
  CHECK(registry_of("docker.io/library/python") == "https://index.docker.io/v1/");
  CHECK(registry_of("ghcr.io/team/tool") == "ghcr.io");
  CHECK(registry_of("localhost/tool") == "localhost");
  CHECK(registry_of("build:5000/tool") == "build:5000");
}

TEST_CASE("base64 is read as it is written, and nothing else is") {
  for (const char* text : {"", "a", "ab", "abc", "ann:open sesame"})
    CHECK(from_base64(to_base64(text)) == text);
  for (const char* text : {"a", "YQ", "YQ=", "Y===", "Y Q=", "YQ==YQ=="}) CHECK_FALSE(from_base64(text));
}

TEST_CASE("both sides speak the newest API that both know") {
  const auto agreed = [](const char* oldest, const char* newest) {
    auto version = agreed_version(*ApiVersion::parse(oldest), *ApiVersion::parse(newest));
    return version ? version->text() : "none";
  };
  CHECK(agreed("1.12", "1.41") == "1.41");
  CHECK(agreed("1.24", "1.44") == "1.44");
  CHECK(agreed("1.44", "1.99") == k_newest_api.text());
  CHECK(agreed("1.12", "1.40") == "none");
  CHECK(agreed("1.99", "1.99") == "none");
  CHECK_FALSE(ApiVersion::parse("1"));
  CHECK_FALSE(ApiVersion::parse("1.x"));
}

TEST_CASE("a record of an end is read as a shim wrote it, and anything else is none") {
  const std::string rest =
      R"("started_us":1,"ended_us":2,"duration_ns":3,"max_rss_bytes":4,"cpu_us":5,"limit_hits":6,"oom_kills":0})";
  auto record = record_of(R"({"exit_code":3,"signal":0,"told":0,"failed":"","error":0,)" + rest);
  REQUIRE(record);
  CHECK(record->record.exit_code == 3);
  CHECK(record->record.memory_events->limit_hits == 6);
  record = record_of(R"({"exit_code":-1,"signal":0,"told":0,"failed":"execute","error":13,)" + rest);
  CHECK(record->record.start_error.starts_with("cannot execute 'program': Permission denied"));
  for (const char* foreign : {"", "{", "[]", "{}", "null", R"({"exit_code":"3"})", "\xff"}) CHECK_FALSE(record_of(foreign));
}

TEST_CASE("names of images") {
  for (const char* good : {"busybox", "python:3.12-slim", "ghcr.io/a/b_c:v1", "localhost:5000/x", "a/b-c/d__e"})
    CHECK(is_image_reference(good));
  CHECK(is_image_reference("sha256:" + std::string(64, 'a')));
  CHECK(is_image_reference("x:1@sha256:" + std::string(64, '0')));
  for (const char* bad : {"", "Python", "a b", "x:", "x@y", "-x", "x:1@sha256:12", "../x", "http://x/y"})
    CHECK_FALSE(is_image_reference(bad));
}

}  // namespace wf
