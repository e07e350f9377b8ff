// wf test: the tests that stand in definitions.
#include <fnmatch.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/definition_file.hpp"
#include "cli/junit_suite.hpp"
#include "cli/output.hpp"
#include "cli/report_file.hpp"
#include "cli/scratch_folder.hpp"
#include "cli/test_bench.hpp"
#include "cli/topics.hpp"
#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/json_members.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::vector<std::string> paths;
  std::optional<std::string> pattern;
  std::optional<std::string> junit;
};

struct TestFile {
  std::string path;
  LoadedDefinition definition;
  std::vector<TestCase> tests;  // those that were asked for
  std::vector<TestOutcome> outcomes = {};
};

// A failure with a code that nothing has would never come.
void require_code(const TestFile& file, const TestCase& test) {
  const std::string& code = test.expect.failure;
  bool is_code = code.size() == 8 && (code.starts_with("WF-E") || code.starts_with("WF-W"));
  if (!is_code) return;
  static const std::vector<Topic> known = all_diagnostics();
  if (std::any_of(known.begin(), known.end(), [&](const Topic& one) { return one.name == code; })) return;
  throw Error(codes::k_usage,
              cat("'", file.path, "': test '", test.name, "' in line ", test.line, " expects ", code,
                  ", and there is no such code"),
              "'wf help diagnostics' lists them");
}

std::vector<TestFile> read_files(const Context& context, const Options& options) {
  std::vector<TestFile> files;
  std::size_t tests = 0;
  for (const std::string& path : options.paths) {
    if (!exists(path)) {
      throw Error(codes::k_file_not_found, cat("there is no file '", escape_terminal(path), "'"),
                  "tests are read from files: give the path of a definition");
    }
    TestFile file{path, load_without_errors(context, path, "nothing was tested"), {}};
    auto left_out = [&](const TestCase& test) {
      return options.pattern && ::fnmatch(options.pattern->c_str(), test.name.c_str(), 0) != 0;
    };
    std::remove_copy_if(file.definition.tests.begin(), file.definition.tests.end(),
                        std::back_inserter(file.tests), left_out);
    for (const TestCase& one : file.tests) require_code(file, one);
    tests += file.tests.size();
    files.push_back(std::move(file));
  }
  if (tests > 0) return files;
  std::string where = files.size() == 1 ? cat("'", files.front().path, "' has") : "these files have";
  throw Error(codes::k_usage,
              cat(where, " no test", options.pattern ? cat(" that '", *options.pattern, "' matches") : "s"),
              options.pattern ? "the pattern is one of names, such as 'small_*'"
                              : "write them under 'tests', as 'man wf-workflow' shows");
}

std::string counts_of(const TestOutcome& outcome) {
  const RunProgress& did = outcome.progress;
  std::string text = list_counts(
      {{did.ran, "ran"}, {did.reused, "reused"}, {did.failed, "failed"}, {did.skipped, "skipped"}});
  return cat(text.empty() ? "nothing to do" : text,
             outcome.stubbed.empty() ? "" : cat("; stubs: ", join(outcome.stubbed, ", ")));
}

std::string mismatch_text(const Mismatch& mismatch) {
  std::string text = cat("      ", mismatch.what, "\n        expected  ", mismatch.expected,
                         "\n        got       ", mismatch.got, "\n");
  for (const std::string& line : mismatch.details) text += cat("          ", line, "\n");
  return escape_terminal(text, Lines::multiline);
}

std::string outcome_text(const TestOutcome& outcome, std::size_t width) {
  std::string word = outcome.passed() ? styled(Style::good, "ok    ") : styled(Style::bad, "FAILED");
  std::string text = cat("  ", word, "  ", outcome.test, std::string(width - outcome.test.size() + 2, ' '),
                         human_duration_us(outcome.took_us), ": ", counts_of(outcome),
                         outcome.passed() ? "" : cat("; line ", outcome.line), "\n");
  for (const Mismatch& mismatch : outcome.mismatches) text += mismatch_text(mismatch);
  return text;
}

// Runs the tests of a file and tells of each as it ends; the signal that ended them, or 0.
int run_tests(const Context& context, TestFile& file, TestBench& bench, KeeperLink& keeper,
              const DriverSignals& signals) {
  bool human = context.is_format("table");
  std::size_t width = 0;
  for (const TestCase& test : file.tests) width = std::max(width, test.name.size());
  std::string heading = escape_terminal(file.path) + "\n";
  for (const TestCase& test : file.tests) {
    TestOutcome outcome = bench.run(test, keeper, signals);
    if (outcome.signal != 0) return outcome.signal;
    if (human && !(context.globals.quiet && outcome.passed()))
      print_styled(context, std::exchange(heading, "") + outcome_text(outcome, width), Paging::never);
    file.outcomes.push_back(std::move(outcome));
  }
  return 0;
}

