#include "core/engine/emissions.hpp"

#include <algorithm>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/definition/constraints.hpp"
#include "core/definition/load.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/store/version.hpp"

namespace wf {

namespace {

[[noreturn]] void refuse(const Task& task, const Diagnostics& diagnostics) {
  constexpr std::size_t k_shown = 10;
  std::size_t count = diagnostics.error_count();
  std::string text = cat("the definition that '", task.name, "' emitted has ", count, count == 1 ? " fault" : " faults");
  std::size_t shown = 0;
  for (const Diagnostic& one : diagnostics.sorted()) {
    if (one.severity != Severity::error) continue;
    if (++shown > k_shown) {
      text += cat("; and ", count - k_shown, " more");
      break;
    }
    text += cat(shown == 1 ? ": " : "; ", one.place.file, ":", one.place.line, ":", one.place.column, ": ", one.message,
                " [", one.code, "]", one.hint.empty() ? "" : cat(" (", one.hint, ")"));
  }
  throw Error(codes::k_bad_definition, text);
}

struct EmittedWorkflow {
  std::shared_ptr<const Workflow> workflow;
  Digest version;
};

EmittedWorkflow read_emitted(const PlanTask& task, std::string text) {
  const Plan& plan = *task.plan;
  // The plan's workflow outlives what is read here.
  std::shared_ptr<const Workflow> around(std::shared_ptr<const void>(), plan.workflow);
  Emitter emitter{std::make_shared<const UsedVersion>(UsedVersion{plan.version, plan.workflow->name, {}, {}, {}, around}),
                  task.task};
  LoadedDefinition loaded = parse_emitted(k_definition_file, std::move(text), emitter);
  if (!loaded.workflow) refuse(*task.task, loaded.diagnostics);
  // As it is read back from a store, so that a resumed run takes its nodes in the same order.
  Json body = stored_form(*loaded.workflow);
  FindVersion find = [&](const Digest&) { return emitter.around; };
  return {std::make_shared<const Workflow>(workflow_from_canonical(body, find)), version_digest(body.canonical())};
}

// What a dynamic task emits is its first output.
Digest definition_in(const std::vector<OutputValue>& outputs) {
  return contents_of(outputs.front().type, outputs.front().value).front().digest;
}

// A value of a workflow's port where another one is expected; what is assigned was checked when it was read.
Json passed_on(const Type& from, const Port& to, const Json& value) {
  ValueResult passed = assigned_value(from, to.type, value);
  const auto* wrong = std::get_if<ValueError>(&passed);
  std::optional<ValueError> broken = wrong != nullptr ? *wrong : violation(to, std::get<Json>(passed));
  if (broken)
    throw Error(codes::k_value_not_allowed,
                cat("the value of '", to.name, "' is not allowed: ", broken->message));
  return std::get<Json>(std::move(passed));
}

}  // namespace

void require_shallow(const std::string& prefix) {
  constexpr std::ptrdiff_t k_most_levels = 32;
  if (std::count(prefix.begin(), prefix.end(), '.') <= k_most_levels) return;
  throw Error(codes::k_bad_definition, cat("workflows run each other more than ", k_most_levels, " deep"),
              "let the dynamic task emit a definition without itself at some time");
}

const Plan& Emissions::plan_of(const PlanTask& task, const std::vector<OutputValue>& outputs, const Text& text) {
  std::pair emission(&task, definition_in(outputs));
  if (auto known = known_.find(emission); known != known_.end()) return *known->second;
  EmittedWorkflow emitted = read_emitted(task, text());
  const Plan& plan = plans_.add(std::move(emitted.workflow), emitted.version);
  known_.emplace(emission, &plan);
  return plan;
}

const Plan& Emissions::plan_of(const PlanTask& task, const std::vector<OutputValue>& outputs) {
  return plan_of(task, outputs, [&] { return text_of(*task.task, definition_in(outputs)); });
}

void Emissions::refuse_bad(const PlanTask& task, const std::string& attempt_folder,
                           std::variant<CollectedOutputs, InvalidOutput>& outputs) {
  if (!task.task->promised || std::holds_alternative<InvalidOutput>(outputs)) return;
  const std::string path = cat(attempt_folder, "/work/out/", task.task->outputs.front().staged_name);
  const std::size_t most = LoadLimits().file_bytes;
  try {
    // One byte more than it may have is enough to refuse it.
    plan_of(task, std::get<CollectedOutputs>(outputs).outputs,
            [&] { return read_part(path, most + 1, FilePart::beginning); });
  } catch (const Error& error) {
    if (error.code().exit != Exit::run_failed) throw;
    outputs = InvalidOutput{error.code(), with_hint(error)};
  }
}

// Bytes that rot are this execution's failure, as those of any input are.
std::string Emissions::text_of(const Task& task, const Digest& definition) {
  try {
    return blobs_.read(definition);
  } catch (const Error& error) {
    if (error.code().exit != Exit::verification_failed) throw;
    throw Error(codes::k_bad_definition, cat("the definition that '", task.name, "' emitted cannot be read: ", error.message()),
                "make it again: wf run --refresh");
  }
}

std::vector<RunInput> emitted_inputs(const Workflow& emitted, const Task& task,
                                     const std::vector<const Json*>& values) {
  std::vector<RunInput> inputs;
  for (const Port& port : emitted.inputs) {
    const Port* given = find_port(task.inputs, port.name);
    Json value = given == nullptr
                     ? port.default_value.value_or(Json())
                     : passed_on(given->type, port, *values[static_cast<std::size_t>(given - task.inputs.data())]);
    inputs.push_back({port.name, port.type, std::move(value), {}, {}, {}});
  }
  return inputs;
}

std::vector<OutputValue> promised_outputs(const Task& task, const std::vector<OutputValue>& given) {
  std::vector<OutputValue> outputs;
  for (const Port& port : *task.promised) {
    auto found = std::find_if(given.begin(), given.end(), [&](const OutputValue& one) { return one.name == port.name; });
    if (found == given.end()) continue;
    outputs.push_back({port.name, port.type, passed_on(found->type, port, found->value)});
  }
  return outputs;
}

}  // namespace wf
