// wf: finds the command, parses its arguments, runs it, and turns every failure into a message and an exit
// status.
#include <clocale>
#include <cstdio>
#include <exception>

#include "cli/codes.hpp"
#include "cli/command.hpp"
#include "cli/complete.hpp"
#include "cli/description.hpp"
#include "cli/output.hpp"
#include "core/base/codes.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

// The command that begins `arguments`, and how many of them name it ("run": 1, "project create": 2; none: 0).
struct Found {
  const Command* command = nullptr;
  std::size_t words = 0;
};

Found find_command(const std::vector<Command>& commands, const std::vector<std::string>& arguments) {
  for (std::size_t words : {std::size_t{2}, std::size_t{1}}) {
    if (arguments.size() < words) continue;
    std::string name = words == 2 ? cat(arguments[0], " ", arguments[1]) : arguments[0];
    for (const Command& command : commands) {
      if (command.name == name) return {&command, words};
    }
  }
  return {};
}

std::vector<Command> group_of(const std::vector<Command>& commands, const std::string& group) {
  std::vector<Command> members;
  for (const Command& command : commands) {
    if (command.name.starts_with(group + ' ')) members.push_back(command);
  }
  return members;
}

[[noreturn]] void refuse_early_option(const std::string& option) {
  std::string hint = did_you_mean(option, {"--help", "--version"});
  throw Error(codes::k_usage, cat("wf has no option '", option, "'"),
              hint.empty() ? "options follow the command: wf COMMAND [arguments] [options]" : hint);
}

Exit refuse_command(const std::vector<Command>& commands, const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  std::vector<Command> members = group_of(commands, arguments[0]);
  bool in_group = !members.empty();
  for (const Command& command : in_group ? members : commands) {
    std::string name =
        in_group ? command.name.substr(arguments[0].size() + 1) : std::string(split(command.name, ' ')[0]);
    names.push_back(name);
  }
  if (in_group && (arguments.size() == 1 || arguments[1] == "--help" || arguments[1] == "-h")) {
    print(group_help(arguments[0], members));
    return arguments.size() == 1 ? Exit::usage : Exit::ok;
  }
  const std::string& wrong = in_group ? arguments[1] : arguments[0];
  if (wrong.starts_with('-')) refuse_early_option(wrong);
  std::string group = in_group ? cat("wf ", arguments[0]) : "wf";
  std::string hint = did_you_mean(wrong, names);
  throw Error(codes::k_unknown_command,
              cat(in_group ? cat("'", group, "'") : group, " has no command '", wrong, "'"),
              hint.empty() ? cat("see '", group, " --help'") : hint);
}

// What the shells' completions and the manual's generator call; no command of the user's.
Exit serve_tools(const std::vector<Command>& commands, const std::vector<std::string>& arguments) {
  if (arguments[0] == "__dump-cli") {
    print(describe(commands).pretty() + '\n');
    return Exit::ok;
  }
  if (arguments[0] != "__complete" || arguments.size() < 2 || arguments[1] != "--") {
    return refuse_command(commands, arguments);
  }
  print(complete(commands, {arguments.begin() + 2, arguments.end()}));
  return Exit::ok;
}

Exit dispatch(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments[0] == "--version") {
    print("wf " WF_VERSION "\n");
    return Exit::ok;
  }
  std::vector<Command> commands = all_commands();
  if (!arguments.empty() && arguments[0].starts_with("__")) return serve_tools(commands, arguments);
  bool wants_help =
      arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help";
  if (wants_help && arguments.size() < 2) {
    print(overview_help(commands));
    return arguments.empty() ? Exit::usage : Exit::ok;
  }
  std::vector<std::string> words(arguments.begin() + (wants_help ? 1 : 0), arguments.end());
  Found found = find_command(commands, words);
  if (found.command == nullptr) {
    if (wants_help && words.size() == 1) words.emplace_back("--help");
    return refuse_command(commands, words);
  }
  if (wants_help) {
    print(command_help(*found.command));
    return Exit::ok;
  }
  SystemClock clock;
  Context context{clock, {}};
  std::vector<std::string> rest(words.begin() + static_cast<std::ptrdiff_t>(found.words), words.end());
  parse_arguments(*found.command, context.globals, rest);
  if (context.globals.help) {
    print(command_help(*found.command));
    return Exit::ok;
  }
  return found.command->run(context);
}

}  // namespace

}  // namespace wf::cli

int main(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "C.UTF-8");  // widths and paths are UTF-8 whatever the caller's locale is
  try {
    return static_cast<int>(wf::cli::dispatch({argv + 1, argv + argc}));
  } catch (const wf::Error& error) {
    std::fputs(wf::cli::render_error(error).c_str(), stderr);
    return static_cast<int>(error.code().exit);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wf: error: unexpected: %s [%s]\n", error.what(), wf::codes::k_internal.id.data());
    return static_cast<int>(wf::codes::k_internal.exit);
  }
}
