// From a file to a checked workflow.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/definition/diagnostic.hpp"
#include "core/definition/model.hpp"
#include "core/definition/test_case.hpp"

namespace wf {

struct LoadLimits {
  std::size_t file_bytes = std::size_t{16} << 20U;
  std::size_t nodes = 2'000'000;  // YAML nodes, each alias counted as its whole expansion
  std::size_t depth = 64;
};

// A registered version that a definition names, and where wf.lock is to say which that is.
struct VersionUse {
  std::string lock_path;
  std::string reference;  // "prep@v1", as written
};

struct LoadedDefinition {
  std::optional<Workflow> workflow;  // present when there is no error
  std::vector<TestCase> tests;
  std::vector<BundledFile> test_files;  // what the values in the tests refer to
  std::string source_text;              // the file as read
  Diagnostics diagnostics;           // warnings too
  std::vector<VersionUse> uses;      // in all the files that were read
};

// Reads, decodes and checks the definition at `path`; sources and default files are read relative to its
// folder. A file that cannot be read throws Error; everything wrong inside it is a diagnostic.
LoadedDefinition load_definition(const std::string& path, const LoadLimits& limits = {});
// The same of a text that is at hand and would stand at `path`.
LoadedDefinition parse_definition(const std::string& path, std::string text, const LoadLimits& limits = {});

// A dynamic task, and the workflow that it belongs to.
struct Emitter {
  std::shared_ptr<const UsedVersion> around;
  const Task* task = nullptr;
};
// Reads the definition that a task has emitted, `path` being how messages name it. It stands alone, without files
// or versions that it uses, but its nodes may run the tasks of the workflow around. Its inputs are to be given those
// of the task with their names, and it must give what the task promises.
LoadedDefinition parse_emitted(std::string_view path, std::string text, const Emitter& emitter,
                               const LoadLimits& limits = {});

// Where the text of a definition names this node, if it does.
std::optional<Place> place_of_node(const std::string& path, const std::string& text, std::string_view node);

struct InputsFile {
  std::vector<std::pair<std::string, Json>> values;  // by the core schema; value_from_json types them
  Diagnostics diagnostics;
};

// Reads a YAML (or JSON) mapping from input names to values, with the same loader and the same refusals.
InputsFile read_inputs_file(const std::string& path, const LoadLimits& limits = {});
InputsFile parse_inputs(const std::string& path, std::string_view text, const LoadLimits& limits = {});

// The JSON Schema (2020-12) of `wf: v1`, from the same field descriptions as the decoder.
Json workflow_schema();

}  // namespace wf
