// Mistakes and failures as a CI service shows them beside the lines of a change.
#pragma once
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "core/definition/diagnostic.hpp"

namespace wf::cli {

struct Annotation {
  Severity severity = Severity::error;
  std::string code;
  Place place;  // without a line: the whole file; without a file: none
  std::string message;
};

Annotation annotation_of(const Diagnostic& diagnostic);

// --annotations, which puts them on stdout and what stood there on stderr.
Option annotations_option(std::string& target);
// Refuses -o beside --annotations: both are for stdout.
void check_annotations(const Context& context, const std::string& style);

// "github": workflow commands, a line each. "gitlab": a Code Quality report, one JSON list.
std::string render_annotations(const std::string& style, const std::vector<Annotation>& annotations);

}  // namespace wf::cli
