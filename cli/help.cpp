#include "cli/help.hpp"

#include <algorithm>

#include "cli/terminal.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

constexpr std::size_t k_most_columns = 100;
constexpr std::size_t k_least_columns = 30;
constexpr std::size_t k_column = 28;  // where explanations begin, on a wide screen

std::string title(std::string_view text) { return styled(Style::bold, text); }

// Breaks a paragraph at blanks, each line `indent` in.
std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::string line;
  for (std::string_view word : split(text, ' ')) {
    if (!line.empty() && indent + display_width(line) + 1 + display_width(word) > width) {
      out += std::string(indent, ' ') + line + '\n';
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  return out + std::string(indent, ' ') + line + '\n';
}

std::string entry(const std::string& left, const std::string& right, std::size_t width) {
  bool narrow = width < 2 * k_column;
  std::string wrapped = wrap(right, narrow ? 6 : k_column, width);
  if (narrow || left.size() + 4 > k_column) return cat("  ", left, "\n", wrapped);
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

std::string command_list(const std::vector<Command>& commands, std::size_t width) {
  std::string out = cat(title("Commands:"), "\n");
  for (const Command& command : commands) out += entry(command.name, command.summary, width);
  return out;
}

std::string options_section(const std::string& heading, const std::vector<Option>& options,
                            std::size_t width) {
  std::string out = cat("\n", title(heading), "\n");
  for (const Option& option : options) out += entry(option_left(option), option.help, width);
  return out;
}

std::string block_text(const TopicBlock& block, std::size_t width) {
  if (block.kind == TopicBlock::Kind::paragraph) return wrap(block.text, 0, width);
  if (block.kind == TopicBlock::Kind::item) return entry(block.term, block.text, width);
  std::string out;
  for (std::string_view line : split(block.text, '\n')) out += cat("    ", line, "\n");
  return out;
}

}  // namespace

std::size_t help_width(const Context& context) {
  std::size_t columns = terminal_of(Stream::out, context.globals).columns;
  return columns == 0 ? k_most_columns : std::clamp(columns, k_least_columns, k_most_columns);
}

std::string command_help(const Command& command, std::size_t width) {
  std::string usage = cat("wf ", command.name);
  for (const Positional& positional : command.positionals) usage += cat(" ", positional_usage(positional));
  std::string out = cat(title("Usage:"), " ", usage, " [options]\n\n", wrap(command.summary, 0, width));
  for (std::string_view paragraph : split(command.details, '\n')) {
    if (!paragraph.empty()) out += cat("\n", wrap(paragraph, 0, width));
  }
  if (!command.positionals.empty()) {
    out += cat("\n", title("Arguments:"), "\n");
    for (const Positional& positional : command.positionals)
      out += entry(positional.name, positional.help, width);
  }
  std::vector<Option> own = options_of(command, nullptr);
  if (!own.empty()) out += options_section("Options:", own, width);
  Globals unused;
  out += options_section("Options of every command:", global_options(unused), width);
  if (!command.examples.empty()) out += cat("\n", title("Examples:"), "\n");
  for (const Example& example : command.examples)
    out += cat("  $ ", example.command, "\n", wrap(example.text, 6, width));
  return out;
}

std::string group_help(std::string_view group, const std::vector<Command>& members, std::size_t width) {
  return cat(title("Usage:"), " wf ", group, " COMMAND [arguments] [options]\n\n",
             command_list(members, width), "\nSee 'wf ", group, " COMMAND --help'.\n");
}

std::string topic_help(const Topic& topic, std::size_t width) {
  std::string out = cat(title(topic.name), ": ", topic.summary, "\n");
  bool was_item = false;
  for (const TopicBlock& block : topic.blocks) {
    bool is_item = block.kind == TopicBlock::Kind::item;
    if (!was_item || !is_item) out += "\n";
    was_item = is_item;
    out += block_text(block, width);
  }
  if (!topic.entries.empty()) out += "\n";
  for (const Topic& code : topic.entries) out += entry(code.name, code.summary, width);
  return out;
}

std::string overview_help(const std::vector<Command>& commands, std::size_t width) {
  std::string out = cat(
      title("Usage:"), " wf COMMAND [arguments] [options]\n\n",
      wrap("wf registers workflow definitions as immutable versions, runs them, and remembers where every "
           "result came from.",
           0, width),
      "\n", command_list(commands, width), "\n", title("Topics:"), "\n");
  for (const Topic& topic : all_topics()) out += entry(topic.name, topic.summary, width);
  out += cat("\n", title("Options:"), "\n",
             entry("-h, --help", "show this help, or 'wf COMMAND --help' that of a command", width),
             entry("--version", "show the version of wf", width), "\n", title("A first session:"),
             "\n  $ wf init\n  $ wf register iris.yaml --label v1\n  $ wf run iris@v1 --out results\n"
             "  $ wf lineage show results/report.html\n\n",
             wrap("Help: 'wf help COMMAND' or 'wf help TOPIC'. Manual: man wf, man wf-run, man 5 wf-workflow",
                  0, width));
  return out;
}

}  // namespace wf::cli