Json outcome_json(const TestFile& file, const TestOutcome& outcome) {
  Json json = Json::object();
  json.add("file", file.path).add("workflow", file.definition.workflow->name).add("test", outcome.test);
  json.add("line", outcome.line).add("description", or_null(outcome.description));
  json.add("result", outcome.passed() ? "passed" : "failed").add("state", run_state_name(outcome.state));
  const RunProgress& did = outcome.progress;
  json.add("ran", did.ran).add("reused", did.reused).add("failed", did.failed).add("skipped", did.skipped);
  json.add("stubbed", list_json(outcome.stubbed)).add("took_us", outcome.took_us);
  return json.add(
      "mismatches", list_json(outcome.mismatches, [](const Mismatch& mismatch) {
        Json one = Json::object();
        one.add("what", mismatch.what).add("expected", mismatch.expected).add("got", mismatch.got);
        return one.add("details", list_json(mismatch.details, [](const std::string& line) {
                         return Json(escape_terminal(line));
                       }));
      }));
}

JunitSuite suite_of(const TestFile& file) {
  JunitSuite suite;
  suite.name = file.definition.workflow->name;
  suite.host = "localhost";
  suite.properties = {{"file", file.path}};
  if (!file.outcomes.empty()) suite.started_us = file.outcomes.front().started_us;
  for (const TestOutcome& outcome : file.outcomes) {
    suite.took_us += outcome.took_us;
    JunitCase one{suite.name, outcome.test, outcome.took_us, "", "", "", ""};
    for (const Mismatch& mismatch : outcome.mismatches) {
      if (one.kind.empty())
        one.message = cat(mismatch.what, ": expected ", mismatch.expected, ", got ", mismatch.got);
      one.kind = "failure";
      one.type = "mismatch";
      one.content += mismatch_text(mismatch);
    }
    suite.add(std::move(one));
  }
  return suite;
}

Exit report(const Context& context, const Options& options, const std::vector<TestFile>& files) {
  std::vector<JunitSuite> suites;
  Json tests = Json::array();
  std::int64_t passed = 0;
  std::int64_t failed = 0;
  for (const TestFile& file : files) {
    for (const TestOutcome& outcome : file.outcomes) {
      ++(outcome.passed() ? passed : failed);
      tests.push(outcome_json(file, outcome));
    }
    suites.push_back(suite_of(file));
  }
  Json json = Json::object().add("tests", std::move(tests)).add("passed", passed).add("failed", failed);
  print_object(context, cat(passed, " passed, ", failed, " failed\n"), json);
  if (options.junit) write_report(*options.junit, junit_document(suites));
  return failed == 0 ? Exit::ok : Exit::run_failed;
}

Exit test(const Context& context, const Options& options, const ScratchFolder& scratch, KeeperLink& keeper) {
  std::vector<TestFile> files = read_files(context, options);
  DriverSignals signals;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].tests.empty()) continue;
    TestBench bench(context, scratch.make_store(context, cat("store-", i)), files[i].path,
                    files[i].definition);
    int signal = run_tests(context, files[i], bench, keeper, signals);
    if (signal == 0) continue;
    print_error("wf: stopped by a signal; the tests that were left did not run\n");
    return exit_of_signal(signal, Exit::aborted);
  }
  return report(context, options, files);
}

}  // namespace

Command make_test() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "test";
  command.summary = "Run the tests that stand in definitions";
  command.details =
      "Each test under 'tests' of a FILE is a run with the inputs that it gives, and what has to come of it: "
      "values of outputs, expressions that have to be true, how nodes end, or a failure. Tasks named under "
      "'stub' or 'stubs' are not run: their outputs are made up by their types, or stand there. No gate "
      "waits: it is told what stands under 'signals', else it is approved, given a value of its type, or "
      "over. See wf-workflow(5).\n\n"
      "The tests of a file share a temporary store: what one has computed the next reuses, and nothing of it "
      "is "
      "seen by runs. Results of stubs are never reused. The store is removed at the end, also after "
      "Ctrl-C.\n\n"
      "Exit status: 0 when all tests passed, 1 when one failed, 2 when a definition or a test is wrong or "
      "there "
      "is none, 130 or 143 after a signal.";
  command.examples = {{"wf test iris.yaml", "all tests of a definition"},
                      {"wf test iris.yaml -k 'small_*'", "some of them"},
                      {"wf test */*.yaml --junit tests.xml", "all tests of many, and a report for CI"}};
  command.positionals = {{"FILE", "a definition with tests", &options->paths}};
  command.options = {
      {"-k,--only", "PATTERN", "the tests whose names match, as file names match", &options->pattern},
      {"--junit", "FILE", "write the outcome as JUnit XML, a test case for each test", &options->junit}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) {
    ScratchFolder scratch;
    return run_as_driver(context, [&](KeeperLink& keeper) { return test(context, *options, scratch, keeper); },
                         &scratch);
  };
  return command;
}

}  // namespace wf::cli
