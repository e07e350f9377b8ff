#include "cli/complete.hpp"

#include <algorithm>
#include <exception>
#include <memory>

#include "cli/settings.hpp"
#include "cli/store_access.hpp"
#include "core/base/text.hpp"
#include "core/catalog/runs.hpp"
#include "core/registry/scope.hpp"
#include "core/registry/versions.hpp"

namespace wf::cli {

namespace {

struct Candidate {
  std::string text;
  std::string help = {};
};
using Candidates = std::vector<Candidate>;

// ---- names in the store

constexpr std::int64_t k_most_runs = 50;

Candidates run_names(Database& database, const Scope& scope) {
  Candidates found;
  for (const RunInfo& run : list_runs(database, {scope.project, scope.domain, {}, {}, k_most_runs})) {
    std::string help = cat(run.workflow, ", ", run.state);
    if (run.name) found.push_back({*run.name, help});
    found.push_back({run.key.id.tail(), help});
  }
  return found;
}

Candidates workflow_names(Database& database, const Scope& scope) {
  Candidates found;
  for (const WorkflowEntry& entry : list_workflows(database, scope)) found.push_back({entry.name});
  return found;
}

Candidates version_names(Database& database, const Scope& scope) {
  Candidates found;
  for (const WorkflowEntry& entry : list_workflows(database, scope)) {
    found.push_back({entry.name + "@latest", entry.version.short_hex()});
  }
  for (const LabelEntry& entry : list_labels(database, scope, "")) {
    found.push_back({cat(entry.name, '@', entry.label), entry.version.short_hex()});
  }
  return found;
}

Candidates scope_names(Database& database, ScopeKind kind) {
  Candidates found;
  for (const ScopeEntry& entry : list_scope_entries(database, kind)) {
    found.push_back({entry.name, entry.description});
  }
  return found;
}

Candidates known_settings() {
  Candidates found;
  for (const SettingKey& key : setting_keys()) found.push_back({std::string(key.name), std::string(key.doc)});
  return found;
}

// ---- the line so far

struct Line {
  const Command* command = nullptr;  // none yet: the cursor is in its name
  std::vector<Option> options;
  const Option* open = nullptr;  // the option whose value is wanted
  std::size_t positional = 0;    // how many arguments stand before the cursor
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
void note_global(Globals& globals, const Option& option, const std::string& value) {
  if (has_flag(option, "-p")) globals.project = value;
  if (has_flag(option, "-d")) globals.domain = value;
  if (has_flag(option, "--store")) globals.store = value;
}

const Command* find_command(const std::vector<Command>& commands, const std::vector<std::string>& words,
                            std::size_t& used) {
  for (std::size_t count : {std::size_t{2}, std::size_t{1}}) {
    if (words.size() <= count) continue;  // the word under the cursor is not part of it
    std::string name = count == 2 ? cat(words[0], ' ', words[1]) : words[0];
    auto found = std::find_if(commands.begin(), commands.end(),
                              [&](const Command& command) { return command.name == name; });
    if (found == commands.end()) continue;
    used = count;
    return &*found;
  }
  return nullptr;
}

void read_word(Line& line, const std::string& word, Globals& globals) {
  if (line.open != nullptr) {
    note_global(globals, *line.open, word);
    line.open = nullptr;
  } else if (word.starts_with('-')) {
    std::size_t equals = word.find('=');
    const Option* option = option_of(line, word.substr(0, equals));
    if (option == nullptr || option->value.empty()) return;
    if (equals == std::string::npos) {
      line.open = option;
    } else {
      note_global(globals, *option, word.substr(equals + 1));
    }
  } else {
    ++line.positional;
  }
}

Line read_line(const std::vector<Command>& commands, const std::vector<std::string>& words,
               Globals& globals) {
  Line line;
  line.word = words.back();
  std::size_t used = 0;
  line.command = find_command(commands, words, used);
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

// ---- what may stand there

Candidates command_words(const std::vector<Command>& commands, const std::vector<std::string>& words) {
  std::string group = words.size() == 2 ? words[0] + ' ' : "";
  if (words.size() > 2) return {};
  Candidates found;
  for (const Command& command : commands) {
    if (!command.name.starts_with(group)) continue;
    std::string rest = command.name.substr(group.size());
    std::string first(split(rest, ' ')[0]);
    if (!found.empty() && found.back().text == first) continue;
    found.push_back({first, first == rest ? command.summary : cat("commands about a ", first)});
  }
  return found;
}

Candidates flags_of(const Line& line) {
  Candidates found;
  for (const Option& option : line.options) {
    for (std::string_view flag : split(option.flags, ',')) found.push_back({std::string(flag), option.help});
  }
  return found;
}

// What a placeholder stands for: "NAME@VERSION|FILE" is a version or a path.
Candidates values_of(std::string_view placeholder, const Context& context) {
  std::unique_ptr<Store> store;
  auto database = [&]() -> Database& {
    if (!store) store = open_store(context, Access::read_only);
    return store->database();
  };
  auto names_of = [&](std::string_view kind) -> Candidates {
    if (kind == "FILE" || kind == "PATH") return {{":files"}};
    if (kind == "DIR") return {{":folders"}};
    if (kind == "KEY") return known_settings();
    if (kind == "PROJECT") return scope_names(database(), ScopeKind::project);
    if (kind == "DOMAIN") return scope_names(database(), ScopeKind::domain);
    if (kind == "WORKFLOW") return workflow_names(database(), context.scope());
    if (kind == "RUN") return run_names(database(), context.scope());
    bool is_version = kind == "NAME@VERSION" || kind == "BEFORE" || kind == "AFTER";
    return is_version ? version_names(database(), context.scope()) : Candidates{};
  };
  Candidates found;
  std::string_view kinds = placeholder == "REF" ? "FILE|RUN|NAME@VERSION" : placeholder;
  for (std::string_view kind : split(kinds, '|')) {
    Candidates more = names_of(kind);
    found.insert(found.end(), more.begin(), more.end());
  }
  return found;
}

Candidates candidates(const Line& line, const Context& context) {
  if (line.open != nullptr) {
    Candidates found;
    for (const std::string& choice : line.open->choices) found.push_back({choice});
    return found.empty() ? values_of(line.open->value, context) : found;
  }
  if (line.word.starts_with('-')) return flags_of(line);
  const std::vector<Positional>& positionals = line.command->positionals;
  if (positionals.empty()) return {};
  std::size_t index = std::min(line.positional, positionals.size() - 1);
  if (index < line.positional && !takes_many(positionals[index])) return {};
  return values_of(positionals[index].name, context);
}

}  // namespace

std::string complete(const std::vector<Command>& commands, const std::vector<std::string>& words) {
  if (words.empty()) return "";
  try {
    SystemClock clock;
    Context context{clock, {}};
    Line line = read_line(commands, words, context.globals);
    std::string out;
    for (const Candidate& candidate :
         line.command == nullptr ? command_words(commands, words) : candidates(line, context)) {
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
