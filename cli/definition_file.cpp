#include "cli/definition_file.hpp"

#include <vector>

#include "cli/annotations.hpp"
#include "cli/codes.hpp"
#include "cli/output.hpp"
#include "core/base/codes.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

void check_file(const Context& context, const Diagnostics& diagnostics, const std::string& annotations,
                const Error& refusal) {
  std::vector<Annotation> all;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    bool shown = diagnostic.severity == Severity::error || !context.globals.quiet;
    if (shown) print_error_styled(context, render(diagnostic, Styling::marked));
    all.push_back(annotation_of(diagnostic));
  }
  // What can be used goes on to a run, which has annotations of its own.
  if (!diagnostics.has_errors()) return;
  if (!annotations.empty()) print(render_annotations(annotations, all));
  throw AnnotatedError(refusal);
}

LoadedDefinition load_without_errors(const Context& context, const std::string& path,
                                     std::string_view not_done, const std::string& annotations) {
  LoadedDefinition definition = load_definition(path);
  std::size_t errors = definition.diagnostics.error_count();
  check_file(
      context, definition.diagnostics, annotations,
      {codes::k_usage, cat("'", path, "' has ", errors, errors == 1 ? " error" : " errors", "; ", not_done),
       "mend them and try again"});
  return definition;
}

void refuse_bare_name(const std::string& target, std::string_view verb) {
  if (target == "-") {
    throw Error(codes::k_file_not_found, "a definition is not read from stdin",
                "give the path of its file: sources and default files are read relative to that");
  }
  bool path = target.find('/') != std::string::npos || target.ends_with(".yaml") || target.ends_with(".yml");
  if (path) throw Error(codes::k_file_not_found, cat("there is no file '", target, "'"), "check the path");
  throw Error(codes::k_ambiguous_argument, cat("there is no file '", target, "'"),
              cat("to ", verb, " a registered workflow write '", target,
                  "@latest', or a label or version after the '@'; to ", verb, " a file give its path"));
}

}  // namespace wf::cli
