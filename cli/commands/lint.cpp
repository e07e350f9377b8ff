// wf lint: everything that is wrong in definitions, without a store.
#include <filesystem>
#include <memory>
#include <set>
#include <tuple>

#include "cli/annotations.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/sarif.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/definition/load.hpp"

namespace wf::cli {

namespace {

std::string count_of(std::size_t count, const char* what) {
  return cat(static_cast<std::int64_t>(count), " ", what, count == 1 ? "" : "s");
}

struct Options {
  std::vector<std::string> paths;
  std::string annotations;
};

struct Report {
  std::vector<Diagnostic> found;
  Json files = Json::array();
  Json diagnostics = Json::array();
  std::string text;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::optional<Exit> failure;  // of the first file that could not be read
  std::set<std::tuple<std::string, std::int64_t, std::int64_t, std::string, std::string>> told;

  // A definition that others use is read with each of them; what is wrong in it is shown once.
  bool is_new(const Diagnostic& diagnostic) {
    const Place& place = diagnostic.place;
    std::error_code none;  // what is no file of a folder, as a pipe, is known by its name
    std::string real = std::filesystem::weakly_canonical(place.file, none).string();
    const std::string& file = none ? place.file : real;
    return told.emplace(file, place.line, place.column, diagnostic.code, diagnostic.message).second;
  }

  // What cannot be read is told beside what is wrong in the others, and decides the end.
  void add(const std::string& path) {
    try {
      add(path, load_definition(path));
    } catch (const Error& error) {
      Diagnostic unread;
      unread.code = error.code().id;
      unread.place.file = path;
      unread.message = error.message();
      unread.hint = error.hint();
      LoadedDefinition none;
      none.diagnostics.add(std::move(unread));
      add(path, none);
      if (!failure) failure = error.code().exit;
    }
  }

  void add(const std::string& path, const LoadedDefinition& loaded) {
    for (const Diagnostic& diagnostic : loaded.diagnostics.sorted()) {
      if (!is_new(diagnostic)) continue;
      ++(diagnostic.severity == Severity::error ? errors : warnings);
      text += render(diagnostic, Styling::marked);
      diagnostics.push(to_json(diagnostic));
      found.push_back(diagnostic);
    }
    Json file = Json::object();
    file.add("file", path);
    file.add("workflow", loaded.workflow ? Json(loaded.workflow->name) : Json());
    file.add("errors", static_cast<std::int64_t>(loaded.diagnostics.error_count()));
    file.add("warnings", static_cast<std::int64_t>(loaded.diagnostics.warning_count()));
    files.push(std::move(file));
  }
};

std::vector<Annotation> annotations_of(const std::vector<Diagnostic>& diagnostics) {
  std::vector<Annotation> annotations;
  for (const Diagnostic& diagnostic : diagnostics) annotations.push_back(annotation_of(diagnostic));
  return annotations;
}

Exit lint(const Context& context, const Options& options) {
  Report report;
  for (const std::string& path : options.paths) report.add(path);
  Json json = Json::object();
  json.add("files", std::move(report.files)).add("diagnostics", std::move(report.diagnostics));
  if (report.errors + report.warnings > 0) {
    report.text += cat(count_of(report.errors, "error"), ", ", count_of(report.warnings, "warning"), "\n");
  }
  if (!options.annotations.empty()) {
    print_error_styled(context, report.text);
    print(render_annotations(options.annotations, annotations_of(report.found)));
  } else if (context.is_format("sarif")) {
    print(printable(sarif_log(report.found).pretty()) + '\n');
  } else {
    print_object(context, report.text, json);
  }
  if (report.failure) return *report.failure;
  return report.errors > 0 ? Exit::usage : Exit::ok;
}

}  // namespace

Command make_lint() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "lint";
  command.summary = "Check definitions and show everything that is wrong in them";
  command.details =
      "Reads each FILE, its sources and its default files, and reports every mistake with its place, "
      "what was expected there and what to do. Nothing is run or stored; no store is needed. "
      "'wf help CODE' explains the code at the end of a line.\n\n"
      "Exit status: 0 without errors (warnings may be shown), 2 with errors, 3 when a FILE is not there.";
  command.examples = {
      {"wf lint iris.yaml", "check one definition"},
      {"wf lint -o json */*.yaml", "check many, for an editor or a script"},
      {"wf lint -o sarif */*.yaml > wf.sarif", "the same in the format that code scanning reads"},
      {"wf lint --annotations github */*.yaml", "show mistakes beside the lines of a change"}};
  command.positionals = {{"FILE", "a definition", &options->paths}};
  command.options = {annotations_option(options->annotations)};
  command.formats = k_show_formats;
  command.formats.emplace_back("sarif");
  command.run = [options](Context& context) {
    check_annotations(context, options->annotations);
    return annotating(options->annotations, [&] { return lint(context, *options); });
  };
  return command;
}

}  // namespace wf::cli
