// wf show: everything about one run.
#include <memory>

#include "cli/commands.hpp"
#include "cli/junit.hpp"
#include "cli/output.hpp"
#include "cli/run_page.hpp"
#include "cli/run_session.hpp"
#include "cli/store_access.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string run;
  bool all = false;
};

Exit show(Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  Transaction snapshot(store->database(), Transaction::Mode::read);
  RunPage page =
      read_run_page(*store, find_run(store->database(), scope.project, scope.domain, options.run));
  page.driver_log = find_driver_log(*store, page.info.key);
  std::string human;
  if (context.is_format("table")) human = page_text(*store, page, options.all ? Rows::each : Rows::grouped);
  if (context.is_format("junit")) human = junit_text(*store, page);
  print_object(context, human, page_json(page));
  return Exit::ok;
}

}  // namespace

Command make_show() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "show";
  command.summary = "Show everything about one run";
  command.details = "What was asked for, what it was given, what each node did, why it failed, what it gave.";
  command.examples = {{"wf show 5c3e12ab90ff", "a run by the end of its id, as 'wf ls' prints it"},
                      {"wf show nightly -o json", "a run by its name, for a script"}};
  command.positionals = {{"RUN", k_run_help, &options->run}};
  command.options = {{"--all", "", "a line for each element of a mapped node", &options->all}};
  command.formats = {"table", "json", "yaml", "junit"};
  command.run = [options](Context& context) { return show(context, *options); };
  return command;
}

}  // namespace wf::cli
