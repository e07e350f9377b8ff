// JUnit XML, whatever the test cases stand for.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wf::cli {

struct JunitCase {
  std::string classname;
  std::string name;
  std::int64_t took_us = 0;
  std::string_view kind;  // failure, error, skipped; empty for a pass
  std::string message;
  std::string type;  // of a failure or an error
  std::string content;
};

struct JunitSuite {
  std::string name;
  std::int64_t started_us = 0;
  std::int64_t took_us = 0;
  std::string host;
  std::vector<std::pair<std::string, std::string>> properties;
  std::vector<JunitCase> cases;

  void add(JunitCase one) { cases.push_back(std::move(one)); }
  std::int64_t count(std::string_view kind) const;
};

std::string junit_document(const std::vector<JunitSuite>& suites);

}  // namespace wf::cli
