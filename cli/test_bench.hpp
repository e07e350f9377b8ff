// Runs the tests of one definition, one after the other, in a store that is thrown away.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "cli/run_session.hpp"
#include "cli/test_compare.hpp"
#include "core/definition/load.hpp"

namespace wf::cli {

struct TestOutcome {
  std::string test;
  std::string description;
  std::int64_t line = 0;             // where it stands
  std::vector<std::string> stubbed;  // tasks
  std::vector<Mismatch> mismatches;
  RunState state = RunState::succeeded;
  RunProgress progress;
  std::int64_t started_us = 0;
  std::int64_t took_us = 0;
  int signal = 0;  // that ended it; 0: none

  bool passed() const { return mismatches.empty() && signal == 0; }
};

class TestBench {
 public:
  // Registers the definition, which is without errors, and takes in the files of its tests.
  TestBench(const Context& context, std::unique_ptr<Store> store, const std::string& path,
            const LoadedDefinition& definition);

  // What a task that is no stub has made is reused by later tests.
  TestOutcome run(const TestCase& test, KeeperLink& keeper, const DriverSignals& signals);

 private:
  NewRun new_run(const TestCase& test);
  void take_files();

  const Context& context_;
  std::unique_ptr<Store> store_;
  const LoadedDefinition& definition_;
  RegistrationOutcome registered_;
  Workflow workflow_;  // as it is registered, with all that it uses
};

}  // namespace wf::cli
