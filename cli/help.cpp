#include <algorithm>

#include "cli/command.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

constexpr std::size_t k_width = 100;

// Breaks a paragraph at blanks, each line `indent` in.
std::string wrap(std::string_view text, std::size_t indent) {
  std::string out;
  std::string line;
  for (std::string_view word : split(text, ' ')) {
    if (!line.empty() && indent + display_width(line) + 1 + display_width(word) > k_width) {
      out += std::string(indent, ' ') + line + '\n';
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  return out + std::string(indent, ' ') + line + '\n';
}

std::string entry(const std::string& left, const std::string& right) {
  constexpr std::size_t k_column = 28;
  std::string wrapped = wrap(right, k_column);
  if (left.size() + 4 > k_column) return cat("  ", left, "\n", wrapped);
  return cat("  ", left, wrapped.substr(left.size() + 2));
}

std::string positional_usage(const Positional& positional) {
  std::string text = cat(positional.name, takes_many(positional) ? "…" : "");
  return is_required(positional) ? text : cat("[", text, "]");
}

std::string option_left(const Option& option) {
  std::string flags;
  for (std::string_view flag : split(option.flags, ',')) flags += cat(flags.empty() ? "" : ", ", flag);
  return option.value.empty() ? flags : cat(flags, " ", option.value);
}

std::string command_list(const std::vector<Command>& commands) {
  std::string out;
  for (const Command& command : commands) out += entry(command.name, command.summary);
  return out;
}

std::string options_section(const std::string& title, const std::vector<Option>& options) {
  std::string out = cat("\n", title, ":\n");
  for (const Option& option : options) out += entry(option_left(option), option.help);
  return out;
}

}  // namespace

std::string command_help(const Command& command) {
  std::string usage = cat("Usage: wf ", command.name);
  for (const Positional& positional : command.positionals) usage += cat(" ", positional_usage(positional));
  std::string out = cat(usage, " [options]\n\n", wrap(command.summary, 0));
  for (std::string_view paragraph : split(command.details, '\n')) {
    if (!paragraph.empty()) out += cat("\n", wrap(paragraph, 0));
  }
  if (!command.positionals.empty()) {
    out += "\nArguments:\n";
    for (const Positional& positional : command.positionals) out += entry(positional.name, positional.help);
  }
  std::vector<Option> own = options_of(command, nullptr);
  if (!own.empty()) out += options_section("Options", own);
  Globals unused;
  out += options_section("Options of every command", global_options(unused));
  if (!command.examples.empty()) out += "\nExamples:\n";
  for (const Example& example : command.examples)
    out += cat("  $ ", example.command, "\n", wrap(example.text, 6));
  return out;
}

std::string group_help(const std::string& group, const std::vector<Command>& members) {
  return cat("Usage: wf ", group, " COMMAND [arguments] [options]\n\nCommands:\n", command_list(members),
             "\nSee 'wf ", group, " COMMAND --help'.\n");
}

std::string overview_help(const std::vector<Command>& commands) {
  std::string out =
      "Usage: wf COMMAND [arguments] [options]\n\n"
      "wf registers workflow definitions as immutable versions, runs them, and remembers where every result "
      "came from.\n\n"
      "Commands:\n";
  out += command_list(commands) + "\nOptions:\n" +
         entry("-h, --help", "show this help, or 'wf COMMAND --help' that of a command") +
         entry("--version", "show the version of wf") +
         "\nA first session:\n"
         "  $ wf init\n  $ wf register iris.yaml --label v1\n  $ wf run iris@v1 --out results\n"
         "  $ wf lineage show results/report.html\n\n"
         "Manual: man wf, man 5 wf-workflow\n";
  return out;
}

}  // namespace wf::cli
