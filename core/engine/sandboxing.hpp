// From what a task declares to what an attempt may have of its machine, and back from what it did to a verdict and to
// what is recorded of it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.hpp"
#include "core/engine/collect.hpp"
#include "core/engine/executor.hpp"
#include "core/engine/records.hpp"

namespace wf {

// Where an attempt is laid out: folders that it may write to, and the staged inputs with the names it knows them by.
struct SandboxGround {
  std::string folder;
  std::vector<std::string> own;
  std::vector<std::pair<std::string, std::string>> inputs;
};

// How far an attempt is kept from the rest: as its task says, and its run.
SandboxLevel sandbox_level(const Task& task, const RunSandbox& run);
// At a level above none.
std::shared_ptr<const SandboxSpec> sandbox_for(const Task& task, const RunSandbox& run, SandboxGround ground);

// What it did besides what it may, or why it was not kept from that as far as it should be.
std::optional<InvalidOutput> sandbox_failure(const ExitRecord& record);
bool is_about_sandbox(const ErrorCode& code);

// `record`: nullptr while it runs.
SandboxNotes sandbox_notes(const AttemptSpec& spec, const SandboxRecord* record);

}  // namespace wf
