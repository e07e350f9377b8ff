#include "cli/diagnostics.hpp"

#include <vector>

#include "cli/annotations.hpp"
#include "cli/output.hpp"

namespace wf::cli {

bool print_diagnostics(const Context& context, const Diagnostics& diagnostics, const std::string& style) {
  std::vector<Annotation> annotations;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    bool shown = diagnostic.severity == Severity::error || !context.globals.quiet;
    if (shown) print_error_styled(context, render(diagnostic, Styling::marked));
    annotations.push_back(annotation_of(diagnostic));
  }
  // A definition that can be used goes on to a run, which has annotations of its own.
  if (!style.empty() && diagnostics.has_errors()) print(render_annotations(style, annotations));
  return !diagnostics.has_errors();
}

}  // namespace wf::cli
