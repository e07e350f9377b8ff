// wf signal: tells a run what one of its gates waits for.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "cli/wake_driver.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/run_lookup.hpp"
#include "core/definition/value.hpp"
#include "core/engine/gates.hpp"
#include "core/engine/run_record.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string run;
  std::string gate;
  std::optional<std::string> value;
  bool reject = false;
  std::string note;
};

Json gate_json(const RunKey& run, const GateRow& gate) {
  const GateAnswer& answer = *gate.answer;
  return Json::object()
      .add("run", run.id.text())
      .add("node", gate.node)
      .add("answer", answer.word)
      .add("value", printed_value(gate.type, answer.value))
      .add("note", or_null(answer.note))
      .add("answered_at", format_wall_us(answer.answered_us))
      .add("answered_by", answer.answered_by);
}

Exit signal(const Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_write);
  Scope scope = context.scope();
  RunKey key = find_run(store->database(), scope.project, scope.domain, options.run);
  GateRow gate =
      answer_gate(*store, key, {options.gate, options.value, options.reject, options.note, current_user()});
  std::string text = cat(gate.node, " of run ", key.id.tail(), " ", escape_terminal(answer_text(gate)), "\n");
  std::optional<DriverInfo> driver = newest_driver(store->database(), key);
  bool held = driver && ownership(*load_run(store->database(), key), *driver, context.clock) == Ownership::held;
  if (held)
    wake_driver(*driver);
  else
    text += cat("its driver is dead: wf resume ", key.id.tail(), "\n");
  print_object(context, text, gate_json(key, gate));
  return Exit::ok;
}

}  // namespace

Command make_signal() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "signal";
  command.summary = "Tell a run what one of its gates waits for";
  command.details =
      "A node with 'gate' waits until somebody approves it, or gives it a value of its type. What was said stands, with "
      "who said it and when: 'wf show' and 'wf explain' tell. A gate that is rejected fails.";
  command.examples = {{"wf signal nightly publish", "approve the gate 'publish' of the run"},
                      {"wf signal nightly publish --reject --note 'wait for the audit'", "let it fail"},
                      {"wf signal nightly threshold --value 0.9", "give the value it waits for"}};
  command.positionals = {{"RUN",
                          "a run: its --name, its id, or the beginning or end of it",
                          &options->run,
                          true,
                          {Kind::running_run}},
                         {"NODE", "the gate: publish, or sub[3].publish", &options->gate}};
  command.options = {{"--value", "VALUE", "what is given, as after -i", &options->value},
                     {"--reject", "", "let the gate fail", &options->reject},
                     {"--note", "TEXT", "why; kept with the answer", &options->note}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return signal(context, *options); };
  return command;
}

}  // namespace wf::cli
