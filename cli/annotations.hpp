// Mistakes and failures as a CI service shows them beside the lines of a change.
#pragma once
#include <functional>
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
Annotation annotation_of(const Error& error);

// --annotations, which puts them on stdout and what stood there on stderr.
Option annotations_option(std::string& target);
// Refuses -o beside --annotations: both are for stdout.
void check_annotations(const Context& context, const std::string& style);

// "github": workflow commands, a line each. "gitlab": a Code Quality report, one JSON list.
std::string render_annotations(const std::string& style, const std::vector<Annotation>& annotations);

// An error after the annotations were printed.
class AnnotatedError : public Error {
 public:
  explicit AnnotatedError(const Error& error) : Error(error) {}
};
// What `body` throws before it has printed annotations becomes one, if `style` asks for any: a service that
// reads them finds some whenever something failed.
Exit annotating(const std::string& style, const std::function<Exit()>& body);

}  // namespace wf::cli
