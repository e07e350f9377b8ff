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
    {"N", Kind::count},         {"POOL", Kind::pool},
    {"SECRET", Kind::secret},   {"DATASET", Kind::dataset},
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
  constexpr std::array k_names = std::to_array<std::string_view>(
      {"text",     "count",     "file",     "folder",  "project",     "domain", "workflow",
       "version",  "plan",      "run_plan", "run",     "running_run", "node",   "task",
       "artifact", "input",     "topic",    "setting", "pool",        "secret", "tag",
       "dataset",  "partition", "stream",   "event",   "field"});
  static_assert(k_names.size() == static_cast<std::size_t>(Kind::field) + 1);
  return k_names.at(static_cast<std::size_t>(kind));
}

}  // namespace wf::cli
