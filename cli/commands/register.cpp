// wf register: definitions become versions.
#include <algorithm>
#include <array>
#include <memory>

#include "cli/backends.hpp"
#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/registry/codes.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::vector<std::string> paths;
  std::string label;
  bool dry_run = false;
  bool pin_images = false;
};

// Whether a file of a folder means to be a definition: its first key is `wf`.
bool looks_like_definition(const std::string& path) {
  std::string content = read_file(path);
  std::string_view rest = content;
  if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
  for (std::string_view line : split(rest, '\n')) {
    std::string_view text = trim(line);
    if (text.empty() || text.front() == '#' || text == "---" || text.front() == '%') continue;
    return text.starts_with("wf:") || text.starts_with("\"wf\":") || text.starts_with("'wf':");
  }
  return false;
}

std::vector<std::string> definitions_in(const std::string& folder) {
  std::vector<std::string> paths;
  for (const std::string& name : list_folder(folder)) {
    std::string path = cat(folder, folder.ends_with('/') ? "" : "/", name);
    bool is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    auto info = stat_if_exists(path);
    if (is_yaml && info && S_ISREG(info->st_mode) && looks_like_definition(path)) paths.push_back(path);
  }
  if (!paths.empty()) return paths;
  throw Error(codes::k_file_not_found, cat("the folder '", folder, "' holds no definition"),
              "a definition is a *.yaml or *.yml file whose first key is 'wf:'");
}

std::vector<std::string> expand(const std::vector<std::string>& given) {
  std::vector<std::string> paths;
  for (const std::string& path : given) {
    std::vector<std::string> found = is_folder(path) ? definitions_in(path) : std::vector{path};
    paths.insert(paths.end(), found.begin(), found.end());
  }
  return paths;
}

std::string_view word(RegistrationResult result) {
  constexpr std::array<std::string_view, 3> k_words{"new version", "new registration", "unchanged"};
  return k_words.at(static_cast<std::size_t>(result));
}

Json to_json(const Scope& scope, const Options& options, const std::vector<RegistrationOutcome>& outcomes) {
  Json list = list_json(outcomes, [&](const RegistrationOutcome& outcome) {
    Json item = Json::object();
    item.add("file", outcome.path).add("project", scope.project).add("domain", scope.domain);
    item.add("workflow", outcome.name).add("version", outcome.version.text());
    item.add("registration", outcome.seq).add("label", or_null(options.label));
    return item.add("result", word(outcome.result));
  });
  return Json::object().add("dry_run", bool{options.dry_run}).add("registrations", std::move(list));
}

std::string to_text(const Options& options, const std::vector<RegistrationOutcome>& outcomes) {
  std::string text;
  for (const RegistrationOutcome& outcome : outcomes) {
    text += cat(outcome.path, ": ", outcome.name, '@', outcome.version.short_hex());
    if (!options.label.empty()) text += cat(" (", options.label, ')');
    text += cat(": ", word(outcome.result), options.dry_run ? " (dry run)" : "", '\n');
  }
  return escape_terminal(text, Lines::multiline);
}

// All definitions, or none when one has an error; every diagnostic of every file is shown.
std::vector<LoadedDefinition> load(const Context& context, const std::vector<std::string>& paths) {
  std::vector<LoadedDefinition> all;
  bool is_sound = true;
  for (const std::string& path : paths) {
    all.push_back(load_definition(path));
    for (const Diagnostic& diagnostic : all.back().diagnostics.sorted()) {
      bool is_shown = diagnostic.severity == Severity::error || !context.globals.quiet;
      if (is_shown) print_error_styled(context, render(diagnostic, Styling::marked));
    }
    is_sound = is_sound && all.back().workflow;
  }
  if (is_sound) return all;
  throw Error(codes::k_usage, "nothing was registered: a definition has errors", "mend them and try again");
}

Exit register_files(const Context& context, const Options& options) {
  std::vector<std::string> paths = expand(options.paths);
  std::vector<LoadedDefinition> definitions = load(context, paths);
  if (options.pin_images)
    for (LoadedDefinition& definition : definitions) pin_images(*definition.workflow);
  std::vector<RegistrationRequest> requests;
  for (std::size_t i = 0; i < paths.size(); ++i) requests.push_back({paths[i], &definitions[i]});
  auto store = open_store(context, options.dry_run ? Access::read_only : Access::create);
  auto outcomes = register_definitions(*store, context.scope(), requests, options.label,
                                       options.dry_run ? Apply::dry_run : Apply::yes);
  for (const RegistrationOutcome& outcome : outcomes) {
    if (!outcome.warning.empty()) print_error(cat("wf: warning: ", escape_terminal(outcome.warning), '\n'));
  }
  print_object(context, to_text(options, outcomes), to_json(context.scope(), options, outcomes));
  return Exit::ok;
}

}  // namespace

Command make_register() {
  auto options = std::make_shared<Options>();
  auto label = std::make_shared<std::optional<std::string>>();
  Command command{
      "register",
      "Store definitions as versions",
      "Each FILE is checked, and stored with its sources and default files under the digest of its content: "
      "its version. The text, the git state and who registered it are kept beside the version. What is "
      "registered already changes nothing. A DIR stands for its *.yaml and *.yml files whose first key is "
      "'wf:'.\n\n"
      "Several files are registered all or none. A label is set once and never moves: where it stands for "
      "another version, the command shows what differs and leaves the store as it was (exit status 4).\n"
      "With --pin-images the version names what the images of its own tasks are now, whatever their tags come to mean.",
      {{"wf register iris.yaml --label v1", "register it, and name this version iris@v1"},
       {"wf register --dry-run .", "show what registering this folder's definitions would do"}}};
  command.positionals = {{"FILE|DIR", "a definition, or a folder of them", &options->paths}};
  command.options = {{"-l,--label", "LABEL", "name the version of each definition", label.get()},
                     {"--pin-images", "", "put the digests into the version that the images of its tasks have now", &options->pin_images},
                     {"-n,--dry-run", "", "say what would be done, and do nothing", &options->dry_run}};
  command.formats = k_show_formats;
  command.run = [label, options](Context& context) {
    // An empty one is a variable that was not set.
    if (label->has_value() && label->value().empty()) throw Error(codes::k_bad_label, "the label is empty");
    options->label = label->value_or("");
    return register_files(context, *options);
  };
  return command;
}

}  // namespace wf::cli
