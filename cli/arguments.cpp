#include <CLI/CLI.hpp>

#include "cli/codes.hpp"
#include "cli/command.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

[[noreturn]] void usage_error(const Command& command, const std::string& message, const std::string& hint) {
  std::string help = cat("see 'wf ", command.name, " --help'");
  throw Error(codes::k_usage, message, hint.empty() ? help : cat(hint, "\n", help));
}

template <typename Target>
constexpr bool is_number =
    std::is_same_v<Target, std::int64_t> || std::is_same_v<Target, std::optional<std::int64_t>>;

// By itself CLI11 takes what does not fit for the largest number.
std::string whole_number(const std::string& text) {
  return parse_int(text) ? "" : cat('\'', escape_terminal(text), "' is no whole number, or too large");
}

CLI::Option* bind(CLI::App& app, const Option& option) {
  return std::visit(
      [&](auto* target) -> CLI::Option* {
        using Target = std::remove_pointer_t<decltype(target)>;
        if constexpr (std::is_same_v<Target, bool>) {
          return app.add_flag(option.flags, *target);
        } else {
          CLI::Option* bound = app.add_option(option.flags, *target);
          if constexpr (is_number<Target>) bound->check(whole_number, "");
          // A greedy list would swallow the positional that follows it.
          if constexpr (std::is_same_v<Target, std::vector<std::string>>) bound->allow_extra_args(false);
          return bound;
        }
      },
      option.target);
}

void bind(CLI::App& app, const Positional& positional) {
  CLI::Option* bound =
      std::visit([&](auto* target) { return app.add_option(positional.name, *target); }, positional.target);
  if (is_required(positional)) bound->required();
}

std::string long_flag(const Option& option) { return option.flags.substr(option.flags.find("--")); }

std::vector<std::string> long_flags(const std::vector<Option>& options) {
  std::vector<std::string> names;
  for (const Option& option : options) {
    for (std::string_view flag : split(option.flags, ',')) {
      if (flag.starts_with("--")) names.emplace_back(flag);
    }
  }
  return names;
}

// The one text that an option was given, or that it has by default.
std::string text_of(const Option& option) {
  if (auto* const* text = std::get_if<std::string*>(&option.target)) return **text;
  if (auto* const* text = std::get_if<std::optional<std::string>*>(&option.target))
    return (*text)->value_or("");
  return {};
}

void check_choices(const Command& command, const CLI::App& app, const std::vector<Option>& options) {
  for (const Option& option : options) {
    if (option.choices.empty() || app.get_option(long_flag(option))->count() == 0) continue;
    std::string given = text_of(option);
    if (std::find(option.choices.begin(), option.choices.end(), given) != option.choices.end()) continue;
    std::string hint = given.find_first_of("./") != std::string::npos && option.flags.starts_with("-o")
                           ? "to write results into a folder use --out"
                           : did_you_mean(given, option.choices);
    usage_error(
        command,
        cat("'", given, "' is no value for ", option.flags, ": expected one of ", join(option.choices, ", ")),
        hint);
  }
}

bool is_count(const Option& option) {
  return std::holds_alternative<std::int64_t*>(option.target) ||
         std::holds_alternative<std::optional<std::int64_t>*>(option.target);
}

// Every number that an option takes counts something.
void check_counts(const Command& command, const std::vector<Option>& options) {
  for (const Option& option : options) {
    std::optional<std::int64_t> given;
    if (auto* const* count = std::get_if<std::int64_t*>(&option.target)) given = **count;
    if (auto* const* count = std::get_if<std::optional<std::int64_t>*>(&option.target)) given = **count;
    if (given && *given < 0) usage_error(command, cat(option.flags, " must be 0 or more"), "");
  }
}

