// wf report: a run as a page, as a trace, as a table.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/report/formats.hpp"
#include "cli/report/page.hpp"
#include "cli/report/task_files.hpp"
#include "cli/report_file.hpp"
#include "cli/store_access.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string run;
  std::optional<std::string> out;
  std::optional<std::string> files;
};

std::string text_of(const Context& context, Store& store, History& history, const RunAccount& account) {
  if (context.is_format("trace")) return trace_text(account);
  if (context.is_format("tsv")) return attempts_table(account);
  return report_page(store, history, account);
}

Exit report(Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  Transaction snapshot(store->database(), Transaction::Mode::read);
  RunKey run = find_run(store->database(), scope.project, scope.domain, options.run);
  History history(store->database());
  RunAccount account = read_account(*store, history, run);
  if (options.files) {
    write_task_files(*options.files, store->blobs(), task_files_of(store->database(), account));
    if (!options.out) return Exit::ok;
  }
  std::string text = text_of(context, *store, history, account);
  options.out ? write_report(*options.out, text) : print(text);
  return Exit::ok;
}

}  // namespace

Command make_report() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "report";
  command.summary = "Make a page of a run: how it went, why it failed, what took long";
  command.details =
      "The page needs nothing else and asks for nothing: no server, no network. It has a timeline with all "
      "attempts and the waits between them, the graph with the state of each node, failures with the end of "
      "their stderr, times and memory by node, inputs and outputs, what was reused from where, and the files "
      "that tasks left in $WF_OUTPUTS/_report/ (html svg png jpg gif webp md txt log csv tsv json). "
      "Those are shown where they can run and load nothing.\n\n"
      "The critical path is marked: the execution that ended last, before it the one that ended last among "
      "those that it had to wait for, and so on. Making these faster makes the run faster.\n\n"
      "-o trace is for Perfetto and chrome://tracing. -o tsv has a row for each attempt; wf-report(1) lists "
      "its columns. A run that goes on is told as far as its record goes; the same store gives the same "
      "bytes.";
  command.examples = {
      {"wf report nightly > nightly.html", "a page to open in a browser, or to send"},
      {"wf report nightly -o trace --out nightly.json", "for https://ui.perfetto.dev"},
      {"wf report nightly -o tsv | cut -f1,8,11", "which node took how long, and how much memory"},
      {"wf report nightly --files figures", "only the files that its tasks left for the report"}};
  command.positionals = {{"RUN", k_run_help, &options->run}};
  command.options = {
      {"--out", "FILE", "write to this file, all of it at once, and not to stdout", &options->out},
      {"--files", "DIR",
       "write the files that tasks left as DIR/NODE/ATTEMPT/NAME; the report only with --out",
       &options->files}};
  command.formats = {"html", "trace", "tsv"};
  command.run = [options](Context& context) { return report(context, *options); };
  return command;
}

}  // namespace wf::cli
