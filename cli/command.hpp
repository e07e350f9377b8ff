// A command of wf as plain data: parsing, help, man pages and completions all come from this one description.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/context.hpp"
#include "core/base/error.hpp"

namespace wf::cli {

// What a value names: completion offers the things of that kind that there are.
enum class Kind {
  text,
  count,
  file,
  folder,
  project,
  domain,
  workflow,
  version,   // name@version
  plan,      // a launch plan: name, name@version
  run_plan,  // the same as plan:name
  run,
  running_run,  // one that has not ended
  node,         // of the run that an earlier argument or option names, else of any recent one
  task,
  artifact,  // an artifact, RUN/NODE, RUN/NODE/OUTPUT or wf:PROJECT/DOMAIN/RUN/NODE/OUTPUT
  input,     // NAME=, of the workflow that an earlier argument names, or that a run is of
  topic,     // a command or a topic of `wf help`
  setting,   // a key of the configuration
  pool,
  secret,
  tag,        // WORKFLOW#TASK:TAG
  dataset,    // WORKFLOW/TASK
  partition,  // NAME=, of any dataset
  stream,     // of events
  event,      // a type of events
  field       // of lineage, several with ',' between
};

struct Option {
  std::string flags;  // "-i,--input"
  std::string value;  // what stands for its value in help: "NAME=VALUE"; empty for a switch
  std::string help;
  // Where the value goes: a switch, one value, a value that may be absent, or one value each time it is
  // given.
  std::variant<bool*, std::string*, std::optional<std::string>*, std::vector<std::string>*, std::int64_t*,
               std::optional<std::int64_t>*>
      target;
  std::vector<std::string> choices = {};  // empty: anything
  std::vector<Kind> kinds = {};           // empty: what `value` stands for everywhere, see kinds.cpp
};

struct Positional {
  std::string name;  // "FILE"
  std::string help;
  // A required value, an optional one, or any number of them (at least one when `required`).
  std::variant<std::string*, std::optional<std::string>*, std::vector<std::string>*> target;
  bool required = true;
  std::vector<Kind> kinds = {};  // empty: what `name` stands for everywhere, see kinds.cpp
};

struct Example {
  std::string command;  // "wf run iris@v1 -i ks='[1,3]'"
  std::string text;
};

struct Command {
  std::string name;     // "run", or "project create"
  std::string summary;  // one line
  std::string details;  // paragraphs of prose
  std::vector<Example> examples = {};
  std::vector<Positional> positionals = {};
  std::vector<Option> options = {};
  std::vector<std::string> formats = {};  // what -o accepts, the default first; empty: no -o
  std::function<Exit(Context&)> run = {};
};

// What every RUN argument may be.
inline constexpr const char* k_run_help =
    "the run: its id, the first 8 or more digits or the last 12 of it, or the name given with --name";
// What a NODE argument may be that chooses among all that a run has.
inline constexpr const char* k_node_help =
    "only this node, or one element of it, with all that runs in it: score, score[3], sub.score in each "
    "element of sub";

// Every command, in the order of `wf --help`. Built anew for each call; cheap.
std::vector<Command> all_commands();

// The options every command has, bound to `globals`.
std::vector<Option> global_options(Globals& globals);
// Those of this command, with -o bound to `format` when it has formats.
std::vector<Option> options_of(const Command& command, std::string* format);

bool is_required(const Positional& positional);
bool takes_many(const Positional& positional);

// Parses the arguments after the command's name into the targets. Throws Error(k_usage) with "did you mean".
void parse_arguments(const Command& command, Globals& globals, const std::vector<std::string>& arguments);

// What the value may be: as the description says, else by its placeholder ("NAME@VERSION|FILE"). A switch has
// none.
std::vector<Kind> kinds_of(const Positional& positional);
std::vector<Kind> kinds_of(const Option& option);
std::string_view kind_name(Kind kind);

// The commands "GROUP …".
std::vector<Command> group_of(const std::vector<Command>& commands, std::string_view group);
// The command that `words` begin with, and how many of them name it: "run", "project create", "catalog tag
// list".
const Command* find_command(const std::vector<Command>& commands, const std::vector<std::string>& words,
                            std::size_t& used);
// What may follow the words of a group, or of nothing: each word once.
std::vector<std::string> next_words(const std::vector<Command>& commands, std::string_view group);
// "show, impact": what a group can do.
std::string verbs_of(const std::vector<Command>& members);

}  // namespace wf::cli