void refuse_leftovers(const Command& command, const CLI::App& app, const std::vector<Option>& options) {
  std::vector<std::string> left = app.remaining();
  if (left.empty()) return;
  const std::string& first = left.front();
  if (first.starts_with("-") && first.size() > 1) {
    usage_error(command, cat("'wf ", command.name, "' has no option '", escape_terminal(first), "'"),
                did_you_mean(first.substr(0, first.find('=')), long_flags(options)));
  }
  usage_error(command,
              cat("'wf ", command.name, "' does not expect the argument '", escape_terminal(first), "'"), "");
}

// What a mistyped option is, in words of ours: CLI11 begins these messages with the option's name.
std::string option_message(std::string_view name, const std::vector<Option>& options) {
  for (const Option& option : options) {
    for (std::string_view flag : split(option.flags, ',')) {
      bool number = !option.value.empty() && is_count(option);
      if (flag == name)
        return cat(name, number ? " needs a whole number" : " needs a value", ": ", name, " ", option.value);
    }
  }
  return {};
}

std::string plain_message(const CLI::ParseError& error, const Command& command,
                          const std::vector<Option>& options) {
  std::string message = error.what();
  std::string_view subject = message;
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    subject.remove_prefix(std::min(subject.size(), std::string_view("Could not convert: ").size()));
    std::string text = option_message(subject.substr(0, subject.find(" = ")), options);
    if (!text.empty()) return text;
  }
  if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr ||
      dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    std::string text = option_message(subject.substr(0, subject.find(':')), options);
    if (!text.empty()) return text;
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    std::vector<std::string> names;
    for (const Positional& positional : command.positionals) {
      if (is_required(positional)) names.push_back(positional.name);
    }
    return cat("'wf ", command.name, "' needs ", join(names, " and "));
  }
  return message;
}

}  // namespace

std::vector<Option> global_options(Globals& globals) {
  return {
      {"-p,--project", "PROJECT", "the project (default: $WF_PROJECT, the configuration, else 'default')",
       &globals.project},
      {"-d,--domain", "DOMAIN", "the domain (default: $WF_DOMAIN, the configuration, else 'development')",
       &globals.domain},
      {"--store", "DIR", "the store (default: $WF_STORE, else the nearest .wf/ upward, else the user's)",
       &globals.store},
      {"--color",
       "WHEN",
       "colours: auto, always or never (default: auto)",
       &globals.color,
       {"auto", "always", "never"}},
      {"--no-pager", "", "print long output at once", &globals.no_pager},
      {"-q,--quiet", "", "print results and errors only", &globals.quiet},
      {"-v,--verbose", "", "say more about what is done", &globals.verbose},
      {"-h,--help", "", "show this help", &globals.help},
  };
}

std::vector<Option> options_of(const Command& command, std::string* format) {
  std::vector<Option> options = command.options;
  if (!command.formats.empty()) {
    std::string help =
        cat("one of ", join(command.formats, ", "), " (default: ", command.formats.front(), ")");
    options.push_back({"-o,--output", "FORMAT", help, format, command.formats});
  }
  return options;
}

bool is_required(const Positional& positional) {
  return positional.required && !std::holds_alternative<std::optional<std::string>*>(positional.target);
}

bool takes_many(const Positional& positional) {
  return std::holds_alternative<std::vector<std::string>*>(positional.target);
}

void parse_arguments(const Command& command, Globals& globals, const std::vector<std::string>& arguments) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<Option> options = options_of(command, &globals.format);
  for (Option& option : global_options(globals)) options.push_back(std::move(option));
  if (!command.formats.empty()) globals.format = command.formats.front();
  for (const Option& option : options) bind(app, option);
  for (const Positional& positional : command.positionals) bind(app, positional);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    if (globals.help) return;
    refuse_leftovers(command, app, options);
    usage_error(command, plain_message(error, command, options), "");
  }
  if (globals.help) return;
  refuse_leftovers(command, app, options);
  check_choices(command, app, options);
  check_counts(command, options);
}

}  // namespace wf::cli
