// wf help: what a command does, or what a topic says.
#include <algorithm>
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

[[noreturn]] void refuse(const std::vector<Command>& commands, const std::vector<Topic>& topics,
                         const std::string& wanted) {
  std::vector<std::string> known;
  for (const Topic& topic : topics) {
    known.push_back(topic.name);
    for (const Topic& entry : topic.entries) known.push_back(entry.name);
  }
  for (const Command& command : commands) {
    known.emplace_back(split(command.name, ' ')[0]);
    if (known.back() != command.name) known.push_back(command.name);
  }
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  std::string hint = did_you_mean(wanted, known);
  throw Error(codes::k_unknown_command, cat("there is no command or topic '", wanted, "'"),
              hint.empty() ? "'wf help' lists all" : hint);
}

// A group may have the name of a topic; both are shown.
Exit help(const Context& context, const std::vector<std::string>& words) {
  std::vector<Command> commands = all_commands();
  std::size_t width = help_width(context);
  if (words.empty()) {
    print_styled(context, overview_help(commands, width));
    return Exit::ok;
  }
  std::string wanted = join(words, " ");
  std::vector<std::string> found;
  for (const Command& command : commands) {
    if (command.name == wanted) found.push_back(command_help(command, width));
  }
  std::vector<Command> members = group_of(commands, wanted);
  if (!members.empty()) found.push_back(group_help(wanted, members, width));
  std::vector<Topic> topics = all_topics();
  for (const Topic& topic : topics) {
    if (topic.name == wanted) found.push_back(topic_help(topic, width));
    for (const Topic& entry : topic.entries) {
      if (lower_ascii(entry.name) == lower_ascii(wanted)) found.push_back(topic_help(entry, width));
    }
  }
  if (found.empty()) refuse(commands, topics, wanted);
  print_styled(context, join(found, "\n"));
  return Exit::ok;
}

}  // namespace

Command make_help() {
  auto words = std::make_shared<std::vector<std::string>>();
  Command command;
  command.name = "help";
  command.summary = "Show help about a command or a topic";
  command.details =
      "Without an argument, all commands and topics. Each command and each topic has a page of the manual "
      "as well: 'man wf-run', 'man wf-artifact-tag', 'man wf-exit-codes'. The code of an error or a warning "
      "is a topic, too.";
  command.examples = {{"wf help run", "a command"},
                      {"wf help lineage show", "a command of a group"},
                      {"wf help exit-codes", "a topic"},
                      {"wf help WF-E1311", "what an error means, and what to do"}};
  command.positionals = {
      {"TOPIC", "a command, a group of commands, a topic, or the code of an error", words.get(), false}};
  command.run = [words](Context& context) { return help(context, *words); };
  return command;
}

}  // namespace wf::cli
