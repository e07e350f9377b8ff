#include "cli/complete.hpp"

#include <algorithm>
#include <exception>

#include "cli/candidates.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

struct Line {
  const Command* command = nullptr;  // none yet: the cursor is in its name
  std::vector<Option> options;
  const Option* open = nullptr;  // the option whose value is wanted
  std::size_t positional = 0;    // how many arguments stand before the cursor
  std::vector<Given> given;      // all values before the cursor
  std::string before;            // of the word under the cursor, up to the value: "--state="
  std::string word;
};

bool has_flag(const Option& option, std::string_view flag) {
  std::vector<std::string_view> flags = split(option.flags, ',');
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

const Option* option_of(const Line& line, std::string_view flag) {
  for (const Option& option : line.options) {
    if (has_flag(option, flag)) return &option;
  }
  return nullptr;
}

// -p, -d and --store count for the names that are offered.
void take_value(Line& line, Globals& globals, const Option& option, const std::string& value) {
  line.given.push_back({kinds_of(option), value});
  if (has_flag(option, "-p")) globals.project = value;
  if (has_flag(option, "-d")) globals.domain = value;
  if (has_flag(option, "--store")) globals.store = value;
}

// The argument at a place; the last may stand for many.
const Positional* positional_at(const Command& command, std::size_t place) {
  const std::vector<Positional>& all = command.positionals;
  if (place < all.size()) return &all[place];
  return !all.empty() && takes_many(all.back()) ? &all.back() : nullptr;
}

void read_word(Line& line, const std::string& word, Globals& globals) {
  if (line.open != nullptr) {
    take_value(line, globals, *line.open, word);
    line.open = nullptr;
  } else if (word.starts_with('-')) {
    std::size_t equals = word.find('=');
    const Option* option = option_of(line, word.substr(0, equals));
    if (option == nullptr || option->value.empty()) return;
    if (equals == std::string::npos) {
      line.open = option;
    } else {
      take_value(line, globals, *option, word.substr(equals + 1));
    }
  } else {
    const Positional* positional = positional_at(*line.command, line.positional++);
    if (positional != nullptr) line.given.push_back({kinds_of(*positional), word});
  }
}

Line read_line(const std::vector<Command>& commands, const std::vector<std::string>& words,
               Globals& globals) {
  Line line;
  line.word = words.back();
  std::size_t used = 0;
  // the word under the cursor is not part of it
  line.command = find_command(commands, {words.begin(), words.end() - 1}, used);
  if (line.command == nullptr) return line;
  line.options = options_of(*line.command, nullptr);
  for (Option& option : global_options(globals)) line.options.push_back(std::move(option));
  for (std::size_t i = used; i + 1 < words.size(); ++i) read_word(line, words[i], globals);
  std::size_t equals = line.word.find('=');
  if (line.open == nullptr && line.word.starts_with("--") && equals != std::string::npos) {
    line.open = option_of(line, line.word.substr(0, equals));
    line.before = line.word.substr(0, equals + 1);
    line.word.erase(0, equals + 1);
  }
  return line;
}

Candidates flags_of(const Line& line) {
  Candidates found;
  for (const Option& option : line.options) {
    for (std::string_view flag : split(option.flags, ',')) found.push_back({std::string(flag), option.help});
  }
  return found;
}

Candidates candidates(const std::vector<Command>& commands, const Line& line, const Context& context) {
  if (line.open != nullptr) {
    Candidates found;
    for (const std::string& choice : line.open->choices) found.push_back({choice});
    if (!found.empty()) return found;
    return candidates_of(context, commands, {kinds_of(*line.open), line.word, line.given});
  }
  if (line.word.starts_with('-')) return flags_of(line);
  const Positional* positional = positional_at(*line.command, line.positional);
  if (positional == nullptr) return {};
  return candidates_of(context, commands, {kinds_of(*positional), line.word, line.given});
}

}  // namespace

std::string complete(const std::vector<Command>& commands, const std::vector<std::string>& words) {
  if (words.empty()) return "";
  try {
    SystemClock clock;
    Context context{clock, {}};
    Line line = read_line(commands, words, context.globals);
    std::string out;
    for (const Candidate& candidate : line.command == nullptr
                                          ? words_after(commands, join({words.begin(), words.end() - 1}, " "))
                                          : candidates(commands, line, context)) {
      bool is_marker = candidate.text.starts_with(':');
      if (!is_marker && !candidate.text.starts_with(line.word)) continue;
      out += is_marker ? candidate.text : escape_terminal(line.before + candidate.text);
      if (!candidate.help.empty()) out += cat('\t', escape_terminal(candidate.help));
      out += '\n';
    }
    return out;
  } catch (const std::exception&) {
    return "";  // a shell that waits for candidates has no use for an error
  }
}

}  // namespace wf::cli
