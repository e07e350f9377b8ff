// wf: finds the command, parses its arguments, runs it, and turns every failure into a message and an exit
// status.
#include <fcntl.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <exception>
#include <new>
#include <system_error>

#include "cli/codes.hpp"
#include "cli/command.hpp"
#include "cli/complete.hpp"
#include "cli/description.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"
#include "core/base/codes.hpp"
#include "core/base/text.hpp"
#include "core/secrets/secrets.hpp"

namespace wf::cli {

namespace {

[[noreturn]] void refuse_early_option(const std::string& option) {
  std::string hint = did_you_mean(option, {"--help", "--version"});
  throw Error(codes::k_usage, cat("wf has no option '", option, "'"),
              hint.empty() ? "options follow the command: wf COMMAND [arguments] [options]" : hint);
}

Exit refuse_command(const Context& context, const std::vector<Command>& commands,
                    const std::vector<std::string>& arguments) {
  std::string group;
  std::size_t words = 0;
  for (std::string next = arguments[0]; !group_of(commands, next).empty();
       next = cat(group, ' ', arguments[words])) {
    group = next;
    if (++words == arguments.size()) break;
  }
  bool alone = words == arguments.size();
  if (words > 0 && (alone || arguments[words] == "--help" || arguments[words] == "-h")) {
    print_styled(context, group_help(group, group_of(commands, group), help_width(context)));
    return alone ? Exit::usage : Exit::ok;
  }
  const std::string& wrong = arguments[words];
  if (wrong.starts_with('-')) refuse_early_option(wrong);
  std::string whole = words > 0 ? cat("wf ", group) : "wf";
  std::string hint = did_you_mean(wrong, next_words(commands, group));
  throw Error(codes::k_unknown_command,
              cat(words > 0 ? cat("'", whole, "'") : whole, " has no command '", wrong, "'"),
              hint.empty() ? cat("see '", whole, " --help'") : hint);
}

// The command that `arguments` begin with, with all that follows in its targets; none: there is no such
// command.
const Command* parse_command(Context& context, const std::vector<Command>& commands,
                             const std::vector<std::string>& arguments) {
  std::size_t words = 0;
  const Command* command = find_command(commands, arguments, words);
  if (command == nullptr) return nullptr;
  parse_arguments(*command, context.globals,
                  {arguments.begin() + static_cast<std::ptrdiff_t>(words), arguments.end()});
  return command;
}

// What the shells' completions, the manual's generator and its tests call; no command of the user's.
Exit serve_tools(Context& context, const std::vector<Command>& commands,
                 const std::vector<std::string>& arguments) {
  std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (arguments[0] == "__dump-cli") {
    print(describe(commands).pretty() + '\n');
  } else if (arguments[0] == "__complete" && !rest.empty() && rest[0] == "--") {
    print(complete(commands, {rest.begin() + 1, rest.end()}));
  } else if (arguments[0] == "__parse") {
    parse_command(context, commands, rest);
  } else {
    return refuse_command(context, commands, arguments);
  }
  return Exit::ok;
}

Exit dispatch(Context& context, const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments[0] == "--version") {
    print("wf " WF_VERSION "\n");
    return Exit::ok;
  }
  std::vector<Command> commands = all_commands();
  if (!arguments.empty() && arguments[0].starts_with("__")) return serve_tools(context, commands, arguments);
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") {
    print_styled(context, overview_help(commands, help_width(context)));
    return arguments.empty() ? Exit::usage : Exit::ok;
  }
  const Command* command = parse_command(context, commands, arguments);
  if (command == nullptr) return refuse_command(context, commands, arguments);
  if (context.globals.help) {
    print_styled(context, command_help(*command, help_width(context)));
    return Exit::ok;
  }
  return command->run(context);
}

// What -o asks for; looked up in the words, as what cannot be parsed has no format.
std::string_view format_of(const std::vector<std::string>& words) {
  std::string_view format;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    bool apart = word == "-o" || word == "--output";
    if (apart && i + 1 < words.size()) format = words[i + 1];
    for (std::string_view lead : {"--output=", "-o"}) {
      if (!apart && word.starts_with(lead)) format = word.substr(lead.size());
    }
  }
  return format;
}

Exit fail(const Context& context, const std::vector<std::string>& words, const Error& error) {
  print_failure(context, format_of(words), error);
  return error.code().exit;
}

// Those that the caller has closed: what is opened next would take their place, and hear what is said to them.
// They stay of no use, so that what cannot be said is an error as before.
void occupy_standard_streams() {
  for (int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) < 0) static_cast<void>(::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

// What the library throws where the machine gives no more; all else nobody has thought of.
Error told(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr)
    return {wf::codes::k_system_call, "there is no memory left", "free some, or allow more: see 'ulimit -v'"};
  if (dynamic_cast<const std::system_error*>(&error) != nullptr)
    return {wf::codes::k_system_call, cat("cannot start a thread: ", error.what()),
            "end some processes, or allow more: see 'ulimit -u'"};
  return {wf::codes::k_internal, cat("unexpected: ", error.what()),
          "it may be a mistake in wf: report it with the command that shows it"};
}

}  // namespace

}  // namespace wf::cli

int main(int argc, char** argv) {
  wf::cli::occupy_standard_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on files is then an error, after which nothing is left behind
  std::setlocale(LC_CTYPE, "C.UTF-8");  // widths and paths are UTF-8 whatever the caller's locale is
  wf::SystemClock clock;
  wf::cli::Context context{clock, {}, wf::take_secret_variables()};
  std::vector<std::string> words(argv + 1, argv + argc);
  try {
    return static_cast<int>(wf::cli::dispatch(context, words));
  } catch (const wf::Error& error) {
    return static_cast<int>(wf::cli::fail(context, words, error));
  } catch (const std::exception& error) {
    return static_cast<int>(wf::cli::fail(context, words, wf::cli::told(error)));
  }
}
