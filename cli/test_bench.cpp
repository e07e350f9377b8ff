#include "cli/test_bench.hpp"

#include <algorithm>
#include <utility>

#include "cli/lending.hpp"
#include "core/base/text.hpp"
#include "core/engine/run_inputs.hpp"
#include "core/registry/bundled_blob.hpp"
#include "core/store/version.hpp"

namespace wf::cli {

TestBench::TestBench(const Context& context, std::unique_ptr<Store> store, const std::string& path,
                     const LoadedDefinition& definition)
    : context_(context), store_(std::move(store)), definition_(definition) {
  Lending(context, *store_).lend_used(*definition.workflow);
  registered_ = register_definitions(*store_, context.scope(), {{path, &definition}}, "", Apply::yes).front();
  workflow_ = load_version(store_->database(), registered_.version);
  take_files();
}

void TestBench::take_files() {
  std::vector<NewBlob> blobs;
  for (const BundledFile& file : definition_.test_files) blobs.push_back(take_bundled(store_->blobs(), file));
  store_->blobs().sync();
  Transaction transaction(store_->database(), Transaction::Mode::write);
  for (const NewBlob& blob : blobs) store_->blobs().record(store_->database(), blob);
  transaction.commit();
}

NewRun TestBench::new_run(const TestCase& test) {
  LaunchPlan given;
  given.inputs = test.inputs;
  ReferenceResolver none = [](const std::string&) { return ReferencedValue{}; };
  NewRun run;
  run.inputs = resolve_inputs(workflow_, given, {}, store_->blobs(), none).inputs;
  run.scope = context_.scope();
  run.workflow = registered_.name;
  run.version = registered_.version;
  run.registration = registered_.seq;
  run.requested = registered_.path;
  run.settings = run_settings(context_, std::nullopt);
  return run;
}

TestOutcome TestBench::run(const TestCase& test, KeeperLink& keeper, const DriverSignals& signals) {
  TestOutcome outcome;
  outcome.test = test.name;
  outcome.description = test.description;
  outcome.line = test.line;
  for (const Task& task : definition_.workflow->tasks) {
    auto named = [&](const StubbedTask& stub) { return stub.task == task.name; };
    if (test.stubs.all || std::any_of(test.stubs.tasks.begin(), test.stubs.tasks.end(), named))
      outcome.stubbed.push_back(task.name);
  }
  outcome.started_us = context_.clock.wall_us();
  std::int64_t began_ns = context_.clock.boottime_ns();
  NewRun wanted = new_run(test);
  StubbedWorkflow made = stubbed(workflow_, test.stubs, store_->blobs());
  wanted.blobs = std::move(made.blobs);
  Driven driven = drive(context_, *store_, keeper, signals, create_run(*store_, wanted).claim.value(), made.workflow,
                        {&made.stubs, ProgressStyle::none, test.signals});
  outcome.state = driven.summary.state;
  outcome.progress = driven.summary.progress;
  outcome.signal = driven.signal;
  if (outcome.signal == 0) outcome.mismatches = compare(test, *store_, workflow_, driven);
  outcome.took_us = (context_.clock.boottime_ns() - began_ns) / 1000;
  return outcome;
}

}  // namespace wf::cli
