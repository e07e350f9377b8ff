// Any bytes as a definition and as an inputs file: an answer, whose places lie in the text; what is accepted
// has a canonical form that leads back to itself.
#include <algorithm>

#include "core/definition/load.hpp"
#include "tests/fuzz/check.hpp"

using namespace wf;

namespace {

void check_diagnostics(const Diagnostics& diagnostics, std::string_view text) {
  auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (const Diagnostic& item : diagnostics.sorted()) {
    fuzz::check(!render(item).empty() && !to_json(item).compact().empty(), "a diagnostic is shown");
    fuzz::check(item.place.line >= 0 && static_cast<std::size_t>(item.place.line) <= lines,
                "a line is in the text");
    fuzz::check(item.place.line == 0 || (item.place.column >= 1 && item.place.length >= 1),
                "a column counts from 1");
  }
}

void check_workflow(const Workflow& workflow) {
  std::string text = canonical_form(workflow).canonical();
  Workflow back = workflow_from_canonical(Json::parse(text, "the canonical form"));
  fuzz::check_equal(canonical_form(back).canonical(), text, "the canonical form leads back to itself");
  descriptions_of(workflow);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  const std::string path = WF_FUZZ_FOLDER "/w.yaml";
  LoadedDefinition loaded = parse_definition(path, std::string(text));
  check_diagnostics(loaded.diagnostics, text);
  fuzz::check(loaded.workflow.has_value() != loaded.diagnostics.has_errors(), "a workflow or an error");
  if (loaded.workflow) check_workflow(*loaded.workflow);
  check_diagnostics(parse_inputs(path, text).diagnostics, text);
  return 0;
}
