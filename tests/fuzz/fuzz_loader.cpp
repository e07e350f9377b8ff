// Any bytes as a definition, as one that a dynamic task has emitted, and as an inputs file: an answer, whose places
// lie in the text; what is accepted has a canonical form that leads back to itself.
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

void check_workflow(const Workflow& workflow, const FindVersion& find_version = {}) {
  std::string text = canonical_form(workflow).canonical();
  Workflow back = workflow_from_canonical(Json::parse(text, "the canonical form"), find_version);
  fuzz::check_equal(canonical_form(back).canonical(), text, "the canonical form leads back to itself");
  descriptions_of(workflow);
}

// `fan` of a workflow that has a task `step` as well.
const Emitter& emitter() {
  static const Emitter k_emitter = [] {
    constexpr std::string_view k_around =
        "wf: v1\nname: around\ntasks:\n"
        "  step: {inputs: {n: int}, outputs: {y: int}, command: [step]}\n"
        "  fan: {dynamic: true, inputs: {n: int}, outputs: {y: int}, command: [fan]}\n"
        "nodes: {fan: {task: fan, with: {n: 1}}}\n";
    LoadedDefinition loaded = parse_definition(WF_FUZZ_FOLDER "/around.yaml", std::string(k_around));
    auto around = std::make_shared<const UsedVersion>(use_workflow(std::move(*loaded.workflow)));
    return Emitter{around, around->workflow->find_task("fan")};
  }();
  return k_emitter;
}

void check_emitted(std::string_view text) {
  LoadedDefinition loaded = parse_emitted("definition.yaml", std::string(text), emitter());
  check_diagnostics(loaded.diagnostics, text);
  fuzz::check(loaded.workflow.has_value() != loaded.diagnostics.has_errors(), "a workflow or an error");
  if (loaded.workflow) check_workflow(*loaded.workflow, [](const Digest&) { return emitter().around; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  const std::string path = WF_FUZZ_FOLDER "/w.yaml";
  LoadedDefinition loaded = parse_definition(path, std::string(text));
  check_diagnostics(loaded.diagnostics, text);
  fuzz::check(loaded.workflow.has_value() != loaded.diagnostics.has_errors(), "a workflow or an error");
  if (loaded.workflow) check_workflow(*loaded.workflow);
  check_emitted(text);
  check_diagnostics(parse_inputs(path, text).diagnostics, text);
  return 0;
}
