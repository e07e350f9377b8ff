#include <algorithm>
#include <array>
#include <utility>

#include "cli/command.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

// What a placeholder means wherever it stands. Whoever needs another word says `kinds`.
constexpr std::pair<std::string_view, Kind> k_placeholders[] = {
    {"FILE", Kind::file},       {"PATH", Kind::file},
    {"DIR", Kind::folder},      {"PROJECT", Kind::project},
    {"DOMAIN", Kind::domain},   {"WORKFLOW", Kind::workflow},
    {"VERSION", Kind::version}, {"NAME@VERSION", Kind::version},
    {"PLAN", Kind::plan},       {"plan:NAME", Kind::run_plan},
    {"RUN", Kind::run},         {"NODE", Kind::node},
    {"TASK", Kind::task},       {"ARTIFACT", Kind::artifact},
    {"REF", Kind::file},        {"REF", Kind::run},
    {"REF", Kind::version},     {"REF", Kind::artifact},
    {"TOPIC", Kind::topic},     {"KEY", Kind::setting},
    {"N", Kind::count},
};

std::vector<Kind> kinds_of_placeholder(std::string_view placeholder) {
  std::vector<Kind> kinds;
  for (std::string_view word : split(placeholder, '|')) {
    for (const auto& [known, kind] : k_placeholders) {
      if (word == known) kinds.push_back(kind);
    }
  }
  if (kinds.empty()) kinds.push_back(Kind::text);
  return kinds;
}

}  // namespace

std::vector<Kind> kinds_of(const Positional& positional) {
  return positional.kinds.empty() ? kinds_of_placeholder(positional.name) : positional.kinds;
}

std::vector<Kind> kinds_of(const Option& option) {
  if (option.value.empty()) return {};
  return option.kinds.empty() ? kinds_of_placeholder(option.value) : option.kinds;
}

std::string_view kind_name(Kind kind) {
  constexpr std::array<std::string_view, 17> k_names = {
      "text",     "count", "file", "folder", "project",  "domain", "workflow", "version", "plan",
      "run_plan", "run",   "node", "task",   "artifact", "input",  "topic",    "setting"};
  return k_names.at(static_cast<std::size_t>(kind));
}

std::vector<Command> group_of(const std::vector<Command>& commands, std::string_view group) {
  std::vector<Command> members;
  for (const Command& command : commands) {
    if (command.name.starts_with(cat(group, ' '))) members.push_back(command);
  }
  return members;
}

const Command* find_command(const std::vector<Command>& commands, const std::vector<std::string>& words,
                            std::size_t& used) {
  constexpr std::size_t k_most_words = 3;
  for (used = std::min(words.size(), k_most_words); used > 0; --used) {
    std::string name = join({words.begin(), words.begin() + static_cast<std::ptrdiff_t>(used)}, " ");
    for (const Command& command : commands) {
      if (command.name == name) return &command;
    }
  }
  return nullptr;
}

std::vector<std::string> next_words(const std::vector<Command>& commands, std::string_view group) {
  std::vector<std::string> found;
  for (const Command& command : group.empty() ? commands : group_of(commands, group)) {
    std::size_t begin = group.empty() ? 0 : group.size() + 1;
    std::string word = command.name.substr(begin, command.name.find(' ', begin) - begin);
    if (std::find(found.begin(), found.end(), word) == found.end()) found.push_back(word);
  }
  return found;
}

std::string verbs_of(const std::vector<Command>& members) {
  std::vector<std::string> verbs;
  for (const Command& command : members) verbs.push_back(command.name.substr(command.name.find(' ') + 1));
  return join(verbs, ", ");
}

}  // namespace wf::cli
