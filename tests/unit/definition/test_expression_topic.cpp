// The examples of `wf help expressions` are true.
#include <fstream>

#include "expression_support.hpp"

using namespace wf;
using namespace wf::test;

TEST_CASE("each example of the topic has the value that stands behind it") {
  std::ifstream topic(WF_EXPRESSIONS);
  int examples = 0;
  for (std::string line; std::getline(topic, line);) {
    std::size_t comment = line.find(" // ");
    if (!line.starts_with("    ") || comment == std::string::npos) continue;
    CAPTURE(line);
    ++examples;
    std::string kind = checked(line);
    CHECK_FALSE(kind.starts_with("!"));
    CHECK(evaluated(line) == line.substr(comment + 4));
  }
  CHECK(examples > 25);
}
