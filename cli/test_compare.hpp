// What came of a test, against what it expects.
#pragma once
#include <string>
#include <vector>

#include "cli/run_session.hpp"
#include "core/definition/test_case.hpp"

namespace wf::cli {

struct Mismatch {
  std::string what;  // "run", "outputs.k", "where 'outputs.k > 3'", "nodes.publish"
  std::string expected;
  std::string got;
  std::vector<std::string> details = {};  // lines: the last ones of stderr, what differs, values
};

// Empty when all is as expected.
std::vector<Mismatch> compare(const TestCase& test, Store& store, const Workflow& workflow,
                              const Driven& driven);

}  // namespace wf::cli
